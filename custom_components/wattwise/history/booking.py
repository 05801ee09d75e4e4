"""Booking the readings of one meter: judged, stored, rolled up, registered."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from ..metering.counter import CounterPoint, judge_between, judge_next
from ..metering.plausibility import time_refusal, value_refusal
from ..metering.profile import EnergyKind, MeterProfile
from ..metering.quantity import Channel
from ..metering.reading import Reading, Refusal, RefusedReading
from ..metering.register import EnergyRegister
from ..metering.segment import Segment
from .channel_state import ChannelState, ChannelStates
from .raw_readings import RawReading, RawReadings
from .receipt import Receipt
from .slot_changes import SlotChanges

# What a meter that shows whole kWh may report at once as an interval's amount.
_AMOUNT_RESOLUTION_WH: Final = 1_000.0
_MS_PER_HOUR: Final = 3_600_000


@dataclass(slots=True)
class _Divided:
    """A stored reading whose segment late readings divide."""

    stored: RawReading
    now: RawReading


class Booking:
    """One append: readings of one meter, taken in order of their time."""

    def __init__(
        self,
        profile: MeterProfile,
        raw: RawReadings,
        states: ChannelStates,
        slots: SlotChanges,
        *,
        live: bool,
    ) -> None:
        """Book for a meter; only `live` readings move its energy registers."""
        self._profile = profile
        self._raw = raw
        self._states = states
        self._slots = slots
        self._live = live
        # Readings of a backlog come in order: the neighbours of one are known from
        # the one before it.
        self._neighbours: dict[int, tuple[RawReading, RawReading | None]] = {}
        self._divided: dict[int, _Divided] = {}
        self._touched: dict[Channel, ChannelState] = {}
        self._receipt = Receipt()

    def book(self, readings: Iterable[Reading], now_ms: int) -> Receipt:
        """Take the readings and say what became of them."""
        for reading in sorted(readings, key=lambda reading: reading.time_ms):
            refusal = time_refusal(reading.time_ms, now_ms) or value_refusal(
                reading, self._profile
            )
            if refusal:
                self._refuse(reading, refusal)
            elif not reading.channel.is_energy:
                self._book_level(reading)
            elif self._profile.energy_kind is EnergyKind.COUNTER:
                self._book_counter(reading)
            elif self._profile.energy_kind is EnergyKind.INTERVAL:
                self._book_amount(reading)
            else:
                self._refuse(reading, Refusal.UNUSED_CHANNEL)
        for channel_id in list(self._divided):
            self._settle(channel_id)
        for channel, state in self._touched.items():
            if latest := state.latest:
                self._receipt.latest[channel] = latest
        return self._receipt

    def _book_level(self, reading: Reading) -> None:
        """Store a momentary value; it ends the time the value before it was held."""
        state = self._state(reading.channel)
        found = self._place(state, reading, reading.value, None)
        if found is None:
            return
        before, after = found
        new = RawReading(reading.time_ms, reading.value, 0, None)
        if after:
            if before:
                self._share_held(state, before, after, -1)
            after = self._held_until(state, after, new)
            self._raw.update_segment(
                state.channel_id, after.time_ms, after.span_ms, after.energy_wh
            )
            self._share_held(state, new, after, 1)
        if before:
            new = self._held_until(state, new, before)
            self._share_held(state, before, new, 1)
        self._store(state, new, after)
        self._receipt.accepted += 1

    def _book_amount(self, reading: Reading) -> None:
        """Store an amount of energy that flowed since the reading before."""
        state = self._state(reading.channel)
        found = self._place(state, reading, None, reading.value)
        if found is None:
            return
        before, after = found
        if before and after and before.value is not None and after.value is not None:
            # A counter's difference already contains this amount.
            self._refuse(reading, Refusal.ALREADY_COVERED)
            return
        span_ms = self._amount_span(reading, before)
        possible_wh = self._profile.max_power_w * span_ms / _MS_PER_HOUR
        if reading.value > possible_wh + _AMOUNT_RESOLUTION_WH:
            self._refuse(reading, Refusal.MORE_THAN_POSSIBLE)
            return
        if after:
            # The next reading's energy flowed after this one.
            after_span_ms = min(after.span_ms, after.time_ms - reading.time_ms)
            after = self._change_energy(
                state, after, after_span_ms, after.energy_wh or 0.0
            )
        new = RawReading(reading.time_ms, None, span_ms, reading.value)
        self._share_spread(state.channel_id, new, 1)
        self._register(state, reading.value, shows=None)
        self._store(state, new, after)
        self._receipt.accepted += 1

    def _amount_span(self, reading: Reading, before: RawReading | None) -> int:
        """Return over what time an amount flowed [ms]: not over a gap in reports."""
        nominal_ms = int(self._profile.interval_s * 1000)
        if before is None:
            return nominal_ms
        gap_ms = reading.time_ms - before.time_ms
        if gap_ms > self._profile.hold_ms:
            return min(nominal_ms, gap_ms)
        return gap_ms

    def _book_counter(self, reading: Reading) -> None:
        """Store what a cumulative counter shows, or hold it while it is in doubt."""
        state = self._state(reading.channel)
        point = CounterPoint(reading.time_ms, reading.value)
        if any(held.time_ms == reading.time_ms for held in state.held):
            self._count_again(reading, same=point in state.held)
            return
        found = self._place(state, reading, reading.value, None)
        if found is None:
            return
        before, after = found
        if after:
            self._book_late_counter(state, reading, before, after)
        elif before is None or before.value is None:
            self._register(state, 0.0, shows=reading.value)
            self._store(state, RawReading(point.time_ms, point.value, 0, 0.0), None)
            self._receipt.accepted += 1
        else:
            last = CounterPoint(before.time_ms, before.value)
            self._book_next_counter(state, reading, last)

    def _book_next_counter(
        self, state: ChannelState, reading: Reading, last: CounterPoint
    ) -> None:
        """Judge a counter reading that is newer than all others."""
        point = CounterPoint(reading.time_ms, reading.value)
        judged = judge_next(last, state.held, point, self._profile.max_power_w)
        for refused, reason in judged.refused:
            if refused == point:
                self._refuse(reading, reason)
            else:
                # Its sender was told that it is held, and is not told again.
                self._receipt.disproved.append(
                    RefusedReading(
                        reading.index,
                        reading.channel,
                        reason,
                        refused.value,
                        refused.time_ms,
                    )
                )
        for accepted, energy_wh in judged.accepted:
            span_ms = accepted.time_ms - last.time_ms
            new = RawReading(accepted.time_ms, accepted.value, span_ms, energy_wh)
            self._share_spread(state.channel_id, new, 1)
            self._register(state, energy_wh, shows=accepted.value)
            self._store(state, new, None)
            last = accepted
        self._receipt.accepted += any(point == kept for kept, _ in judged.accepted)
        self._receipt.held += point in judged.held
        state.hold(judged.held)

    def _book_late_counter(
        self,
        state: ChannelState,
        reading: Reading,
        before: RawReading | None,
        after: RawReading,
    ) -> None:
        """Store a counter reading that is older than the newest one."""
        point = CounterPoint(reading.time_ms, reading.value)
        booked_wh = after.energy_wh or 0.0
        from_point = _counter_point(before)
        to_point = _counter_point(after)
        to_new, to_after = 0.0, booked_wh
        if to_point:
            fits = judge_between(
                from_point or point,
                point,
                to_point,
                booked_wh,
                self._profile.max_power_w,
            )
            if fits is None:
                self._refuse(reading, Refusal.OUT_OF_SEQUENCE)
                return
            to_new, to_after = fits
            after_span_ms = after.time_ms - point.time_ms
        else:
            after_span_ms = min(after.span_ms, after.time_ms - point.time_ms)
        span_ms = point.time_ms - from_point.time_ms if from_point else 0
        after = self._change_energy(state, after, after_span_ms, to_after)
        new = RawReading(point.time_ms, point.value, span_ms, to_new)
        self._share_spread(state.channel_id, new, 1)
        if from_point:
            # Before the first known reading the register had not begun.
            self._register(state, to_new + to_after - booked_wh, shows=point.value)
        self._store(state, new, after)
        self._receipt.accepted += 1

    def _state(self, channel: Channel) -> ChannelState:
        state = self._states.get(self._profile.meter_id, channel)
        self._touched[channel] = state
        return state

    def _place(
        self,
        state: ChannelState,
        reading: Reading,
        value: float | None,
        energy_wh: float | None,
    ) -> tuple[RawReading | None, RawReading | None] | None:
        """Find the neighbours of a reading; None when its time is taken."""
        time_ms = reading.time_ms
        known = self._neighbours.get(state.channel_id)
        if known and known[0].time_ms < time_ms:
            before, after = known
            if after is None or time_ms < after.time_ms:
                return before, after
        if state.last_ms is None:
            return None, None
        self._settle(state.channel_id)
        if time_ms > state.last_ms:
            return self._raw.at(state.channel_id, state.last_ms), None
        there = self._raw.at(state.channel_id, time_ms)
        if there:
            same = there.value == value and energy_wh in (None, there.energy_wh)
            self._count_again(reading, same=same)
            return None
        return (
            self._raw.previous(state.channel_id, time_ms, state.first_ms),
            self._raw.next(state.channel_id, time_ms, state.last_ms),
        )

    def _count_again(self, reading: Reading, *, same: bool) -> None:
        if same:
            self._receipt.duplicate += 1
        else:
            self._refuse(reading, Refusal.CONFLICTING_VALUE)

    def _refuse(self, reading: Reading, reason: Refusal) -> None:
        self._receipt.refused.append(
            RefusedReading(
                reading.index, reading.channel, reason, reading.value, reading.time_ms
            )
        )

    def _store(
        self, state: ChannelState, new: RawReading, after: RawReading | None
    ) -> None:
        self._raw.insert(state.channel_id, new)
        self._slots.add_reading(state.channel_id, new.time_ms, new.value)
        state.note(new.time_ms, new.value)
        self._neighbours[state.channel_id] = (new, after)

    def _held_until(
        self, state: ChannelState, later: RawReading, earlier: RawReading
    ) -> RawReading:
        """Return `later` with the segment in which the earlier value was held."""
        derives_energy = (
            state.channel is Channel.POWER
            and self._profile.energy_kind is EnergyKind.POWER
        )
        span_ms = min(later.time_ms - earlier.time_ms, self._profile.hold_ms)
        energy_wh = None
        if derives_energy and earlier.value is not None:
            energy_wh = earlier.value * span_ms / _MS_PER_HOUR
            if self._profile.produces:
                energy_wh = -energy_wh
        return replace(later, span_ms=span_ms, energy_wh=energy_wh)

    def _share_held(
        self, state: ChannelState, earlier: RawReading, later: RawReading, sign: int
    ) -> None:
        """Add or take back the time a value was held, and energy derived from it."""
        segment = Segment(
            earlier.time_ms,
            earlier.time_ms + later.span_ms,
            level=earlier.value,
            energy_wh=None if later.energy_wh is None else abs(later.energy_wh),
        )
        self._slots.add_level(state.channel_id, segment, sign)
        if later.energy_wh is None or segment.energy_wh is None:
            return
        importing = later.energy_wh > 0 or (
            later.energy_wh == 0 and not self._profile.produces
        )
        channel = Channel.ENERGY_IMPORT if importing else Channel.ENERGY_EXPORT
        energy_state = self._state(channel)
        energy_state.note(segment.end_ms, None)
        self._slots.add_energy(energy_state.channel_id, segment, sign)
        self._register(energy_state, sign * segment.energy_wh, shows=None)

    def _change_energy(
        self, state: ChannelState, after: RawReading, span_ms: int, energy_wh: float
    ) -> RawReading:
        """Give a stored reading another span and amount of energy.

        A backlog divides the same segment again and again, and that may be weeks
        long: its shares are moved once, when the last reading before it was taken.
        """
        divided = self._divided.get(state.channel_id)
        if divided is None or divided.now.time_ms != after.time_ms:
            self._settle(state.channel_id)
            divided = self._divided[state.channel_id] = _Divided(after, after)
        divided.now = replace(after, span_ms=span_ms, energy_wh=energy_wh)
        return divided.now

    def _settle(self, channel_id: int) -> None:
        """Write the segment that was divided, and move its shares."""
        divided = self._divided.pop(channel_id, None)
        if divided is None:
            return
        now = divided.now
        self._raw.update_segment(channel_id, now.time_ms, now.span_ms, now.energy_wh)
        self._share_spread(channel_id, divided.stored, -1)
        self._share_spread(channel_id, now, 1)

    def _share_spread(self, channel_id: int, reading: RawReading, sign: int) -> None:
        """Add or take back energy that is spread evenly over the time to a reading."""
        self._slots.add_energy(
            channel_id,
            Segment(
                reading.time_ms - reading.span_ms,
                reading.time_ms,
                energy_wh=reading.energy_wh,
            ),
            sign,
        )

    def _register(
        self, state: ChannelState, energy_wh: float, *, shows: float | None
    ) -> None:
        """Move the register; it begins at what the meter's own counter shows."""
        if not self._live:
            return
        if state.register is None:
            state.register = EnergyRegister(shows or 0.0)
            if shows is not None:
                return
        state.register.book(energy_wh)


def _counter_point(reading: RawReading | None) -> CounterPoint | None:
    if reading is None or reading.value is None:
        return None
    return CounterPoint(reading.time_ms, reading.value)
