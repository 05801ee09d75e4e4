"""The outbox: what waits to be written to InfluxDB, in the same file as the readings.

It is filled in the transaction that books a reading, so that nothing is on disk without
waiting here too, and emptied when the server has it. Two levels wait: readings, with
the values they had when they were booked, and 5-minute roll-ups, by their key.
"""

from collections.abc import Iterable
from dataclasses import dataclass
import sqlite3
from typing import Final

from ..periods.calendar import SLOT_MS
from ..readings.raw_readings import RawReadings

# What waits at the most for each target; about 40 MB. What falls off is noted as a
# stretch of the past, to be read again from the history once the server is back.
MAX_WAITING: Final = 1_000_000
# Roll-ups of 5 minutes, of twenty channels those of more than a month.
MAX_WAITING_SLOTS: Final = 200_000
# Falls off at once, so that it need not be looked at with every commit.
_FALL_OFF: Final = 10_000

# The levels of a stretch of the past.
PAST_READINGS: Final = "reading"
PAST_SLOTS: Final = "slot"


@dataclass(slots=True)
class _Waiting:
    """How much waits for a target at the most: deliveries are not counted."""

    readings: int
    slots: int


class Outbox:
    """Notes what a transaction writes and puts it into the outbox.

    Belongs to the writer's thread.
    """

    def __init__(self, connection: sqlite3.Connection, raw: RawReadings) -> None:
        """Write through this connection what `raw` has written."""
        self._connection = connection
        self._raw = raw
        self._targets: dict[int, int | None] = {}
        self._waiting: dict[int, _Waiting] = {}
        self._is_known = False
        self.forget()

    def retarget(self) -> None:
        """Learn anew which meters are exported, and where to."""
        self._targets.clear()
        self._waiting = {
            target: _Waiting(
                self._count("outbox_reading", target),
                self._count("outbox_slot", target),
            )
            for (target,) in self._connection.execute(
                "SELECT DISTINCT target_id FROM meter WHERE target_id IS NOT NULL"
            )
        }
        self._raw.written = {} if self._waiting else None
        self._is_known = True

    def write(self, slots: Iterable[tuple[int, int]]) -> None:
        """Put into the outbox what was written, and the roll-ups of these slots."""
        written = self._raw.written or {}
        if not self._is_known:
            self.retarget()
        if not self._waiting:
            return
        self._raw.written = {}
        rows = []
        for (channel_id, time_ms), booked in written.items():
            target = self._target(channel_id)
            if target is None:
                continue
            reading = booked or self._raw.at(channel_id, time_ms)
            if reading:
                self._waiting[target].readings += 1
                rows.append((target, channel_id, *reading))
        self._connection.executemany(
            "INSERT INTO outbox_reading (target_id, channel_id, time_ms, value, span_ms,"
            " energy_wh) VALUES (?, ?, ?, ?, ?, ?)",
            rows,
        )
        changed = [
            (target, slot, channel_id)
            for slot, channel_id in slots
            if (target := self._target(channel_id)) is not None
        ]
        for target, *_ in changed:
            self._waiting[target].slots += 1
        self._connection.executemany(
            "INSERT INTO outbox_slot VALUES (?, ?, ?, 1)"
            " ON CONFLICT DO UPDATE SET changes = changes + 1",
            changed,
        )
        for target, waiting in self._waiting.items():
            if waiting.readings > MAX_WAITING:
                waiting.readings = self._let_readings_go(target)
            if waiting.slots > MAX_WAITING_SLOTS:
                waiting.slots = self._let_slots_go(target)

    def forget(self) -> None:
        """Drop what was noted in a transaction that was rolled back.

        Nothing is asked before the next commit: it may not be rolled back yet, and
        where the file is damaged, that commit can say so.
        """
        self._targets.clear()
        self._is_known = False
        self._raw.written = {}

    def _target(self, channel_id: int) -> int | None:
        if channel_id not in self._targets:
            row = self._connection.execute(
                "SELECT target_id FROM channel JOIN meter USING (meter_id)"
                " WHERE channel_id = ?",
                (channel_id,),
            ).fetchone()
            self._targets[channel_id] = row[0] if row else None
        return self._targets[channel_id]

    def _count(self, table: str, target: int) -> int:
        row = self._connection.execute(
            f"SELECT count(*) FROM {table} WHERE target_id = ?",  # noqa: S608
            (target,),
        ).fetchone()
        return int(row[0])

    def _let_readings_go(self, target: int) -> int:
        """Let the oldest readings go if there are too many, and note of which time.

        Returns how many wait.
        """
        count = self._count("outbox_reading", target)
        if count <= MAX_WAITING:
            return count
        oldest = (target, max(_FALL_OFF, count - MAX_WAITING))
        (last,) = self._connection.execute(
            "SELECT max(sequence) FROM (SELECT sequence FROM outbox_reading"
            " WHERE target_id = ? ORDER BY sequence LIMIT ?)",
            oldest,
        ).fetchone()
        for channel_id, start_ms, end_ms in self._connection.execute(
            "SELECT channel_id, min(time_ms), max(time_ms) + 1 FROM outbox_reading"
            " WHERE target_id = ? AND sequence <= ? GROUP BY channel_id",
            (target, last),
        ).fetchall():
            note_past(self._connection, target, channel_id, start_ms, end_ms)
        gone = self._connection.execute(
            "DELETE FROM outbox_reading WHERE target_id = ? AND sequence <= ?",
            (target, last),
        )
        return count - gone.rowcount

    def _let_slots_go(self, target: int) -> int:
        """Let the oldest roll-ups go if there are too many, and note of which time.

        Returns how many wait.
        """
        count = self._count("outbox_slot", target)
        if count <= MAX_WAITING_SLOTS:
            return count
        oldest = (target, max(_FALL_OFF, count - MAX_WAITING_SLOTS))
        (last,) = self._connection.execute(
            "SELECT max(slot) FROM (SELECT slot FROM outbox_slot"
            " WHERE target_id = ? ORDER BY slot LIMIT ?)",
            oldest,
        ).fetchone()
        for channel_id, first, end in self._connection.execute(
            "SELECT channel_id, min(slot), max(slot) + 1 FROM outbox_slot"
            " WHERE target_id = ? AND slot <= ? GROUP BY channel_id",
            (target, last),
        ).fetchall():
            past = channel_id, first * SLOT_MS, end * SLOT_MS
            note_past(self._connection, target, *past, (PAST_SLOTS,))
        gone = self._connection.execute(
            "DELETE FROM outbox_slot WHERE target_id = ? AND slot <= ?", (target, last)
        )
        return count - gone.rowcount


def note_past(
    connection: sqlite3.Connection,
    target: int,
    channel_id: int,
    start_ms: int,
    end_ms: int,
    levels: Iterable[str] = (PAST_READINGS, PAST_SLOTS),
) -> None:
    """Let what the history knows of a stretch of the past be written (again)."""
    connection.executemany(
        "INSERT INTO outbox_past VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
        " start_ms = min(start_ms, excluded.start_ms),"
        " end_ms = max(end_ms, excluded.end_ms)",
        [(target, channel_id, level, start_ms, end_ms) for level in levels],
    )
