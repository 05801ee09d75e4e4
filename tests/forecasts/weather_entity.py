"""A weather entity whose forecasts a test decides: Home Assistant's own template one."""

from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

ENTITY: Final = "weather.garden"
_SOURCE: Final = "sensor.weather_service"


async def async_add_weather(hass: HomeAssistant, *kinds: str, unit: str = "°C") -> None:
    """Add the entity with forecasts of some kinds, such as `hourly`."""
    hass.states.async_set(_SOURCE, "sunny")
    assert await async_setup_component(
        hass,
        "template",
        {
            "template": [
                {
                    "weather": [
                        {
                            "name": "Garden",
                            "unique_id": "garden",
                            "condition": f"{{{{ states('{_SOURCE}') }}}}",
                            "temperature": "{{ 10 }}",
                            "humidity": "{{ 50 }}",
                            "temperature_unit": unit,
                            "availability": f"{{{{ has_value('{_SOURCE}') }}}}",
                        }
                        | {
                            f"forecast_{kind}": (
                                f"{{{{ state_attr('{_SOURCE}', '{kind}') or [] }}}}"
                            )
                            for kind in kinds
                        }
                    ]
                }
            ]
        },
    )
    await hass.async_block_till_done()


async def async_forecast(
    hass: HomeAssistant, **forecasts: list[dict[str, Any]]
) -> None:
    """Let the entity expect something, by the kind of forecast."""
    hass.states.async_set(_SOURCE, "sunny", forecasts)
    await hass.async_block_till_done()


async def async_fall_silent(hass: HomeAssistant) -> None:
    """Let the entity become unavailable."""
    hass.states.async_set(_SOURCE, "unavailable")
    await hass.async_block_till_done()
