"""What a user can attach to a report: how meters do, without secrets or habits."""

from contextlib import suppress
from dataclasses import asdict
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_TOKEN,
    CONF_URL,
    CONF_USERNAME,
)
from homeassistant.core import HomeAssistant

from .const import (
    CONF_ADDRESS,
    CONF_AWAY,
    CONF_DEVICE,
    CONF_KEY_HASH,
    CONF_PROFILE,
)
from .history.errors import HistoryError
from .household import Household, WattWiseConfigEntry
from .meter import Meter

_REDACT: Final = {
    CONF_ADDRESS,
    # People are named by it.
    CONF_AWAY,
    CONF_DEVICE,
    CONF_HOST,
    CONF_KEY_HASH,
    CONF_PASSWORD,
    CONF_PORT,
    # How many live there, and in what.
    CONF_PROFILE,
    CONF_TOKEN,
    CONF_URL,
    CONF_USERNAME,
    "database",
    "name",
    "org",
    "title",
    "unique_id",
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: WattWiseConfigEntry
) -> dict[str, Any]:
    """Return the settings of a household, and its state while it is loaded."""
    diagnostics: dict[str, Any] = {"entry": async_redact_data(entry.as_dict(), _REDACT)}
    household: Household | None = getattr(entry, "runtime_data", None)
    if household is None:
        return diagnostics
    history = household.history
    diagnostics["history"] = {
        "last_commit_ms": history.last_commit_ms,
        "last_error": history.last_error,
    }
    with suppress(HistoryError):
        diagnostics["history"] |= {
            "size_bytes": await history.size_bytes(),
            "checked_ms": await history.last_check_ms(),
            "set_aside": [asdict(entry) for entry in await history.set_aside()],
        }
    if household.export:
        diagnostics["export"] = await household.export.async_report()
    if household.forecast:
        diagnostics["forecasts"] = await household.forecast.async_explain()
    diagnostics["meters"] = [_meter(meter) for meter in household.meters.values()]
    return diagnostics


def _meter(meter: Meter) -> dict[str, Any]:
    coordinator = meter.coordinator
    state: dict[str, Any] = {
        "role": meter.profile.role,
        "energy_kind": meter.profile.energy_kind,
        "connected": coordinator.connected,
        "last_seen": coordinator.last_seen,
        "channels": {
            channel.value: latest.time_ms
            for channel, latest in coordinator.latest.items()
        },
    }
    if coordinator.data:
        state["refused"] = [
            {
                "channel": item.channel,
                "reason": item.reason,
                "count": item.count,
                "last_ms": item.last_ms,
            }
            for item in coordinator.data.refused
        ]
    return state
