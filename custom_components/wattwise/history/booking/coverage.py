"""Whether the energy of a time is known already, by the other way of knowing it.

A meter's energy is told by itself or derived from its power. Where both meet (an
import into the past, a meter whose settings changed), it must be counted once.
"""

from ...metering.quantity import Channel
from ..readings.raw_readings import RawReadings
from .channel_state import ChannelStates


class Coverage:
    """What is known of one meter's energy."""

    def __init__(self, meter_id: str, raw: RawReadings, states: ChannelStates) -> None:
        """Look at the readings of a meter."""
        self._meter_id = meter_id
        self._raw = raw
        self._states = states
        self._has_readings: dict[Channel, bool] = {}

    def is_told(self, time_ms: int) -> bool:
        """Whether the meter itself told its energy around this time."""
        for channel in (Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT):
            state = self._states.get(self._meter_id, channel)
            if state.first_ms is None or state.last_ms is None:
                continue
            if channel not in self._has_readings:
                self._has_readings[channel] = self._raw.has_any(state.channel_id)
            within = state.first_ms <= time_ms <= state.last_ms
            if within and self._has_readings[channel]:
                return True
        return False

    def was_derived(self, time_ms: int) -> bool:
        """Whether energy was derived here from power that was pruned since."""
        return self._states.get(self._meter_id, Channel.POWER).derived.covers(time_ms)

    def is_derived(self, start_ms: int, end_ms: int) -> bool:
        """Whether energy was derived from power anywhere between the times."""
        state = self._states.get(self._meter_id, Channel.POWER)
        if state.derived.overlaps(start_ms, end_ms):
            return True
        first_ms, last_ms = state.first_ms, state.last_ms
        if first_ms is None or last_ms is None:
            return False
        if end_ms <= first_ms or start_ms >= last_ms:
            return False
        before = self._raw.previous(state.channel_id, end_ms, first_ms)
        if before is None:
            return False
        if before.time_ms > start_ms and before.energy_wh is not None:
            return True
        after = self._raw.next(state.channel_id, end_ms - 1, last_ms)
        return (
            after is not None
            and after.energy_wh is not None
            and before.time_ms + after.span_ms > start_ms
        )
