"""Booking the readings of one meter: judged, stored, rolled up, registered."""

from collections.abc import Callable, Iterable
from operator import attrgetter
import time
from typing import Final

from ...metering.counter import (
    CounterPoint,
    follows,
    judge_next,
)
from ...metering.plausibility import (
    EARLIEST_MS,
    MAX_AHEAD_MS,
    plausible_range,
    time_refusal,
    value_refusal,
)
from ...metering.profile import EnergyKind
from ...metering.quantity import Channel
from ...metering.reading import Reading, Refusal
from ..readings.raw_readings import RawReading
from ..receipt import Receipt
from .channel_state import ChannelState
from .divided_counter import divide
from .ledger_page import LedgerPage

# What a meter that shows whole kWh may report at once as an interval's amount.
_AMOUNT_RESOLUTION_WH: Final = 1_000.0
# A thread that computes keeps the interpreter for milliseconds before another gets
# it. In a long backlog this one steps aside after each one or so, so that the event
# loop need not wait.
_SLICE: Final = 200
_PAUSE_S: Final = 0.00005
_MS_PER_HOUR: Final = 3_600_000


class Booking(LedgerPage):
    """One append: readings are judged, stored, rolled up and registered."""

    def book(self, readings: Iterable[Reading], now_ms: int) -> Receipt:
        """Take the readings and say what became of them."""
        self._latest_possible_ms = now_ms + MAX_AHEAD_MS
        rules: dict[Channel, tuple[float, float, Callable[[Reading], None]]] = {}
        in_order = sorted(readings, key=attrgetter("time_ms"))
        for number, reading in enumerate(in_order, start=1):
            if number % _SLICE == 0:
                time.sleep(_PAUSE_S)
            channel = reading.channel
            if channel not in rules:
                low, high = plausible_range(channel, self._profile)
                rules[channel] = low, high, self._way_of(channel)
            low, high, book = rules[channel]
            if (
                not EARLIEST_MS <= reading.time_ms <= self._latest_possible_ms
                or not low <= reading.value <= high
            ):
                refusal = time_refusal(reading.time_ms, now_ms) or value_refusal(
                    reading, self._profile
                )
                if refusal:
                    self._refuse(reading, refusal)
                    continue
            book(reading)
        for channel_id in list(self._divided):
            self._settle(channel_id)
        for channel, state in self._touched.items():
            if latest := state.latest:
                self._receipt.latest[channel] = latest
        return self._receipt

    def _way_of(self, channel: Channel) -> Callable[[Reading], None]:
        """Return how readings of a channel are booked."""
        if not channel.is_energy:
            return self._book_level
        match self._profile.energy_kind:
            case EnergyKind.COUNTER:
                return self._book_counter
            case EnergyKind.INTERVAL:
                return self._book_amount
            case EnergyKind.POWER:
                return self._leave_unused

    def _leave_unused(self, reading: Reading) -> None:
        """Note that energy was told by a meter whose energy is derived from power."""
        # Counting both would count twice.
        self._receipt.unused.add(reading.channel)

    def _book_level(self, reading: Reading) -> None:
        """Store a momentary value; it ends the time the value before it was held."""
        state = self._state(reading.channel)
        found = self._place(state, reading, reading.value, None)
        if found is None:
            return
        before, after = found
        sign = None
        if reading.channel is Channel.POWER:
            sign = self._energy_sign(reading)
        if before and after:
            # The halves count what the whole did, whatever the meter is now.
            sign = _sign_of(before, after, sign)
            self._share_held(state, before, after, -1)
        new = self._held_until(reading.time_ms, reading.value, before, sign)
        if after:
            after = self._held_until(after.time_ms, after.value, new, sign)
            self._raw.update_segment(
                state.channel_id, after.time_ms, after.span_ms, after.energy_wh
            )
            self._owe_derived(state, found[1], after)
            self._share_held(state, new, after, 1)
        elif self._live:
            self._receipt.momentary.append(reading)
        if before:
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
        span_ms = self._amount_span(reading, before)
        if self._is_covered(reading, span_ms, before, after):
            self._refuse(reading, Refusal.ALREADY_COVERED)
            return
        max_power_w = self._profile.max_power_w(reading.channel)
        possible_wh = max_power_w * span_ms / _MS_PER_HOUR
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
        """Return over what time an amount flowed [ms].

        After a gap in reports it is the amount of the usual interval, if that much
        can flow in it, else of the whole gap.
        """
        nominal_ms = int(self._profile.interval_s * 1000)
        if before is None:
            return nominal_ms
        gap_ms = reading.time_ms - before.time_ms
        max_power_w = self._profile.max_power_w(reading.channel)
        # A device that missed a report tells of both intervals with the next; a row of
        # a file stands for its own, also beside an empty one.
        longest_ms = self._profile.hold_ms if self._live else nominal_ms * 3 // 2
        if (
            gap_ms > longest_ms
            and reading.value <= max_power_w * nominal_ms / _MS_PER_HOUR
        ):
            return nominal_ms
        return gap_ms

    def _is_covered(
        self,
        reading: Reading,
        span_ms: int,
        before: RawReading | None,
        after: RawReading | None,
    ) -> bool:
        """Whether the energy of an amount's time is known already."""
        if before and after and before.value is not None and after.value is not None:
            # A counter's difference already contains this amount.
            return True
        if self._live:
            return False
        start_ms = reading.time_ms - int(self._profile.interval_s * 1000)
        if after and after.time_ms - after.span_ms < reading.time_ms:
            return True
        if before and before.time_ms > (start_ms + reading.time_ms) // 2:
            return True
        return self._coverage.is_derived(reading.time_ms - span_ms, reading.time_ms)

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
        late = self._is_late(state, reading)
        if (late and self._coverage.was_derived(reading.time_ms)) or (
            not self._live
            and self._coverage.is_derived(
                before.time_ms if before else reading.time_ms - 1, reading.time_ms
            )
        ):
            self._refuse(reading, Refusal.ALREADY_COVERED)
            return
        if (
            before
            and late
            and self._coverage.is_derived(before.time_ms, reading.time_ms)
        ):
            # What was derived from power meanwhile is in the counter too: it goes on
            # from what it shows now.
            before = None
        if after and not self._begins_after_derived(reading, after):
            self._book_late_counter(state, reading, before, after)
        elif before is None or before.value is None:
            self._drop_held(state, reading, reading.time_ms)
            self._register(state, 0.0, shows=reading.value)
            self._store(state, RawReading(point.time_ms, point.value, 0, 0.0), after)
            self._receipt.accepted += 1
        else:
            last = CounterPoint(before.time_ms, before.value)
            max_power_w = self._profile.max_power_w(reading.channel)
            if after and not follows(last, point, max_power_w):
                # Only readings that are newer than all others can be held.
                self._refuse(reading, Refusal.OUT_OF_SEQUENCE)
                return
            self._book_next_counter(state, reading, last, after)

    def _begins_after_derived(self, reading: Reading, after: RawReading) -> bool:
        """Whether the counter began anew after a time it does not tell about.

        Its difference to an earlier reading has in it what was derived meanwhile.
        """
        begun_ms = after.time_ms - after.span_ms
        return reading.time_ms < begun_ms and self._coverage.is_derived(
            reading.time_ms, begun_ms
        )

    def _book_next_counter(
        self,
        state: ChannelState,
        reading: Reading,
        last: CounterPoint,
        after: RawReading | None,
    ) -> None:
        """Judge a counter reading whose successor, if any, began anew."""
        point = CounterPoint(reading.time_ms, reading.value)
        max_power_w = self._profile.max_power_w(reading.channel)
        if not state.held and follows(last, point, max_power_w):
            self._accept_counter(state, last, point, point.value - last.value, after)
            self._receipt.accepted += 1
            return
        # Imported readings can have overtaken what is held.
        self._drop_held(state, reading, last.time_ms)
        judged = judge_next(last, state.held, point, max_power_w)
        for refused, reason in judged.refused:
            if refused == point:
                self._refuse(reading, reason)
            else:
                self._disprove(reading.channel, refused, reason)
        for accepted, energy_wh in judged.accepted:
            self._accept_counter(state, last, accepted, energy_wh, after)
            last = accepted
        self._receipt.accepted += any(point == kept for kept, _ in judged.accepted)
        self._receipt.held += point in judged.held
        state.hold(judged.held)

    def _accept_counter(
        self,
        state: ChannelState,
        last: CounterPoint,
        point: CounterPoint,
        energy_wh: float,
        after: RawReading | None,
    ) -> None:
        """Store what a counter showed and book what it counted."""
        span_ms = point.time_ms - last.time_ms
        limit = self._profile.joint_limit
        if limit and limit.is_exceeded(last.time_ms, point.time_ms, energy_wh):
            span_ms, energy_wh = 0, 0.0
        new = RawReading(point.time_ms, point.value, span_ms, energy_wh)
        self._share_spread(state.channel_id, new, 1)
        self._register(state, energy_wh, shows=point.value)
        if point in state.held:
            self._owe(state.channel_id, point.time_ms, -energy_wh)
        self._store(state, new, after)

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
        if to_point:
            fits = divide(
                from_point,
                point,
                to_point,
                booked_wh,
                self._profile.max_power_w(reading.channel),
                self._profile.joint_limit,
            )
            if fits is None:
                self._refuse(reading, Refusal.OUT_OF_SEQUENCE)
                return
            span_ms, to_new, after_span_ms, to_after = fits
        else:
            span_ms = point.time_ms - from_point.time_ms if from_point else 0
            to_new, to_after = 0.0, booked_wh
            after_span_ms = min(after.span_ms, after.time_ms - point.time_ms)
        after = self._change_energy(state, after, after_span_ms, to_after)
        new = RawReading(point.time_ms, point.value, span_ms, to_new)
        self._share_spread(state.channel_id, new, 1)
        if from_point:
            # Before the first known reading the register had not begun.
            self._register(state, to_new + to_after - booked_wh, shows=point.value)
        self._store(state, new, after)
        self._receipt.accepted += 1

    def _held_until(
        self,
        time_ms: int,
        value: float | None,
        earlier: RawReading | None,
        sign: int | None,
    ) -> RawReading:
        """Return a reading with the segment in which the earlier value was held."""
        if earlier is None:
            return RawReading(time_ms, value, 0, None)
        span_ms = time_ms - earlier.time_ms
        span_ms = min(span_ms, self._hold_ms)
        energy_wh = None
        if sign is not None and earlier.value is not None:
            energy_wh = sign * earlier.value * span_ms / _MS_PER_HOUR
        return RawReading(time_ms, value, span_ms, energy_wh)

    def _energy_sign(self, reading: Reading) -> int | None:
        """Return the sign of the energy derived from a value; None to derive none."""
        if self._profile.energy_kind is not EnergyKind.POWER or (
            not self._live and self._coverage.is_told(reading.time_ms)
        ):
            return None
        return -1 if self._profile.produces else 1

    def _share_held(
        self, state: ChannelState, earlier: RawReading, later: RawReading, sign: int
    ) -> None:
        """Add or take back the time a value was held, and energy derived from it."""
        start_ms, end_ms = earlier.time_ms, earlier.time_ms + later.span_ms
        level = earlier.value or 0.0
        self._slots.add_level(state.channel_id, start_ms, end_ms, level, sign)
        if later.energy_wh is None:
            return
        energy_wh = abs(later.energy_wh)
        energy_state = self._derived_state(later.energy_wh)
        energy_state.note(end_ms, None)
        self._slots.add_energy(
            energy_state.channel_id, start_ms, end_ms, energy_wh, sign
        )
        self._register(energy_state, sign * energy_wh, shows=None)


def _sign_of(before: RawReading, after: RawReading, sign: int | None) -> int | None:
    """Return the sign with which a stored segment's energy was derived."""
    if after.energy_wh is None or before.value is None:
        return None
    product = before.value * after.energy_wh
    if product == 0:
        return sign or 1
    return 1 if product > 0 else -1


def _counter_point(reading: RawReading | None) -> CounterPoint | None:
    if reading is None or reading.value is None:
        return None
    return CounterPoint(reading.time_ms, reading.value)
