"""Tells Home Assistant what becomes of a household's alerts."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.start import async_at_started

from ...household import WattWiseConfigEntry
from ..alert import AlertKind, AlertPhase, AlertSeverity
from ..alert_board import AlertChange
from .alert_words import AlertWords, async_alert_words

# What triggers, the event entity and the logbook listen to.
EVENT_ALERT: Final = "wattwise_alert"

_ALWAYS_TOLD: Final = frozenset({"entity_id", "name", "message", "config_entry_id"})


@callback
def is_of_alert(data: Mapping[str, Any]) -> bool:
    """Whether an event tells all of an alert; anybody may fire one by hand."""
    return (
        data.keys() >= _ALWAYS_TOLD
        and data.get("phase") in AlertPhase
        and data.get("kind") in AlertKind
        and data.get("severity") in AlertSeverity
        and (
            data["phase"] != AlertPhase.WORSENED
            or data.get("severity_before") in AlertSeverity
        )
    )


async def async_announce_alerts(
    hass: HomeAssistant, entry: WattWiseConfigEntry
) -> None:
    """Tell of each change from the moment automations listen, as the entry is set up.

    They do once Home Assistant has started.
    """
    words = await async_alert_words(hass)
    board = entry.runtime_data.alerts

    @callback
    def async_tell(change: AlertChange) -> None:
        told = alert_event_data(entry, change, words)
        # Pages of devices show what is told of them.
        entity = er.async_get(hass).async_get(change.alert.entity_id)
        told["device_id"] = entity.device_id if entity else None
        hass.bus.async_fire(EVENT_ALERT, told)

    @callback
    def async_start(hass: HomeAssistant) -> None:
        entry.async_on_unload(board.async_start(hass))

    entry.async_on_unload(board.async_add_listener(async_tell))
    entry.async_on_unload(async_at_started(hass, async_start))


def alert_event_data(
    entry: WattWiseConfigEntry, change: AlertChange, words: AlertWords
) -> dict[str, Any]:
    """Return what is told of a change, as docs/alerts.md describes it."""
    alert = change.alert
    over = change.lasted is not None
    data: dict[str, Any] = {
        "phase": change.phase.value,
        "kind": alert.kind.value,
        "severity": (alert.worst if over else alert.severity).value,
        "entity_id": alert.entity_id,
        "household": entry.title,
        "meter": alert.meter,
        "name": alert.meter or entry.title,
        "message": words.began(alert),
        "since": alert.since.isoformat(),
        "details": dict(alert.details),
        "config_entry_id": entry.entry_id,
    }
    if change.before is not None:
        data["severity_before"] = change.before.value
    if change.lasted is not None:
        data["message"] = words.ended(alert, change.lasted)
        data["beside_name"] = words.over(change.lasted)
        data["duration"] = round(change.lasted.total_seconds())
    return data
