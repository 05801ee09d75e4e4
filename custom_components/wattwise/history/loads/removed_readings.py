"""Readings that leave the file, and the roll-ups they were part of."""

from collections.abc import Sequence
from itertools import groupby
import sqlite3
from typing import Final

from ..booking.slot_changes import SlotChanges
from ..periods.calendar import (
    HOUR_MS,
    SLOT_MS,
    LocalCalendar,
    Period,
)
from ..readings.packed_hours import PackedHours
from ..readings.pruned import Pruned, Stretches, load_pruned
from ..readings.raw_readings import RawReading, RawReadings

# What adding and taking back leave of nothing [Wh].
_NOTHING_WH: Final = 1e-6


class RemovedReadings:
    """Deletes readings of a channel and makes the roll-ups right without them."""

    def __init__(
        self, connection: sqlite3.Connection, calendar: LocalCalendar, channel_id: int
    ) -> None:
        """Work on a channel; what segments had is taken back from `slots` before."""
        self.slots = SlotChanges()
        self._connection = connection
        self._calendar = calendar
        self._channel_id = channel_id
        self._removed: dict[int, int] = {}

    def delete(self, readings: Sequence[RawReading]) -> None:
        """Delete readings, which are in order, wherever they are kept."""
        packed, channel_id = PackedHours(self._connection), self._channel_id
        for hour, some in groupby(readings, lambda r: r.time_ms // HOUR_MS):
            times = {reading.time_ms for reading in some}
            if rows := packed.read(channel_id, hour):
                packed.remove(channel_id, hour)
                if left := [row for row in rows if row[0] not in times]:
                    packed.write(channel_id, hour, left)
            self._connection.executemany(
                "DELETE FROM reading WHERE slot = ? AND channel_id = ?"
                " AND offset_ms = ?",
                [(t // SLOT_MS, channel_id, t % SLOT_MS) for t in times],
            )
            for time_ms in times:
                slot = time_ms // SLOT_MS
                self._removed[slot] = self._removed.get(slot, 0) + 1

    def write(self, pruned: Stretches) -> list[tuple[int, int]]:
        """Bring the roll-ups up to date; return the 5-minute ones that changed.

        `pruned` are the times whose readings were pruned.
        """
        changed = sorted(
            {*self.slots.changed, *((slot, self._channel_id) for slot in self._removed)}
        )
        self.slots.write(self._connection, self._calendar)
        self._count_anew(pruned)
        self._connection.executemany(
            "DELETE FROM rollup_5min WHERE slot = ? AND channel_id = ? AND count = 0"
            " AND covered_ms = 0 AND abs(energy_wh) < ?",
            [(*key, _NOTHING_WH) for key in changed],
        )
        self._roll_up_anew(changed)
        return changed

    def _count_anew(self, pruned: Stretches) -> None:
        """Find what is first, last, least and most of the readings that are left."""
        raw = RawReadings(self._connection)
        for slot, count in self._removed.items():
            start_ms, end_ms = slot * SLOT_MS, (slot + 1) * SLOT_MS
            self._connection.execute(
                "UPDATE rollup_5min SET count = max(0, count - ?)"
                " WHERE slot = ? AND channel_id = ?",
                (count, slot, self._channel_id),
            )
            if pruned.overlaps(start_ms, end_ms):
                # The others cannot be asked any more.
                continue
            left = [
                (reading.time_ms, reading.value)
                for reading in raw.between(self._channel_id, start_ms, end_ms)
                if reading.value is not None
            ]
            values = [value for _, value in left]
            self._connection.execute(
                "UPDATE rollup_5min SET first_ms = ?, first = ?, last_ms = ?,"
                " last = ?, min = ?, max = ? WHERE slot = ? AND channel_id = ?",
                (
                    *(left[0] if left else (None, None)),
                    *(left[-1] if left else (None, None)),
                    min(values, default=None),
                    max(values, default=None),
                    slot,
                    self._channel_id,
                ),
            )

    def _roll_up_anew(self, changed: Sequence[tuple[int, int]]) -> None:
        """Have hours and days made again; those that are frozen stay."""
        calendar = self._calendar
        hours = {(c, calendar.hour_start(slot * SLOT_MS)) for slot, c in changed}
        self._connection.executemany(
            "INSERT OR IGNORE INTO stale_hour VALUES (?, ?)", hours
        )
        frozen = {
            channel_id: Stretches.of(
                (
                    *load_pruned(self._connection, channel_id, Pruned.READINGS).items,
                    *load_pruned(self._connection, channel_id, Pruned.SLOTS).items,
                )
            )
            for channel_id in {channel_id for channel_id, _ in hours}
        }
        rows = [
            (channel_id, Period.HOUR, start_ms)
            for channel_id, start_ms in hours
            if not frozen[channel_id].overlaps(
                start_ms, calendar.end(Period.HOUR, start_ms)
            )
        ]
        days = {(c, calendar.day_start(start_ms)) for c, start_ms in hours}
        rows += [(channel_id, Period.DAY, start_ms) for channel_id, start_ms in days]
        self._connection.executemany(
            "DELETE FROM rollup WHERE channel_id = ? AND period = ? AND start_ms = ?",
            rows,
        )
