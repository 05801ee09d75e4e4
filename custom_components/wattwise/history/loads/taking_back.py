"""Taking back what a file brought: afterwards all is as if it had never been loaded.

Done in steps, each in a transaction of its own that leaves the history whole; the
notes shrink with each, so that a restart goes on where it ended. Readings that were
pruned meanwhile are known in sum only: their roll-ups stay, and so do the readings at
both ends of such a stretch, which later ones need as neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, islice, pairwise
from typing import Final

from ...metering.profile import MeterProfile
from ...metering.quantity import Channel
from ...metering.register import EnergyRegister
from ..booking.channel_state import ChannelState
from ..booking.coverage import Coverage
from ..damage.set_aside import awaits_recovery
from ..errors import RecoveryAwaitedError
from ..periods.calendar import HOUR_MS
from ..readings.pruned import Pruned, load_pruned
from ..readings.raw_readings import RawReading
from ..writer import Transaction
from .derived_energy import narrow_derived
from .outbox_removal import drop_waiting, write_again
from .records import (
    Owners,
    Part,
    first_part,
    forget_load,
    keep_times,
)
from .register_debts import settle
from .removed_readings import RemovedReadings
from .segments import (
    Joint,
    amount_joined,
    counter_joined,
    level_joined,
)

# Readings and hours of one step at the most: live readings wait meanwhile.
_READINGS: Final = 250
_HOURS: Final = 100


@dataclass(slots=True)
class _Run:
    """Readings of a load that follow each other, and their neighbours."""

    before: RawReading | None
    readings: list[RawReading]
    after: RawReading | None = None


def begin_taking_back(transaction: Transaction, load_id: int) -> None:
    """Note that a load is being taken back; nothing of it is exported any more.

    Raises RecoveryAwaitedError.
    """
    _refuse_before_recovery(transaction)
    transaction.connection.execute(
        "UPDATE load SET undone = 1 WHERE load_id = ?", (load_id,)
    )
    drop_waiting(transaction.connection, load_id)


def take_back(transaction: Transaction, load_id: int, profile: MeterProfile) -> int:
    """Take the next readings of a load back; return how many, -1 when it is over.

    `profile` is that of the meter. Call again, in another transaction. Raises
    RecoveryAwaitedError.
    """
    _refuse_before_recovery(transaction)
    part = first_part(transaction.connection, load_id)
    if part is None:
        narrow_derived(transaction, profile)
        settle(
            *(transaction.connection, transaction.ledger.states),
            *(profile.meter_id, load_id),
        )
        forget_load(transaction.connection, load_id)
        return -1
    times = _of_some_hours(part.times)
    removed = _TakingBack(transaction, load_id, profile, part).run(times)
    keep_times(transaction.connection, part.part_id, part.times[len(times) :])
    end_ms = times[-1] + 1
    following = first_part(transaction.connection, load_id)
    if following and following.channel_id == part.channel_id:
        # What others told between them was dropped from the outbox with them.
        end_ms = max(end_ms, following.times[0])
    write_again(transaction.connection, part.channel_id, times[0], end_ms)
    return removed


def _refuse_before_recovery(transaction: Transaction) -> None:
    if awaits_recovery(transaction.connection):
        raise RecoveryAwaitedError(
            "a damaged part of the history has to be recovered before"
        )


def _of_some_hours(times: list[int]) -> list[int]:
    hours = groupby(times[:_READINGS], lambda time_ms: time_ms // HOUR_MS)
    return [time_ms for _, some in islice(hours, _HOURS) for time_ms in some]


class _TakingBack:
    """One step: readings of one part of a load."""

    def __init__(
        self,
        transaction: Transaction,
        load_id: int,
        profile: MeterProfile,
        part: Part,
    ) -> None:
        self._connection = transaction.connection
        self._ledger = transaction.ledger
        self._raw = transaction.ledger.raw
        self._states = transaction.ledger.states
        self._load_id = load_id
        self._profile = profile
        self._part = part
        name = self._connection.execute(
            "SELECT name FROM channel WHERE channel_id = ?", (part.channel_id,)
        ).fetchone()[0]
        self._state = self._states.get(profile.meter_id, Channel(name))
        self._coverage = Coverage(profile.meter_id, self._raw, self._states)
        self._owners = Owners(self._connection, self._state.channel_id)
        self._removed = RemovedReadings(
            self._connection, transaction.ledger.calendar, self._state.channel_id
        )

    def run(self, times: Sequence[int]) -> int:
        """Take the readings of these times back; return how many there were."""
        state = self._state
        taken = set(times)
        state.hold(tuple(p for p in state.held if p.time_ms not in taken))
        pruned = load_pruned(self._connection, state.channel_id, Pruned.READINGS)
        taken = {
            time_ms
            for time_ms in taken
            if not pruned.starts(time_ms) and not pruned.ends(time_ms)
        }
        runs = self._runs(taken)
        for run in runs:
            self._take_shares(run)
        count = sum(len(run.readings) for run in runs)
        if count:
            gone = [reading for run in runs for reading in run.readings]
            self._removed.delete(gone)
            self._raw.forget()
            self._ledger.outbox.write(self._removed.write(pruned))
            self._narrow(state, gone[0].time_ms, gone[-1].time_ms)
        return count

    def _runs(self, taken: set[int]) -> list[_Run]:
        """Return the readings that are there still, in order, with their neighbours."""
        found: list[RawReading] = []
        runs: list[_Run] = []
        hours = sorted({time_ms // HOUR_MS for time_ms in taken})
        channel_id, last_ms = self._state.channel_id, self._state.last_ms
        for hour, following in pairwise((*hours, None)):
            assert hour is not None  # only the last of them is
            start_ms = hour * HOUR_MS
            rows = self._raw.between(channel_id, start_ms, start_ms + HOUR_MS)
            if rows and rows[0].time_ms in taken:
                # Readings of others may lie between the hours.
                near = self._raw.previous(
                    channel_id, rows[0].time_ms, self._state.first_ms
                )
                if near and near.time_ms not in taken:
                    found.append(near)
            found += rows
            if following != hour + 1 and rows:
                # What follows shows whether readings of others lie between.
                beyond = self._raw.next(channel_id, rows[-1].time_ms, last_ms)
                if beyond and beyond.time_ms not in taken:
                    found.append(beyond)
        before: RawReading | None = None
        is_running = False
        for reading in _once(found):
            if reading.time_ms not in taken:
                if is_running:
                    runs[-1].after = reading
                before, is_running = reading, False
            elif is_running:
                runs[-1].readings.append(reading)
            else:
                runs.append(_Run(before, [reading]))
                is_running = True
        return runs

    def _take_shares(self, run: _Run) -> None:
        """Take back what the readings of a run counted, and join its neighbours."""
        state, before = self._state, run.before
        for reading in run.readings:
            self._share(before, reading, -1)
            before = reading
        after = run.after
        if after is None:
            return
        gone = run.readings[-1]
        found = self._owners.part_with(after.time_ms)
        owner = found[0] if found else None
        own = owner == self._load_id
        if own:
            joined = self._parted(after)
        else:
            joined = self._joined(Joint(run.before, gone, after, self._noted(after)))
        if joined == after and state.channel.is_energy:
            return
        self._share(gone, after, -1)
        self._share(run.before, joined, 1)
        self._raw.update_segment(
            state.channel_id, joined.time_ms, joined.span_ms, joined.energy_wh
        )
        leads_from_ms = self._part.leads_from_ms
        if owner is None and leads_from_ms is not None and gone.time_ms > leads_from_ms:
            self._register(after, joined)

    def _parted(self, reading: RawReading) -> RawReading:
        """Return a reading of this load, with nothing known of the time before it."""
        if not self._state.channel.is_energy:
            return reading._replace(span_ms=0, energy_wh=None)
        if reading.value is None:
            return reading
        return reading._replace(span_ms=0, energy_wh=0.0)

    def _joined(self, joint: Joint) -> RawReading:
        channel = self._state.channel
        if not channel.is_energy:
            return level_joined(joint, self._profile)
        if joint.reading.value is None:
            return amount_joined(joint, channel, self._profile)
        return counter_joined(joint, channel, self._profile, self._coverage)

    def _noted(self, reading: RawReading) -> RawReading | None:
        """Return a reading as it was before the load, if it was there."""
        row = self._connection.execute(
            "SELECT span_ms, energy_wh FROM load_neighbour"
            " WHERE load_id = ? AND channel_id = ? AND time_ms = ?",
            (self._load_id, self._state.channel_id, reading.time_ms),
        ).fetchone()
        return reading._replace(span_ms=row[0], energy_wh=row[1]) if row else None

    def _share(self, before: RawReading | None, reading: RawReading, sign: int) -> None:
        """Add or take back the segment that ends in a reading."""
        slots, channel_id = self._removed.slots, self._state.channel_id
        if self._state.channel.is_energy:
            start_ms = reading.time_ms - reading.span_ms
            energy_wh = reading.energy_wh or 0.0
            slots.add_energy(channel_id, start_ms, reading.time_ms, energy_wh, sign)
        elif before is not None:
            start_ms, end_ms = before.time_ms, before.time_ms + reading.span_ms
            slots.add_level(channel_id, start_ms, end_ms, before.value or 0.0, sign)
            if reading.energy_wh is not None:
                energy_id = self._energy(reading.energy_wh).channel_id
                energy_wh = abs(reading.energy_wh)
                slots.add_energy(energy_id, start_ms, end_ms, energy_wh, sign)

    def _energy(self, energy_wh: float) -> ChannelState:
        """Return the channel to which energy of power was booked."""
        importing = energy_wh > 0 or (energy_wh == 0 and not self._profile.produces)
        channel = Channel.ENERGY_IMPORT if importing else Channel.ENERGY_EXPORT
        return self._states.get(self._profile.meter_id, channel)

    def _register(self, was: RawReading, is_now: RawReading) -> None:
        """Move the register by what a later reading of the meter counts differently."""
        if self._state.channel.is_energy:
            register = self._state.register
            if register and was.value is not None:
                register.book((is_now.energy_wh or 0.0) - (was.energy_wh or 0.0))
            return
        for reading, sign in ((was, -1), (is_now, 1)):
            if reading.energy_wh is not None:
                state = self._energy(reading.energy_wh)
                if state.register is None:
                    state.register = EnergyRegister()
                state.register.book(sign * abs(reading.energy_wh))

    def _narrow(self, state: ChannelState, first_ms: int, last_ms: int) -> None:
        """Let the channel begin and end with what is left of it."""
        if state.first_ms is None or state.last_ms is None:
            return
        if first_ms <= state.first_ms:
            first = self._raw.next(state.channel_id, first_ms - 1, state.last_ms)
            if first is None:
                state.first_ms = state.last_ms = state.last_value = None
                return
            state.first_ms = first.time_ms
        if last_ms >= state.last_ms:
            last = self._raw.previous(
                state.channel_id, state.last_ms + 1, state.first_ms
            )
            state.last_ms = last.time_ms if last else None
            state.last_value = last.value if last else None


def _once(readings: Sequence[RawReading]) -> list[RawReading]:
    """Return readings in order, each once."""
    return [next(same) for _, same in groupby(readings, lambda reading: reading[0])]
