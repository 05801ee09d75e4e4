"""The floor of an interface that stores: sqlite3 alone, one commit per request."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import batched
from pathlib import Path

from ..bare_sqlite import SLOT_MS, Row, insert
from ..load import Load
from .plan import BATCH_VALUES, METERS, Plan
from .readings import STEP_MS, VALUES_PER_ITEM, readings
from .traffic import LARGE_BATCH_ITEMS


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
        singles=insert(
            folder / "singles.db",
            _commits(start_ms, int(plan.single_s * per_second), 1),
            1 / per_second,
        ),
        batches=insert(
            folder / "batches.db",
            _commits(start_ms, plan.batches, BATCH_VALUES // VALUES_PER_ITEM),
        ),
        large=insert(
            folder / "large.db",
            _commits(start_ms, plan.large_batches, LARGE_BATCH_ITEMS),
        ),
    )


def _commits(start_ms: int, commits: int, items: int) -> list[tuple[Row, ...]]:
    """Return the rows of each commit of so many items."""
    channels: dict[str, int] = {}
    end_ms = start_ms + commits * items * STEP_MS
    rows: Iterable[Row] = (
        (
            reading.time_ms // SLOT_MS,
            channels.setdefault(reading.channel, len(channels)),
            reading.time_ms % SLOT_MS,
            reading.value,
            STEP_MS,
            0.0,
        )
        for reading in readings(0, start_ms, end_ms, STEP_MS)
    )
    return list(batched(rows, items * VALUES_PER_ITEM, strict=True))
