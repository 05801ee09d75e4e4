"""Recovers readings and roll-ups from a damaged file into the running history.

Table by table, a few hundred rows in each transaction, which also notes how far it
came: whatever interrupts this, it goes on where it was. What SQLite cannot reach is
looked for in the pages that nothing leads to any more.
"""

import asyncio
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import islice, pairwise
from pathlib import Path
import sqlite3
from typing import Final

from ..database import schema
from ..deletion import deleted_since, is_deleted
from ..open_file import OpenFile
from ..periods.calendar import (
    HOUR_MS,
    SLOT_MS,
    LocalCalendar,
)
from ..readings.packed_hours import LAST_HOUR
from ..writer import Transaction
from .damaged_file import DamagedFile, Hole
from .loose_pages import LoosePages
from .merge import Known, Merge
from .set_aside import SetAside, channels_of
from .table import Row, Table

type ProgressListener = Callable[[float], None]
type Span = tuple[int, int]
"""Start and end of a time [ms]."""

# 5-minute roll-ups come before hours: what they sum up to is compared.
_ORDER: Final = ("rollup_5min", "rollup", "packed_hour", "reading")
# Around a hole, keys of readings that are as near to each other miss nothing [ms].
_NEAR_MS: Final = {"packed_hour": HOUR_MS, "reading": 60_000}
_ROWS: Final = {"packed_hour": 20}
_MOST_ROWS: Final = 500
# Of how much time roll-ups are made anew in one transaction.
_REBUILT_MS: Final = 6 * HOUR_MS
# After all times.
_NEVER_MS: Final = 1 << 43
# So that readings and the disk have time in between.
_REST_S: Final = 0.01


class _Reader:
    """Reads the damaged file, in a thread of its own."""

    def __init__(self, path: Path) -> None:
        self._loose = LoosePages(path)
        self._damaged = DamagedFile(path)
        self._rows: Generator[Row] | None = None
        self._found: set[Row] = set()
        self.holes: list[Hole] = []
        self.position: Row | None = None
        """The last key up to which all was read in order."""

    def stop(self) -> None:
        """End what is being read; from any thread."""
        self._loose.stop()
        self._damaged.interrupt()

    def close(self) -> None:
        if self._rows:
            self._rows.close()
        self._damaged.close()

    def channels(self) -> list[tuple[int, str, str]]:
        """Return the channels, also where only a loose page tells of them."""
        found = {row[0]: row for row in channels_of(self._damaged.connection)}
        holes: list[Hole] = []
        for _ in self._damaged.rows("channel", None, holes):
            pass
        if holes:
            for _, rows in self._loose.rows([schema()["channel"]]):
                for row in rows:
                    found.setdefault(row[0], row[:3])
        return list(found.values())

    def small(self, name: str) -> list[Row]:
        """Return what can be read of a small table."""
        return list(self._damaged.rows(name, None, []))

    def begin(self, name: str, after: Row | None) -> None:
        """Read a table from a key on."""
        self.holes, self._found = [], set()
        self.position = after
        self._rows = self._all(schema()[name])

    def more(self, count: int) -> list[Row]:
        """Return the next rows, none at the end of the table."""
        return list(islice(self._rows or (), count))

    def _all(self, table: Table) -> Generator[Row]:
        in_order = True
        for row in self._damaged.rows(table.name, self.position, self.holes):
            key = table.key_of(row)
            in_order = in_order and (self.position is None or key > self.position)
            if in_order:
                self.position = key
            yield row
        if not self.holes:
            return
        for _, rows in self._loose.rows([table]):
            for row in rows:
                key = table.key_of(row)
                if any(hole.contains(key) for hole in self.holes):
                    self._found.add(key)
                    yield row

    def lost_slots(self) -> list[Span]:
        """Return the times of the holes of the table of 5-minute roll-ups."""
        return [
            (
                hole.after[0] * SLOT_MS if hole.after else 0,
                (hole.before[0] + 1) * SLOT_MS if hole.before else _NEVER_MS,
            )
            for hole in self.holes
        ]

    def lost(self, name: str) -> list[tuple[int | None, int | None]]:
        """Return the times of which nothing was found in the holes of a table."""
        if name not in _NEAR_MS:
            return []
        lost: list[tuple[int | None, int | None]] = []
        for hole in self.holes:
            inside = sorted(key for key in self._found if hole.contains(key))
            for one, other in pairwise([hole.after, *inside, hole.before]):
                start = None if one is None else _time_ms(name, one)
                end = None if other is None else _time_ms(name, other)
                if start is None or end is None:
                    lost.append((start, end))
                elif _channel(name, one) != _channel(name, other):
                    # From the end of one channel to the beginning of another.
                    lost += [(start, None), (None, end)]
                elif end - start > _NEAR_MS[name]:
                    lost.append((start, end))
        return lost


