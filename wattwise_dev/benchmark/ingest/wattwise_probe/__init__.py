"""The benchmark's own integration: looks at Home Assistant's event loop from within."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.typing import ConfigType

from .lag import LagSampler
from .views import BareView, LagView, SetUpView


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Begin to sample and open the interface of the benchmark."""
    sampler = LagSampler(hass.loop)
    sampler.start()
    hass.http.register_view(LagView(sampler))
    hass.http.register_view(BareView())
    hass.http.register_view(SetUpView())
    return True
