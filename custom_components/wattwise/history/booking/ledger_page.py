"""A page of the ledger: what entering a reading of any kind needs.

It finds a reading's neighbours, keeps the segments between them, and books energy.
"""

from dataclasses import dataclass

from ...metering.counter import CounterPoint
from ...metering.profile import MeterProfile
from ...metering.quantity import Channel
from ...metering.reading import (
    Reading,
    Refusal,
    RefusedReading,
)
from ...metering.register import EnergyRegister
from ..loads.register_debts import RegisterDebts
from ..readings.raw_readings import RawReading, RawReadings
from ..receipt import Receipt
from .channel_state import ChannelState, ChannelStates
from .coverage import Coverage
from .slot_changes import SlotChanges


@dataclass(slots=True)
class _Divided:
    """A stored reading whose segment late readings divide."""

    stored: RawReading
    now: RawReading


class LedgerPage:
    """The readings of one meter that are entered together, in order of time."""

    def __init__(
        self,
        profile: MeterProfile,
        raw: RawReadings,
        states: ChannelStates,
        slots: SlotChanges,
        debts: RegisterDebts,
        *,
        live: bool,
    ) -> None:
        """Book for a meter; only `live` readings move its energy registers."""
        self._profile = profile
        self._hold_ms = profile.hold_ms
        self._raw = raw
        self._states = states
        self._slots = slots
        self._debts = debts
        self._live = live
        self._latest_possible_ms = 0
        self._coverage = Coverage(profile.meter_id, raw, states)
        # Readings of a backlog come in order: the neighbours of one are known from
        # the one before it.
        self._neighbours: dict[int, tuple[RawReading, RawReading | None]] = {}
        self._divided: dict[int, _Divided] = {}
        self._touched: dict[Channel, ChannelState] = {}
        self._receipt = Receipt()

    def _refuse(self, reading: Reading, reason: Refusal) -> None:
        self._receipt.refused.append(
            RefusedReading(
                reading.index, reading.channel, reason, reading.value, reading.time_ms
            )
        )

    def _disprove(self, channel: Channel, point: CounterPoint, reason: Refusal) -> None:
        """Refuse a reading whose sender was told that it is held."""
        self._receipt.disproved.append(
            RefusedReading(0, channel, reason, point.value, point.time_ms)
        )

    def _drop_held(self, state: ChannelState, reading: Reading, until_ms: int) -> None:
        """Disprove what is held from before a reading that is known to be true."""
        for point in state.held:
            if point.time_ms <= until_ms:
                self._disprove(reading.channel, point, Refusal.OUT_OF_SEQUENCE)
        state.hold(tuple(p for p in state.held if p.time_ms > until_ms))

    def _is_late(self, state: ChannelState, reading: Reading) -> bool:
        return state.last_ms is not None and reading.time_ms <= state.last_ms

    def _state(self, channel: Channel) -> ChannelState:
        if known := self._touched.get(channel):
            return known
        state = self._states.get(self._profile.meter_id, channel)
        self._touched[channel] = state
        if (
            self._live
            and state.last_ms is not None
            and state.last_ms > self._latest_possible_ms
        ):
            # The clock was ahead and is right again: what was noted in the future
            # is not waited for, and the channel begins anew.
            state.last_ms, state.last_value = None, None
        return state

    def _place(
        self,
        state: ChannelState,
        reading: Reading,
        value: float | None,
        energy_wh: float | None,
    ) -> tuple[RawReading | None, RawReading | None] | None:
        """Find the neighbours of a reading; None when its time is taken or pruned."""
        time_ms = reading.time_ms
        known = self._neighbours.get(state.channel_id)
        if known and known[0].time_ms < time_ms:
            before, after = known
            if after is None or time_ms < after.time_ms:
                return before, after
        self._settle(state.channel_id)
        if state.last_ms is not None and time_ms > state.last_ms:
            return self._raw.at(state.channel_id, state.last_ms), None
        there = self._raw.at(state.channel_id, time_ms)
        if there:
            same = there.value == value and energy_wh in (None, there.energy_wh)
            self._count_again(reading, same=same)
            return None
        if state.last_ms is None:
            return None, None
        if state.pruned.covers(time_ms):
            # Its time is known in sum only.
            self._refuse(reading, Refusal.ALREADY_COVERED)
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

    def _store(
        self, state: ChannelState, new: RawReading, after: RawReading | None
    ) -> None:
        self._raw.add(state.channel_id, new)
        self._slots.add_reading(state.channel_id, new.time_ms, new.value)
        state.note(new.time_ms, new.value)
        self._neighbours[state.channel_id] = (new, after)

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
        divided.now = after._replace(span_ms=span_ms, energy_wh=energy_wh)
        return divided.now

    def _settle(self, channel_id: int) -> None:
        """Write the segment that was divided, and move its shares."""
        divided = self._divided.pop(channel_id, None)
        if divided is None:
            return
        now = divided.now
        self._raw.update_segment(channel_id, now.time_ms, now.span_ms, now.energy_wh)
        less_wh = (divided.stored.energy_wh or 0.0) - (now.energy_wh or 0.0)
        self._owe(channel_id, now.time_ms, less_wh)
        self._share_spread(channel_id, divided.stored, -1)
        self._share_spread(channel_id, now, 1)

    def _share_spread(self, channel_id: int, reading: RawReading, sign: int) -> None:
        """Add or take back energy that is spread evenly over the time to a reading."""
        self._slots.add_energy(
            channel_id,
            reading.time_ms - reading.span_ms,
            reading.time_ms,
            reading.energy_wh or 0.0,
            sign,
        )

    def _derived_state(self, energy_wh: float) -> ChannelState:
        """Return the channel to which energy derived from power is booked."""
        importing = energy_wh > 0 or (energy_wh == 0 and not self._profile.produces)
        return self._state(
            Channel.ENERGY_IMPORT if importing else Channel.ENERGY_EXPORT
        )

    def _owe_derived(
        self, state: ChannelState, was: RawReading | None, now: RawReading
    ) -> None:
        """Note what a live reading left of the energy derived up to another one."""
        if was and now.energy_wh is not None:
            register_id = self._derived_state(now.energy_wh).channel_id
            less_wh = abs(was.energy_wh or 0.0) - abs(now.energy_wh)
            self._owe(state.channel_id, now.time_ms, less_wh, register_id)

    def _owe(
        self,
        channel_id: int,
        time_ms: int,
        energy_wh: float,
        register_id: int | None = None,
    ) -> None:
        """Note that a live reading took energy from the register, of another's time.

        That is to be given back if that other one is a file's and leaves.
        """
        if self._live and energy_wh:
            self._debts.note(channel_id, time_ms, register_id or channel_id, energy_wh)

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
