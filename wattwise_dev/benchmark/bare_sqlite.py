"""The floor of a durable store: sqlite3 alone, inserting the same rows."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
import sqlite3
import time
from typing import Final

from .load import Load
from .plan import BATCH_VALUES, METERS, Plan
from .readings import STEP_MS, VALUES_PER_ITEM, readings
from .traffic import LARGE_BATCH_ITEMS

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
_SLOT_MS: Final = 300_000

type Row = tuple[int, int, int, float, int, float]


@dataclass(frozen=True, slots=True)
class Store:
    """How the rows of the same readings were taken, one commit for each request."""

    singles: Load
    batches: Load
    large: Load


def measure_store(folder: Path, plan: Plan, start_ms: int) -> Store:
    """Insert the rows of the readings that meters send."""
    per_second = METERS * plan.singles_per_second
    return Store(
        singles=_insert(
            folder / "singles.db",
            _commits(start_ms, int(plan.single_s * per_second), 1),
            1 / per_second,
        ),
        batches=_insert(
            folder / "batches.db",
            _commits(start_ms, plan.batches, BATCH_VALUES // VALUES_PER_ITEM),
            0,
        ),
        large=_insert(
            folder / "large.db",
            _commits(start_ms, plan.large_batches, LARGE_BATCH_ITEMS),
            0,
        ),
    )


def _commits(start_ms: int, commits: int, items: int) -> list[tuple[Row, ...]]:
    """Return the rows of each commit of so many items."""
    channels: dict[str, int] = {}
    end_ms = start_ms + commits * items * STEP_MS
    rows: Iterable[Row] = (
        (
            reading.time_ms // _SLOT_MS,
            channels.setdefault(reading.channel, len(channels)),
            reading.time_ms % _SLOT_MS,
            reading.value,
            STEP_MS,
            0.0,
        )
        for reading in readings(0, start_ms, end_ms, STEP_MS)
    )
    return list(batched(rows, items * VALUES_PER_ITEM, strict=True))


def _insert(path: Path, commits: Iterable[Sequence[Row]], pause_s: float) -> Load:
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
