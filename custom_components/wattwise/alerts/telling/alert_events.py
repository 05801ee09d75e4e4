"""The entity that shows a household's newest event: an alert that came, or is over."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.event import EventEntity
from homeassistant.core import Event, callback

from ...entity import household_device_info, household_unique_id
from ...household import WattWiseConfigEntry
from ..alert import AlertKind, AlertPhase
from .alert_announcements import EVENT_ALERT, is_of_alert

ALERTS: Final = "alerts"

EVENT_TYPES: Final = [
    *(kind.value for kind in AlertKind),
    AlertPhase.WORSENED.value,
    AlertPhase.ENDED.value,
]

_TOLD: Final = ("kind", "severity", "meter", "message", "since", "duration", "details")


class AlertEvents(EventEntity):
    """Says of an alert that begins which it is, and of others what became of them."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    _attr_translation_key = ALERTS
    _attr_event_types = EVENT_TYPES

    def __init__(self, entry: WattWiseConfigEntry) -> None:
        """Belong to the household's device."""
        self._entry = entry
        self._attr_unique_id = household_unique_id(entry, ALERTS)
        self._attr_device_info = household_device_info(entry)

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to what is told of the household."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self.hass.bus.async_listen(
                EVENT_ALERT, self._take, event_filter=is_of_alert
            )
        )

    @callback
    def _take(self, event: Event) -> None:
        told: Mapping[str, Any] = event.data
        if told["config_entry_id"] != self._entry.entry_id:
            return
        began = told["phase"] == AlertPhase.STARTED
        # Entities with an attribute `entity_id` are taken for groups.
        attributes = {name: told[name] for name in _TOLD if name in told}
        self._trigger_event(
            told["kind"] if began else told["phase"],
            attributes | {"alert_entity": told["entity_id"]},
        )
        self.async_write_ha_state()
