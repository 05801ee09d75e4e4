"""What is wrong in a household at the moment, and who wants to know of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from .alert import Alert

if TYPE_CHECKING:
    from .alert_sensor import AlertSensor


@dataclass(frozen=True, slots=True)
class AlertChange:
    """An alert that began, or one that is over."""

    alert: Alert
    began: bool


type AlertListener = Callable[[AlertChange], None]


class AlertBoard:
    """Follows the alert entities of a household by what they show.

    An entity that is unavailable for a while says nothing: its alert goes on.
    """

    def __init__(self) -> None:
        """Begin with nothing wrong."""
        self.active: dict[str, Alert] = {}
        """By the entities' unique ids."""
        self._listeners: list[AlertListener] = []

    @callback
    def async_add_listener(self, listener: AlertListener) -> CALLBACK_TYPE:
        """Call `listener` at each change, until the result is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_follow(self, hass: HomeAssistant, sensor: AlertSensor) -> CALLBACK_TYPE:
        """Follow an entity that was added."""

        @callback
        def async_changed(event: Event[EventStateChangedData]) -> None:
            if state := event.data["new_state"]:
                self._async_note(sensor, state.state)

        return async_track_state_change_event(hass, sensor.entity_id, async_changed)

    @callback
    def _async_note(self, sensor: AlertSensor, state: str) -> None:
        key = sensor.unique_id
        assert key is not None  # entities of WattWise have one
        known = self.active.get(key)
        if state == STATE_ON and known is None:
            alert = self.active[key] = _alert(sensor)
            self._async_tell(AlertChange(alert, began=True))
        elif state == STATE_OFF and known is not None:
            del self.active[key]
            self._async_tell(AlertChange(known, began=False))

    @callback
    def _async_tell(self, change: AlertChange) -> None:
        for listener in list(self._listeners):
            listener(change)


def _alert(sensor: AlertSensor) -> Alert:
    """Return the alert an entity tells of as it begins."""
    return Alert(
        sensor.alert_kind,
        sensor.alert_severity,
        sensor.entity_id,
        sensor.alert_meter,
        dt_util.utcnow(),
        dict(sensor.alert_details),
    )
