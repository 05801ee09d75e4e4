"""The commands by which cards ask and follow, over Home Assistant's websocket."""

from homeassistant.components import websocket_api
from homeassistant.core import HomeAssistant, callback

from .forecast_subscription import subscribe_forecast
from .provider_subscription import subscribe_provider


@callback
def async_setup_websocket(hass: HomeAssistant) -> None:
    """Register the commands, for all households at once."""
    websocket_api.async_register_command(hass, subscribe_forecast)
    websocket_api.async_register_command(hass, subscribe_provider)
