"""The alerts in the logbook, in the words in which they were told."""

from collections.abc import Callable
from typing import Any

from homeassistant.components.logbook.const import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.core import Event, HomeAssistant, callback

from .alerts.telling.alert_announcements import EVENT_ALERT
from .const import DOMAIN


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, Any]]], None],
) -> None:
    """Say how an alert is described."""

    @callback
    def async_describe_alert(event: Event) -> dict[str, Any]:
        told = event.data
        message, entity_id = told.get("message", ""), told.get("entity_id")
        # The frontend puts the entity's name before it, as long as there is the entity.
        if entity_id and hass.states.get(entity_id):
            message = told.get("beside_name", message)
        return {
            LOGBOOK_ENTRY_NAME: told.get("name", "WattWise"),
            LOGBOOK_ENTRY_MESSAGE: message,
            LOGBOOK_ENTRY_ENTITY_ID: entity_id,
        }

    async_describe_event(DOMAIN, EVENT_ALERT, async_describe_alert)
