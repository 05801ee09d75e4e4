"""What is wrong in a household at the moment, and who wants to know of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from homeassistant.const import STATE_OFF, STATE_ON, Platform
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from .alert import Alert, AlertPhase, AlertSeverity

if TYPE_CHECKING:
    from .alert_sensor import AlertSensor
    from .telling.kept_alerts import KeptAlerts


@dataclass(frozen=True, slots=True)
class AlertChange:
    """An alert that started, one that is graver than before, or one that is over."""

    alert: Alert
    phase: AlertPhase
    before: AlertSeverity | None = None
    """How grave it was until it worsened."""
    lasted: timedelta | None = None
    """How long it was there, of one that is over."""


type AlertListener = Callable[[AlertChange], None]


class AlertBoard:
    """Follows the alert entities of a household by what they show.

    An entity that is unavailable for a while says nothing: its alert goes on. So it does
    over a restart: what was there before and still is, is not told again, and what ended
    meanwhile is told as over. An alert whose entity is removed or disabled ends silently:
    nobody said that it is over.
    """

    def __init__(self) -> None:
        """Begin with nothing wrong."""
        self.active: dict[str, Alert] = {}
        """By the entities' unique ids."""
        self._sensors: dict[str, AlertSensor] = {}
        self._listeners: list[AlertListener] = []
        self._kept: KeptAlerts | None = None
        self._tells = False

    async def async_load(self, kept: KeptAlerts) -> None:
        """Go on from what was there before, and keep what will be."""
        self._kept = kept
        self.active = await kept.async_load()

    @callback
    def async_add_listener(self, listener: AlertListener) -> CALLBACK_TYPE:
        """Call `listener` at each change, until the result is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_follow(self, hass: HomeAssistant, sensor: AlertSensor) -> CALLBACK_TYPE:
        """Follow an entity that was added, which may have been renamed."""
        key = _key(sensor)
        self._sensors[key] = sensor
        if known := self.active.get(key):
            self.active[key] = replace(
                known, entity_id=sensor.entity_id, meter=sensor.alert_meter
            )

        @callback
        def async_changed(event: Event[EventStateChangedData]) -> None:
            if self._tells and (state := event.data["new_state"]):
                self._note(sensor, state)

        stop = async_track_state_change_event(hass, sensor.entity_id, async_changed)

        @callback
        def async_end() -> None:
            stop()
            if self._sensors.get(key) is sensor:
                del self._sensors[key]

        return async_end

    @callback
    def async_start(self, hass: HomeAssistant) -> CALLBACK_TYPE:
        """Tell from now on, once all who listen are there; the result ends it.

        What entities showed before, while they were set up, is told now.
        """
        registry = er.async_get(hass)
        for key in list(self.active):
            entity_id = registry.async_get_entity_id(
                Platform.BINARY_SENSOR, DOMAIN, key
            )
            entity = registry.async_get(entity_id) if entity_id else None
            if entity is None or entity.disabled:
                self._forget(key)
        self._tells = True
        for sensor in list(self._sensors.values()):
            if state := hass.states.get(sensor.entity_id):
                self._note(sensor, state)

        @callback
        def async_registry_changed(
            event: Event[er.EventEntityRegistryUpdatedData],
        ) -> None:
            entity = registry.async_get(event.data["entity_id"])
            if entity is None or entity.disabled:
                for key, alert in list(self.active.items()):
                    if alert.entity_id == event.data["entity_id"]:
                        self._forget(key)

        stop = hass.bus.async_listen(
            er.EVENT_ENTITY_REGISTRY_UPDATED, async_registry_changed
        )

        @callback
        def async_stop() -> None:
            self._tells = False
            stop()

        return async_stop

    async def async_save(self) -> None:
        """Keep what is there at once: another board is about to read it."""
        if self._kept:
            await self._kept.async_save(self.active)

    @callback
    def _note(self, sensor: AlertSensor, state: State) -> None:
        key = _key(sensor)
        known = self.active.get(key)
        if state.state == STATE_ON:
            if known is None:
                alert = self.active[key] = _alert(sensor, state)
                self._tell(AlertChange(alert, AlertPhase.STARTED))
            else:
                self._renew(key, known, sensor)
        elif state.state == STATE_OFF and known is not None:
            del self.active[key]
            lasted = max(dt_util.utcnow() - known.since, timedelta())
            self._tell(AlertChange(known, AlertPhase.ENDED, lasted=lasted))

    @callback
    def _renew(self, key: str, known: Alert, sensor: AlertSensor) -> None:
        """Take over how grave it is by now, and what explains it."""
        severity = sensor.alert_severity
        worsened = severity.rank > known.worst.rank
        alert = self.active[key] = replace(
            known,
            severity=severity,
            worst=severity if worsened else known.worst,
            details=dict(sensor.alert_details),
        )
        if worsened:
            self._tell(AlertChange(alert, AlertPhase.WORSENED, before=known.worst))

    @callback
    def _forget(self, key: str) -> None:
        del self.active[key]
        self._keep()

    @callback
    def _keep(self) -> None:
        if self._kept:
            self._kept.async_keep(lambda: self.active)

    @callback
    def _tell(self, change: AlertChange) -> None:
        self._keep()
        for listener in list(self._listeners):
            listener(change)


def _key(sensor: AlertSensor) -> str:
    key = sensor.unique_id
    assert key is not None  # entities of WattWise have one
    return key


def _alert(sensor: AlertSensor, state: State) -> Alert:
    """Return the alert an entity tells of as it begins."""
    severity = sensor.alert_severity
    return Alert(
        sensor.alert_kind,
        severity,
        severity,
        sensor.entity_id,
        sensor.alert_meter,
        state.last_changed,
        dict(sensor.alert_details),
    )
