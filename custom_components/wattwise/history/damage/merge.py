"""Joins rows of a damaged file with what was recorded since, nothing counted twice.

Where a channel was carried over, its border is its newest reading in the damaged file:
to the 5-minute roll-up in which it lies, readings from after it are added. Elsewhere a roll-up comes from one file: up to
the border from the damaged one, which knows that time first hand, later from the
running history. Readings are told apart by their time; those of both files stay.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
import sqlite3
from typing import Final

from ...metering.quantity import Channel
from ..booking.slot_changes import SlotChanges
from ..periods.bucket import Bucket, merge
from ..periods.calendar import (
    HOUR_MS,
    SLOT_MS,
    LocalCalendar,
    Period,
)
from ..periods.rollups import five_minutes
from ..readings.packed_hours import LAST_HOUR, PackedHours
from ..readings.packing import PackedHourError, unpack
from ..readings.pruned import Pruned, add_pruned, load_pruned
from ..readings.raw_readings import RawReading, RawReadings
from .slots_of_readings import Pairs, slots_of_readings
from .table import Row

_HOUR_BITS: Final = LAST_HOUR.bit_length()
# Sums of the same readings differ by this much when their order does.
_TOLERANCE_WH: Final = 1e-6

_ADD_READING: Final = """
INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (slot, channel_id, offset_ms) DO UPDATE
SET span_ms = excluded.span_ms, energy_wh = excluded.energy_wh WHERE ?
"""


@dataclass(slots=True)
class Known:
    """What has to be known of the damaged file to join its rows."""

    channels: dict[int, int]
    """The numbers of its channels, and theirs in the running history."""
    borders: dict[int, int]
    """The newest reading of channels that were carried over [ms], by today's number."""
    stale: set[tuple[int, int]] = field(default_factory=set)
    """Channel (today's number) and start [ms] of hours whose rows were out of date."""
    border_slots: set[int] = field(default_factory=set)
    """The channels whose slot with the border was added up already."""


