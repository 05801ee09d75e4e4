"""Readings that wait, in a file that survives restarts and power cuts."""

from collections.abc import Sequence
from contextlib import closing
import json
from pathlib import Path
import sqlite3
import threading
from types import TracebackType
from typing import Self

from .reading import Reading

_SCHEMA = """
CREATE TABLE IF NOT EXISTS waiting (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ms INTEGER NOT NULL,
    data TEXT NOT NULL
) STRICT
"""


class ReadingQueue:
    """Readings in the order they were added, for one process at a time.

    When there are `limit` of them, the oldest makes room for the next. One thread may
    add readings while another sends them.
    """

    def __init__(self, path: Path | str, *, limit: int = 1_000_000) -> None:
        """Open the file, or make it."""
        self._limit = limit
        self.dropped = 0
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        # What add() has returned from is on the disk.
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute(_SCHEMA)
        with closing(self._connection.execute("SELECT count(*) FROM waiting")) as rows:
            self._length: int = rows.fetchone()[0]

    def __len__(self) -> int:
        """Return how many readings wait."""
        return self._length

    def add(self, *readings: Reading) -> None:
        """Append readings; they are on the disk when this returns."""
        with self._lock:
            excess = max(0, self._length + len(readings) - self._limit)
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._append(readings, excess)
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._length += len(readings) - excess
            self.dropped += excess

    def _append(self, readings: Sequence[Reading], excess: int) -> None:
        """Write readings, and make room by the oldest."""
        self._connection.executemany(
            "INSERT INTO waiting (time_ms, data) VALUES (?, ?)",
            (
                (reading.time_ms, json.dumps(dict(reading.values)))
                for reading in readings
            ),
        )
        self._connection.execute(
            "DELETE FROM waiting WHERE number IN"
            " (SELECT number FROM waiting ORDER BY number LIMIT ?)",
            (excess,),
        )

    def oldest(self, count: int) -> tuple[list[int], list[Reading]]:
        """Return the numbers and the readings of the oldest `count`."""
        with (
            self._lock,
            closing(
                self._connection.execute(
                    "SELECT number, time_ms, data FROM waiting ORDER BY number LIMIT ?",
                    (count,),
                )
            ) as rows,
        ):
            found = rows.fetchall()
        return (
            [number for number, _, _ in found],
            [Reading(time_ms, json.loads(data)) for _, time_ms, data in found],
        )

    def remove(self, numbers: Sequence[int]) -> None:
        """Forget readings by the numbers that oldest() returned."""
        if not numbers:
            return
        # They are neighbours: nothing is ever inserted between them.
        with self._lock:
            done = self._connection.execute(
                "DELETE FROM waiting WHERE number BETWEEN ? AND ?",
                (numbers[0], numbers[-1]),
            )
            self._length -= done.rowcount

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        """Return the open queue."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()
