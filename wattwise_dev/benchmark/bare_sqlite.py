"""The floor of a durable store: sqlite3 alone, inserting the same rows."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
import sqlite3
import time
from typing import Final

from .load import Load

SLOT_MS: Final = 300_000

_SCHEMA: Final = """
CREATE TABLE reading (
    slot INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    offset_ms INTEGER NOT NULL,
    value REAL,
    span_ms INTEGER NOT NULL,
    energy_wh REAL,
    PRIMARY KEY (slot, channel_id, offset_ms)
) STRICT, WITHOUT ROWID
"""

type Row = tuple[int, int, int, float, int, float | None]
"""Slot of 5 minutes, channel, offset in the slot [ms], value, span [ms], energy [Wh]."""


def insert(path: Path, commits: Iterable[Sequence[Row]], pause_s: float = 0) -> Load:
    """Insert into a new file, waiting before each commit; measure each until on disk.

    The seconds of the load are without the pauses.
    """
    load = Load()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(_SCHEMA)
        for commit in commits:
            time.sleep(pause_s)
            begun = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?)", commit
            )
            connection.execute("COMMIT")
            seconds = time.perf_counter() - begun
            load.latencies_ms.append(seconds * 1000)
            load.seconds += seconds
            load.values += len(commit)
    return load
