"""Accepted readings, each with the segment that ends in it, wherever they are kept.

New ones are rows, clustered by time. When their hour is over they are packed; one
that comes later makes rows of its hour again. Nobody else sees the difference.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import starmap
from operator import itemgetter
import sqlite3
import time
from typing import Final, NamedTuple

from ..periods.calendar import HOUR_MS, SLOT_MS
from .brought import Brought
from .packed_hours import LAST_HOUR, PackedHours
from .packing import Row
from .reading_rows import ReadingRows

# An hour is packed when it has been over for this long: devices that were out of
# reach for a while send what they kept.
QUIET_MS: Final = HOUR_MS

_PER_HOUR: Final = HOUR_MS // SLOT_MS
# Packing is done in transactions of this duration: readings wait meanwhile.
_PACKING_S: Final = 0.008
# A page has about this many readings. Python looks for garbage after 2,000 new objects;
# what is still in use then adds up to a look through all of Home Assistant's, which
# stops everything for a fifth of a second.
_PAGE: Final = 700

_time_of: Final = itemgetter(0)


class RawReading(NamedTuple):
    """An accepted reading.

    `value` is the momentary value or what a counter showed; None for an amount of
    energy. `span_ms` is the known part of the segment from the reading before to
    this one, `energy_wh` its energy: of a counter or an amount, spread evenly over
    the span that ends here; of power (where energy is derived from it, positive in
    the direction of import), over the span that begins at the reading before.
    """

    time_ms: int
    value: float | None
    span_ms: int
    energy_wh: float | None


class RawReadings:
    """Access to accepted readings by channel and time.

    Raises DamagedHourError when what is packed is damaged.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use a connection, which may be read-only for the look-ups."""
        self._connection = connection
        self._packed = PackedHours(connection)
        self._rows = ReadingRows(connection)
        self._last_packed: dict[int, int] = {}
        self._added: dict[int, list[RawReading]] = {}
        self.written: dict[tuple[int, int], RawReading | None] | None = None
        """All that is booked, by channel and time, where the outbox wants to know.

        None stands for a reading that was there and whose segment changed."""
        self.brought: Brought | None = None
        """What a file adds and changes, while it is loaded."""

    def insert(self, channel_id: int, reading: RawReading) -> None:
        """Store a reading at a time at which there is none."""
        self.insert_all(channel_id, (reading,))

    def add(self, channel_id: int, reading: RawReading) -> None:
        """Store a reading with the others that are added, by the next `flush`."""
        if self.brought is not None:
            self.brought.added.setdefault(channel_id, set()).add(reading.time_ms)
        self._added.setdefault(channel_id, []).append(reading)

    def flush(self) -> None:
        """Store what was added."""
        while self._added:
            channel_id, readings = self._added.popitem()
            self.insert_all(channel_id, readings)

    def insert_all(self, channel_id: int, readings: Sequence[RawReading]) -> None:
        """Store readings at times at which there are none."""
        last = self._last_packed_hour(channel_id)
        if min(readings)[0] < (last + 1) * HOUR_MS:
            for hour in {reading.time_ms // HOUR_MS for reading in readings}:
                self._make_rows(channel_id, hour)
        if self.written is not None:
            for reading in readings:
                self.written[channel_id, reading.time_ms] = reading
        self._rows.insert(channel_id, readings)

    def update_segment(
        self, channel_id: int, time_ms: int, span_ms: int, energy_wh: float | None
    ) -> None:
        """Change the segment that ends in a stored reading."""
        self._flush(channel_id)
        if (
            self.brought is not None
            and self.brought.is_new(channel_id, time_ms)
            and (reading := self.at(channel_id, time_ms))
        ):
            self.brought.before[channel_id, time_ms] = reading
        if self.written is not None:
            self.written[channel_id, time_ms] = None
        if time_ms < (self._last_packed_hour(channel_id) + 1) * HOUR_MS:
            self._make_rows(channel_id, time_ms // HOUR_MS)
        self._rows.update(channel_id, time_ms, span_ms, energy_wh)

    def at(self, channel_id: int, time_ms: int) -> RawReading | None:
        """Return the reading at exactly this time."""
        self._flush(channel_id)
        slot, offset_ms = divmod(time_ms, SLOT_MS)
        if row := self._one("AND offset_ms = ?", slot, channel_id, offset_ms):
            return row
        rows = self._packed.read(channel_id, time_ms // HOUR_MS)
        place = bisect_left(rows, time_ms, key=_time_of)
        if place < len(rows) and rows[place][0] == time_ms:
            return RawReading(*rows[place])
        return None

    def has_any(self, channel_id: int) -> bool:
        """Whether the channel has, or had before they were pruned, readings of its own."""
        self._flush(channel_id)
        if self._packed.first_from(channel_id, 0) is not None:
            return True
        # Hours that were pruned were rolled up before; the others are rows.
        return any(
            self._connection.execute(query, (channel_id,)).fetchone()
            for query in (
                "SELECT 1 FROM rollup WHERE channel_id = ? AND count > 0 LIMIT 1",
                "SELECT 1 FROM reading WHERE channel_id = ? LIMIT 1",
            )
        )

    def previous(
        self, channel_id: int, time_ms: int, first_ms: int | None
    ) -> RawReading | None:
        """Return the last reading before a time, none from before `first_ms`."""
        if first_ms is None or time_ms <= first_ms:
            return None
        self._flush(channel_id)
        slot, offset_ms = divmod(time_ms, SLOT_MS)
        found = self._one(
            "AND offset_ms < ? ORDER BY offset_ms DESC", slot, channel_id, offset_ms
        )
        if found is None:
            found = self._before_slot(channel_id, slot, time_ms, first_ms)
        return found if found and found.time_ms >= first_ms else None

    def _before_slot(
        self, channel_id: int, slot: int, time_ms: int, first_ms: int
    ) -> RawReading | None:
        """Return the last reading before a time that is not in a row of the slot."""
        hour = self._packed.last_until(channel_id, (time_ms - 1) // HOUR_MS)
        until_ms = first_ms if hour is None else max(first_ms, (hour + 1) * HOUR_MS)
        near = self._rows.slot_before(channel_id, slot - 1, until_ms // SLOT_MS)
        if near is not None:
            return self._one("AND ? ORDER BY offset_ms DESC", near, channel_id, True)
        if hour is None:
            return None
        rows = self._packed.read(channel_id, hour)
        place = bisect_left(rows, time_ms, key=_time_of)
        if place:
            return RawReading(*rows[place - 1])
        start_ms = hour * HOUR_MS
        return self._before_slot(channel_id, start_ms // SLOT_MS, start_ms, first_ms)

    def next(
        self, channel_id: int, time_ms: int, last_ms: int | None
    ) -> RawReading | None:
        """Return the first reading after a time, none from after `last_ms`."""
        if last_ms is None or time_ms >= last_ms:
            return None
        self._flush(channel_id)
        slot, offset_ms = divmod(time_ms, SLOT_MS)
        found = self._one(
            "AND offset_ms > ? ORDER BY offset_ms", slot, channel_id, offset_ms
        )
        if found is None:
            found = self._after_slot(channel_id, slot, time_ms + 1, last_ms)
        return found if found and found.time_ms <= last_ms else None

    def _after_slot(
        self, channel_id: int, slot: int, time_ms: int, last_ms: int
    ) -> RawReading | None:
        """Return the first reading from a time on that is not in a row of the slot."""
        hour = self._packed.first_from(channel_id, time_ms // HOUR_MS)
        until_ms = last_ms if hour is None else min(last_ms, hour * HOUR_MS - 1)
        near = self._rows.slot_after(channel_id, slot + 1, until_ms // SLOT_MS)
        if near is not None:
            return self._one("AND ? ORDER BY offset_ms", near, channel_id, True)
        if hour is None:
            return None
        rows = self._packed.read(channel_id, hour)
        place = bisect_left(rows, time_ms, key=_time_of)
        if place < len(rows):
            return RawReading(*rows[place])
        # As if from the next hour on: the last moment of this one may be taken.
        end_ms = (hour + 1) * HOUR_MS
        return self._after_slot(channel_id, end_ms // SLOT_MS - 1, end_ms, last_ms)

    def between(self, channel_id: int, start_ms: int, end_ms: int) -> list[RawReading]:
        """Return the readings from `start_ms` up to, not including, `end_ms`."""
        self._flush(channel_id)
        found: list[Row] = []
        hours = start_ms // HOUR_MS, (end_ms - 1) // HOUR_MS
        for _, rows in self._packed.between(channel_id, *hours):
            found += rows
        found += self._rows.between(
            channel_id, start_ms // SLOT_MS, (end_ms - 1) // SLOT_MS
        )
        found.sort(key=_time_of)
        first = bisect_left(found, start_ms, key=_time_of)
        last = bisect_left(found, end_ms, key=_time_of)
        return list(starmap(RawReading, found[first:last]))

    def pages(
        self, channel_id: int, start_ms: int, end_ms: int
    ) -> Iterator[list[RawReading]]:
        """Yield the readings from `start_ms` up to, not including, `end_ms`, in pages.

        Each page is looked up by itself: what is booked meanwhile is seen or not.
        """
        page: list[RawReading] = []
        while start_ms < end_ms:
            following = self.next(channel_id, start_ms - 1, end_ms - 1)
            if following is None:
                break
            until_ms = min(end_ms, (following.time_ms // HOUR_MS + 1) * HOUR_MS)
            page += self.between(channel_id, following.time_ms, until_ms)
            start_ms = until_ms
            if len(page) >= _PAGE:
                yield page
                page = []
        if page:
            yield page

    def pack(self, now_ms: int) -> bool:
        """Pack the oldest hours that are over and quiet, for some milliseconds.

        Returns whether there are more: call again, in another transaction.
        """
        until = time.monotonic() + _PACKING_S
        last = (now_ms - QUIET_MS) // HOUR_MS - 1
        while True:
            row = self._connection.execute(
                "SELECT slot, channel_id FROM reading"
                " WHERE slot < ? ORDER BY slot, channel_id LIMIT 1",
                ((last + 1) * _PER_HOUR,),
            ).fetchone()
            if row is None:
                return False
            if time.monotonic() > until:
                return True
            slot, channel_id = row
            hour = slot // _PER_HOUR
            first_slot = hour * _PER_HOUR
            rows = list(
                self._rows.between(channel_id, first_slot, first_slot + _PER_HOUR - 1)
            )
            self._packed.write(channel_id, hour, rows)
            self._connection.executemany(
                "DELETE FROM reading WHERE slot = ? AND channel_id = ?",
                [(first_slot + i, channel_id) for i in range(_PER_HOUR)],
            )
            self._last_packed.pop(channel_id, None)

    def forget(self) -> None:
        """Drop what is in memory: the database holds something else."""
        self._added.clear()
        self._last_packed.clear()

    def _flush(self, channel_id: int) -> None:
        """Store what was added to a channel that is looked at."""
        if self._added and (readings := self._added.pop(channel_id, None)):
            self.insert_all(channel_id, readings)

    def _last_packed_hour(self, channel_id: int) -> int:
        """Return the last hour that is packed: new readings need not look for theirs."""
        hour = self._last_packed.get(channel_id)
        if hour is None:
            found = self._packed.last_until(channel_id, LAST_HOUR)
            hour = self._last_packed[channel_id] = -1 if found is None else found
        return hour

    def _make_rows(self, channel_id: int, hour: int) -> None:
        """Unpack an hour, if it is packed."""
        if rows := self._packed.read(channel_id, hour):
            self._packed.remove(channel_id, hour)
            self._rows.insert(channel_id, rows)
            self._last_packed.pop(channel_id, None)

    def _one(
        self, condition: str, slot: int, channel_id: int, argument: int
    ) -> RawReading | None:
        row = self._rows.one(condition, slot, channel_id, argument)
        return RawReading(*row) if row else None
