"""Meters made of entities that Home Assistant already has."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers.event import (
    async_track_state_change_event,
    async_track_state_report_event,
    async_track_time_interval,
)
from homeassistant.util import dt as dt_util

from ..metering.quantity import Channel, UnknownUnitError, to_base_unit
from ..metering.reading import Reading, Refusal, RefusedReading
from .source import ReadingCallback, RefusedCallback

# Entities that report only changes would seem to have gaps; while one is available
# its momentary value is true, and is noted again this often. Counters need no
# repeating: all they counted since is in their next change.
REPEAT_INTERVAL: Final = timedelta(seconds=60)


class EntitySource:
    """Turns the states of entities into readings."""

    def __init__(
        self,
        hass: HomeAssistant,
        entities: Mapping[Channel, str],
        on_reading: ReadingCallback,
        on_refused: RefusedCallback,
        on_availability: CALLBACK_TYPE,
    ) -> None:
        """Read each channel from the entity of this id.

        `on_availability` is called when `available` has changed.
        """
        self._hass = hass
        self._channels = {entity_id: channel for channel, entity_id in entities.items()}
        self._on_reading = on_reading
        self._on_refused = on_refused
        self._on_availability = on_availability
        self._was_available = False
        self._noted_ms: dict[str, int] = {}
        self._bad_units: set[str] = set()

    @property
    def available(self) -> bool:
        """Whether any of the entities has a value."""
        return any(_has_value(self._hass.states.get(e)) for e in self._channels)

    async def async_start(self) -> CALLBACK_TYPE:
        """Begin to read; returns what ends it."""
        entity_ids = list(self._channels)
        stop = [
            async_track_state_change_event(self._hass, entity_ids, self._changed),
            async_track_state_report_event(self._hass, entity_ids, self._reported),
            async_track_time_interval(
                self._hass, self._repeat, REPEAT_INTERVAL, cancel_on_shutdown=True
            ),
        ]
        for entity_id in entity_ids:
            if state := self._hass.states.get(entity_id):
                self._note(state, state.last_reported)
        self._was_available = self.available

        @callback
        def async_stop() -> None:
            for unsubscribe in stop:
                unsubscribe()

        return async_stop

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        if state := event.data["new_state"]:
            self._note(state, state.last_updated)
        if (available := self.available) is not self._was_available:
            self._was_available = available
            self._on_availability()

    @callback
    def _reported(self, event: Event[EventStateReportedData]) -> None:
        state = event.data["new_state"]
        self._note(state, event.data["last_reported"])

    @callback
    def _repeat(self, now: datetime) -> None:
        for entity_id, channel in self._channels.items():
            state = self._hass.states.get(entity_id)
            if state and not channel.is_energy:
                self._note(state, now)

    def _note(self, state: State, moment: datetime) -> None:
        if not _has_value(state):
            return
        time_ms = int(moment.timestamp() * 1000)
        noted_ms = self._noted_ms.get(state.entity_id, 0)
        # A time still to come was noted by a clock that was ahead since then.
        if time_ms <= noted_ms <= dt_util.utcnow().timestamp() * 1000:
            return
        channel = self._channels[state.entity_id]
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        try:
            value = to_base_unit(float(state.state), channel.quantity, unit)
        except ValueError:
            self._refuse(channel, Refusal.NOT_A_NUMBER, time_ms)
            return
        except UnknownUnitError:
            if state.entity_id not in self._bad_units:
                self._bad_units.add(state.entity_id)
                self._refuse(channel, Refusal.UNKNOWN_UNIT, time_ms)
            return
        self._bad_units.discard(state.entity_id)
        self._noted_ms[state.entity_id] = time_ms
        self._on_reading(Reading(channel, time_ms, value))

    def _refuse(self, channel: Channel, reason: Refusal, time_ms: int) -> None:
        self._on_refused(RefusedReading(0, channel, reason, None, time_ms))


def _has_value(state: State | None) -> bool:
    return state is not None and state.state not in (STATE_UNAVAILABLE, STATE_UNKNOWN)
