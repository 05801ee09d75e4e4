"""What a user can attach to a report: how meters do, without secrets or habits."""

from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.core import HomeAssistant

from .const import CONF_KEY_HASH
from .household import WattWiseConfigEntry
from .meter import Meter

_REDACT: Final = {CONF_KEY_HASH, "name", "title", "unique_id"}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: WattWiseConfigEntry
) -> dict[str, Any]:
    """Return the settings and the state of a household."""
    household = entry.runtime_data
    history = household.history
    return {
        "entry": async_redact_data(entry.as_dict(), _REDACT),
        "history": {
            "size_bytes": await history.size_bytes(),
            "last_commit_ms": history.last_commit_ms,
            "last_error": history.last_error,
        },
        "meters": [_meter(meter) for meter in household.meters.values()],
    }


def _meter(meter: Meter) -> dict[str, Any]:
    coordinator = meter.coordinator
    return {
        "role": meter.profile.role,
        "energy_kind": meter.profile.energy_kind,
        "connected": coordinator.connected,
        "last_seen": coordinator.last_seen,
        "channels": {
            channel.value: latest.time_ms
            for channel, latest in coordinator.latest.items()
        },
        "refused": [
            {
                "channel": item.channel,
                "reason": item.reason,
                "count": item.count,
                "last_ms": item.last_ms,
            }
            for item in coordinator.data.refused
        ],
    }