class Merge:
    """Joins rows into the running history, within a transaction."""

    def __init__(
        self, connection: sqlite3.Connection, calendar: LocalCalendar, known: Known
    ) -> None:
        """Write through this connection."""
        self._connection = connection
        self._calendar = calendar
        self._known = known
        self._raw = RawReadings(connection)
        self._packed = PackedHours(connection)
        self.unreadable: list[tuple[int, int]] = []
        """The times of packed hours that could not be read [ms]."""

    def rows(self, table: str, rows: Iterable[Row]) -> int:
        """Join rows of a table; return how many readings were among them."""
        match table:
            case "reading":
                return self._readings(rows)
            case "packed_hour":
                return sum(self._packed_hour(*row) for row in rows)
            case "rollup_5min":
                for row in rows:
                    self._slot(row)
            case "rollup":
                for row in rows:
                    self._period(row)
        return 0

    def sum_days(self, channel_id: int) -> None:
        """Have a channel's days summed once more that are not the sum of their hours."""
        days: dict[int, list[Row]] = {}
        for row in self._connection.execute(
            "SELECT start_ms, end_ms, count, energy_wh FROM rollup"
            " WHERE channel_id = ? AND period = ?",
            (channel_id, Period.HOUR),
        ):
            days.setdefault(self._calendar.day_start(row[0]), []).append(row)
        for start_ms, hours in days.items():
            count = sum(hour[2] for hour in hours)
            energy_wh = sum(hour[3] for hour in hours)
            kept = self._kept(channel_id, Period.DAY, start_ms)
            if kept and kept[0] == count and not _differ(kept[1], energy_wh):
                continue
            for hour_ms, end_ms, *sums in hours:
                now = self._now(channel_id, hour_ms, end_ms)
                # An hour of which slots are missing must not be made anew.
                if now is None or not _is_less(now, *sums):
                    self._mark(channel_id, hour_ms)
                    break

    def rebuild_slots(self, channel_id: int, start_ms: int, end_ms: int) -> None:
        """Make 5-minute roll-ups that were lost of readings that were not.

        In a time [ms] in which roll-ups could not be read. One that counts fewer
        readings than there are is made anew as well.
        """
        changes = slots_of_readings(
            self._connection,
            channel_id,
            lambda number: self._pairs(number, start_ms, end_ms),
        )
        there = {
            slot.start_ms // SLOT_MS: slot.count
            for slot in five_minutes(self._connection, channel_id, start_ms, end_ms)
        }
        pruned = load_pruned(self._connection, channel_id, Pruned.SLOTS)
        missing = {
            (slot, number)
            for slot, number in changes.changed
            if start_ms <= slot * SLOT_MS < end_ms
            and changes.count(slot, number) > there.get(slot, -1)
            and not pruned.overlaps(slot * SLOT_MS, (slot + 1) * SLOT_MS)
        }
        self._connection.executemany(
            "DELETE FROM rollup_5min WHERE slot = ? AND channel_id = ?", missing
        )
        changes.keep_only(missing)
        changes.write(self._connection, self._calendar)
        for hour_ms in {
            self._calendar.hour_start(slot * SLOT_MS) for slot, _ in missing
        }:
            # An hour of which slots are still missing must not be made anew.
            kept = self._kept(channel_id, Period.HOUR, hour_ms)
            now = self._now(
                channel_id, hour_ms, self._calendar.end(Period.HOUR, hour_ms)
            )
            if kept and now and _is_less(now, *kept):
                self._connection.execute(
                    "DELETE FROM stale_hour WHERE channel_id = ? AND start_ms = ?",
                    (channel_id, hour_ms),
                )

    def close_in(self, channel_id: int, lost: Iterable[tuple[int, int]]) -> None:
        """Let nothing be added to times whose readings were lost but not their sums.

        `lost` are times [ms]. It is the same as with readings that were pruned.
        """
        first_ms, last_ms, name = self._connection.execute(
            "SELECT first_ms, last_ms, name FROM channel WHERE channel_id = ?",
            (channel_id,),
        ).fetchone()
        gone, derived = [], []
        for start_ms, end_ms in lost:
            middle_ms = (start_ms + end_ms) // 2
            before = self._raw.previous(channel_id, middle_ms, first_ms)
            after = self._raw.next(channel_id, middle_ms - 1, last_ms)
            if before is None or after is None:
                continue
            around = (
                before.time_ms // SLOT_MS * SLOT_MS,
                (after.time_ms // SLOT_MS + 1) * SLOT_MS,
            )
            slots = five_minutes(self._connection, channel_id, *around)
            there = self._raw.between(channel_id, *around)
            if sum(slot.count for slot in slots) > len(there):
                gone.append((before.time_ms, after.time_ms))
                if name == Channel.POWER and after.energy_wh is not None:
                    derived.append((before.time_ms, after.time_ms))
        if gone:
            all_gone = add_pruned(self._connection, channel_id, Pruned.READINGS, gone)
            add_pruned(self._connection, channel_id, Pruned.DERIVED, derived)
            self._connection.execute(
                "UPDATE channel SET pruned_ms = ? WHERE channel_id = ?",
                (all_gone.end_ms, channel_id),
            )

    def _readings(self, rows: Iterable[Row]) -> int:
        by_hour: dict[tuple[int, int], list[RawReading]] = {}
        for slot, old_id, offset_ms, value, span_ms, energy_wh in rows:
            channel_id = self._known.channels.get(old_id)
            if channel_id is not None:
                time_ms = slot * SLOT_MS + offset_ms
                by_hour.setdefault((channel_id, time_ms // HOUR_MS), []).append(
                    RawReading(time_ms, value, span_ms, energy_wh)
                )
        for (channel_id, hour), readings in by_hour.items():
            self._join(channel_id, hour, readings)
        return sum(map(len, by_hour.values()))

    def _packed_hour(self, key: int, packed: bytes) -> int:
        channel_id = self._known.channels.get(key >> _HOUR_BITS)
        hour = key & LAST_HOUR
        if channel_id is None:
            return 0
        start_ms = hour * HOUR_MS
        try:
            readings = [RawReading(*row) for row in unpack(start_ms, packed)]
        except PackedHourError:
            self.unreadable.append((start_ms, start_ms + HOUR_MS))
            return 0
        if self._raw.between(channel_id, start_ms, start_ms + HOUR_MS):
            self._join(channel_id, hour, readings)
        else:
            self._packed.write(channel_id, hour, list(readings))
            self._widen(channel_id, readings[0], readings[-1])
        return len(readings)

    def _join(self, channel_id: int, hour: int, readings: Sequence[RawReading]) -> None:
        """Store readings of an hour; up to the border the damaged file is right."""
        border_ms = self._known.borders.get(channel_id, 0)
        if there := self._packed.read(channel_id, hour):
            times = {row[0] for row in there}
            new = sorted(r for r in readings if r.time_ms not in times)
            if new:
                # It makes rows of the packed hour first.
                self._raw.insert_all(channel_id, new)
        else:
            self._connection.executemany(
                _ADD_READING,
                [
                    (
                        r.time_ms // SLOT_MS,
                        channel_id,
                        r.time_ms % SLOT_MS,
                        *r[1:],
                        r.time_ms <= border_ms,
                    )
                    for r in readings
                ],
            )
        self._widen(channel_id, min(readings), max(readings))

    def _widen(self, channel_id: int, first: RawReading, last: RawReading) -> None:
        self._connection.execute(
            "UPDATE channel SET first_ms = min(ifnull(first_ms, ?1), ?1)"
            " WHERE channel_id = ?2",
            (first.time_ms, channel_id),
        )
        self._connection.execute(
            "UPDATE channel SET last_ms = ?, last_value = ?"
            " WHERE channel_id = ? AND last_ms IS NULL",
            (last.time_ms, last.value, channel_id),
        )

    def _slot(self, row: Row) -> None:
        slot, old_id, *values = row
        channel_id = self._known.channels.get(old_id)
        if channel_id is None:
            return
        border_ms = self._known.borders.get(channel_id)
        border = None if border_ms is None else border_ms // SLOT_MS
        if slot == border:
            if channel_id in self._known.border_slots:
                return
            self._known.border_slots.add(channel_id)
            since = self._since_border(channel_id, slot)
        else:
            since = None
        # Before the border the damaged file is right, after it the running history.
        how = "REPLACE" if border is None or slot <= border else "IGNORE"
        self._connection.execute(
            f"INSERT OR {how} INTO rollup_5min"  # noqa: S608  (one of two words)
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (slot, channel_id, *values),
        )
        if since:
            since.write(self._connection, self._calendar)
        self._mark(channel_id, self._calendar.hour_start(slot * SLOT_MS))

    def _since_border(self, channel_id: int, slot: int) -> SlotChanges:
        """Return what readings from after the border add to the slot it is in.

        Not what the running history made of the slot: readings from before the border
        that came late are in that too.
        """
        changes = slots_of_readings(
            self._connection,
            channel_id,
            lambda number: self._after_border(number, slot),
        )
        changes.keep_only([(slot, channel_id)])
        return changes

    def _after_border(self, channel_id: int, slot: int) -> Pairs:
        """Yield readings from after the border, up to the first after the slot."""
        border_ms = self._known.borders.get(channel_id)
        if border_ms is None:
            return ()
        return self._pairs(channel_id, border_ms + 1, (slot + 1) * SLOT_MS)

    def _pairs(self, channel_id: int, start_ms: int, end_ms: int) -> Pairs:
        """Yield the readings of a time and the first after it."""
        first_ms, last_ms = self._span(channel_id)
        before = self._raw.previous(channel_id, start_ms, first_ms)
        within = self._raw.between(channel_id, start_ms, end_ms)
        after = self._raw.next(channel_id, max(start_ms, end_ms) - 1, last_ms)
        for reading in (*within, *([after] if after else ())):
            yield before, reading
            before = reading

    def _span(self, channel_id: int) -> tuple[int | None, int | None]:
        """Return the times of a channel's first and newest reading."""
        first_ms, last_ms = self._connection.execute(
            "SELECT first_ms, last_ms FROM channel WHERE channel_id = ?", (channel_id,)
        ).fetchone()
        return first_ms, last_ms

    def _period(self, row: Row) -> None:
        """Take an hour or a day over, unless more is known of it by now."""
        old_id, period, start_ms, end_ms, count, *values = row
        channel_id = self._known.channels.get(old_id)
        if channel_id is None or period not in (Period.HOUR, Period.DAY):
            return
        border_ms = self._known.borders.get(channel_id)
        if border_ms is not None and end_ms > border_ms:
            return
        if self._calendar.end(Period(period), start_ms) != end_ms:
            # Of another time zone; it is summed anew.
            return
        if period == Period.HOUR:
            if (channel_id, start_ms) in self._known.stale:
                return
            now = self._now(channel_id, start_ms, end_ms)
            if now and _is_more(now.count, now.energy_wh, count, values[6]):
                return
        else:
            kept = self._kept(channel_id, Period.DAY, start_ms)
            if kept and _is_more(kept[0], kept[1], count, values[6]):
                return
        self._connection.execute(
            "INSERT OR REPLACE INTO rollup"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (channel_id, period, start_ms, end_ms, count, *values),
        )
        self._connection.execute(
            "DELETE FROM stale_hour WHERE channel_id = ? AND start_ms = ? AND ?",
            (channel_id, start_ms, period == Period.HOUR),
        )

    def _now(self, channel_id: int, start_ms: int, end_ms: int) -> Bucket | None:
        """Return what the 5-minute roll-ups make of an hour."""
        parts = five_minutes(self._connection, channel_id, start_ms, end_ms)
        return merge(start_ms, end_ms, parts) if parts else None

    def _kept(self, channel_id: int, period: Period, start_ms: int) -> Row | None:
        row: Row | None = self._connection.execute(
            "SELECT count, energy_wh FROM rollup"
            " WHERE channel_id = ? AND period = ? AND start_ms = ?",
            (channel_id, period, start_ms),
        ).fetchone()
        return row

    def _mark(self, channel_id: int, hour_ms: int) -> None:
        self._connection.execute(
            "INSERT OR IGNORE INTO stale_hour VALUES (?, ?)", (channel_id, hour_ms)
        )


def _is_more(count: int, energy_wh: float, other_count: int, other_wh: float) -> bool:
    """Whether a roll-up knows of readings or energy that another does not."""
    return count > other_count or (
        energy_wh > other_wh and _differ(energy_wh, other_wh)
    )


def _is_less(now: Bucket, count: int, energy_wh: float) -> bool:
    return _is_more(count, energy_wh, now.count, now.energy_wh)


def _differ(one_wh: float, other_wh: float) -> bool:
    return abs(one_wh - other_wh) > _TOLERANCE_WH * (1 + abs(other_wh))