def _time_ms(name: str, key: Row) -> int:
    """Return the time a key, or the beginning of one, is about."""
    if name == "packed_hour":
        return int(key[0] & LAST_HOUR) * HOUR_MS
    return int(key[0] * SLOT_MS + (key[2] if len(key) > 2 else 0))


def _channel(name: str, key: Row | None) -> int | None:
    """Return by which channel a table is ordered first, None if by none."""
    if name != "packed_hour" or key is None:
        return None
    return int(key[0]) // (LAST_HOUR + 1)


class Salvage:
    """Recovers one damaged file; its methods belong to the event loop."""

    def __init__(
        self, file: OpenFile, calendar: LocalCalendar, entry: SetAside
    ) -> None:
        """Recover what is noted as `entry` into the open file."""
        self._file = file
        self._calendar = calendar
        self._entry = entry
        self._known = Known({}, {})
        self._first_ms: int | None = None
        self._last_ms = max((time for _, time in entry.borders), default=None)

    async def run(self, progress: ProgressListener) -> SetAside:
        """Recover all that can be read; return what became of it.

        Tells `progress` how much is done, from 0 to 1. Raises HistoryError when the
        running history cannot be written; called again it goes on. OSError when the
        damaged file is gone.
        """
        loop = asyncio.get_running_loop()
        path = self._file.path.with_name(self._entry.file)
        thread = ThreadPoolExecutor(1, thread_name_prefix="wattwise-salvage")
        try:
            reader = await loop.run_in_executor(thread, _Reader, path)
            try:
                channels = await loop.run_in_executor(thread, reader.channels)
                stale = await loop.run_in_executor(thread, reader.small, "stale_hour")
                await self._file.run(partial(self._learn, channels, stale))
                first = _ORDER.index(self._entry.table) if self._entry.table else 0
                for number in range(first, len(_ORDER)):
                    progress(number / len(_ORDER))
                    await self._recover(_ORDER[number], reader, thread)
            finally:
                reader.stop()
                thread.submit(reader.close)
        finally:
            thread.shutdown(wait=False)
        await self._finish()
        progress(1.0)
        return self._entry

    async def _recover(
        self, table: str, reader: _Reader, thread: ThreadPoolExecutor
    ) -> None:
        """Recover a table, from where it was left."""
        loop = asyncio.get_running_loop()
        if table != self._entry.table:
            self._entry = replace(self._entry, table=table, after=None)
        reader.begin(table, self._entry.after)
        count = _ROWS.get(table, _MOST_ROWS)
        while rows := await loop.run_in_executor(thread, reader.more, count):
            after = reader.position
            self._entry = await self._file.run(partial(self._merge, table, rows, after))
            await asyncio.sleep(_REST_S)
        spans = (self._bounded(table, *span) for span in reader.lost(table))
        lost = (*self._entry.lost, *(span for span in spans if span))
        entry = replace(self._entry, lost=lost)
        if table == "rollup_5min":
            entry = replace(entry, lost_slots=tuple(reader.lost_slots()))
        if table != _ORDER[-1]:
            following = _ORDER[_ORDER.index(table) + 1]
            entry = replace(entry, table=following, after=None)
        await self._note(entry)

    def _bounded(self, table: str, start: int | None, end: int | None) -> Span | None:
        """Return a time that was lost with its end that is not known from rows.

        Older readings are packed, newer ones are rows: only there their end is known.
        """
        if table == "packed_hour":
            start = self._first_ms if start is None else start
        else:
            end = self._last_ms if end is None else end
        if start is None or end is None or end - start <= _NEAR_MS[table]:
            return None
        return start, end

    def _learn(
        self,
        channels: list[tuple[int, str, str]],
        stale: list[Row],
        transaction: Transaction,
    ) -> None:
        """Find the channels of the damaged file in the running history."""
        connection = transaction.connection
        numbers = {}
        deleted = deleted_since(connection, self._entry.at_ms)
        for old_id, meter_id, name in channels:
            if is_deleted(meter_id) or meter_id in deleted:
                continue
            connection.execute(
                "INSERT OR IGNORE INTO channel (meter_id, name) VALUES (?, ?)",
                (meter_id, name),
            )
            (numbers[old_id],) = connection.execute(
                "SELECT channel_id FROM channel WHERE meter_id = ? AND name = ?",
                (meter_id, name),
            ).fetchone()
        (self._first_ms,) = connection.execute(
            "SELECT min(first_ms) FROM channel"
        ).fetchone()
        self._known = Known(
            numbers,
            dict(self._entry.borders),
            {(numbers[old_id], start) for old_id, start in stale if old_id in numbers},
            set(self._entry.added),
        )
        transaction.ledger.forget()

    def _merge(
        self,
        table: str,
        rows: list[Row],
        after: Row | None,
        transaction: Transaction,
    ) -> SetAside:
        connection = transaction.connection
        known = replace(
            self._known,
            channels=_living(connection, self._known.channels),
            border_slots=set(self._entry.added),
        )
        merge = Merge(connection, self._calendar, known)
        readings = merge.rows(table, rows)
        entry = replace(
            self._entry,
            after=after,
            added=tuple(sorted(known.border_slots)),
            readings=self._entry.readings + readings,
            lost=tuple(dict.fromkeys((*self._entry.lost, *merge.unreadable))),
        )
        entry.note(connection)
        transaction.ledger.forget()
        return entry

    async def _note(self, entry: SetAside) -> None:
        await self._file.run(lambda t: entry.note(t.connection))
        self._entry = entry

    async def _finish(self) -> None:
        """Bring the days into line with their hours, and note that it is done."""
        lost = self._entry.lost
        for channel_id in set(self._known.channels.values()):
            for start_ms, end_ms in self._entry.lost_slots:
                await self._rebuild_slots(channel_id, start_ms, end_ms)

            def job(transaction: Transaction, channel_id: int = channel_id) -> None:
                if not _living(transaction.connection, {channel_id: channel_id}):
                    return
                merge = Merge(transaction.connection, self._calendar, self._known)
                merge.sum_days(channel_id)
                merge.close_in(channel_id, lost)
                transaction.ledger.forget()

            await self._file.run(job)
        await self._note(replace(self._entry, done=True))

    async def _rebuild_slots(self, channel_id: int, start_ms: int, end_ms: int) -> None:
        """Make a channel's roll-ups that were lost anew, where its readings are there."""

        def job(transaction: Transaction, at_ms: int | None) -> int | None:
            connection = transaction.connection
            row = connection.execute(
                "SELECT first_ms, last_ms FROM channel WHERE channel_id = ?"
                " AND last_ms >= ? AND first_ms < ?",
                (channel_id, start_ms, end_ms),
            ).fetchone()
            if row is None:
                return None
            first = max(start_ms, row[0] // SLOT_MS * SLOT_MS, at_ms or 0)
            last = min(end_ms, (row[1] // SLOT_MS + 1) * SLOT_MS)
            until = min(first + _REBUILT_MS, last)
            merge = Merge(connection, self._calendar, self._known)
            merge.rebuild_slots(channel_id, first, until)
            transaction.ledger.forget()
            return until if until < last else None

        at_ms = await self._file.run(partial(job, at_ms=None))
        while at_ms is not None:
            await asyncio.sleep(_REST_S)
            at_ms = await self._file.run(partial(job, at_ms=at_ms))


def _living(connection: sqlite3.Connection, channels: dict[int, int]) -> dict[int, int]:
    """Return those of the channels, by today's number, that were not deleted since."""
    rows = connection.execute("SELECT channel_id, meter_id FROM channel")
    living = {channel_id for channel_id, meter_id in rows if not is_deleted(meter_id)}
    return {old_id: new_id for old_id, new_id in channels.items() if new_id in living}
