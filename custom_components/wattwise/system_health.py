"""What Home Assistant's system information says about WattWise."""

from typing import Any, Final

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .household import async_all_meters, async_loaded_households
from .shared_history import async_get_history

_BYTES_PER_MB: Final = 1_000_000


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Offer the information."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    meters = list(async_all_meters(hass))
    connected = sum(meter.coordinator.connected for meter in meters)
    info: dict[str, Any] = {
        "households": len(async_loaded_households(hass)),
        "meters": f"{connected} / {len(meters)}",
    }
    if history := async_get_history(hass):
        size = await history.size_bytes()
        info["database_size"] = f"{size / _BYTES_PER_MB:.1f} MB"
        if history.last_commit_ms is not None:
            info["last_commit"] = dt_util.utc_from_timestamp(
                history.last_commit_ms / 1000
            ).isoformat(timespec="seconds")
    return info
