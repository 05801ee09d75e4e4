"""What the roof will give, for the Energy dashboard."""

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .forecasts.forecast_series import PRODUCTION
from .household import async_loaded_households


async def async_get_solar_forecast(
    hass: HomeAssistant, config_entry_id: str
) -> dict[str, dict[str, float | int]] | None:
    """Return the energy [Wh] expected of each hour; None if none is forecast."""
    for entry in async_loaded_households(hass):
        forecast = entry.runtime_data.forecast
        if entry.entry_id != config_entry_id or not forecast or not forecast.data:
            continue
        found = forecast.data.get(PRODUCTION)
        if found and found.outlook:
            return {
                "wh_hours": {
                    dt_util.utc_from_timestamp(slot.start).isoformat(): round(
                        slot.energy.mean * 1000
                    )
                    for slot in found.outlook.two_days
                }
            }
    return None
