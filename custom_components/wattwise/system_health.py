"""What Home Assistant's system information says about WattWise."""

from typing import Any, Final

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .history.errors import HistoryError
from .history.history import History
from .history_repairs import async_set_aside
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
        try:
            size = await history.size_bytes()
            info["database_size"] = f"{size / _BYTES_PER_MB:.1f} MB"
            info["history_check"] = await _async_integrity(history)
        except HistoryError as err:
            info["history_check"] = str(err)
        if history.last_commit_ms is not None:
            info["last_commit"] = dt_util.utc_from_timestamp(
                history.last_commit_ms / 1000
            ).isoformat(timespec="seconds")
    return info


async def _async_integrity(history: History) -> str:
    """Return whether the file is whole, as far as that is known."""
    if waiting := [e.file for e in await async_set_aside(history) if not e.done]:
        return f"damaged, set aside: {', '.join(waiting)}"
    checked_ms = await history.last_check_ms()
    if checked_ms is None:
        return "ok, not checked in full yet"
    checked = dt_util.utc_from_timestamp(checked_ms / 1000)
    return f"ok, checked on {checked.date().isoformat()}"
