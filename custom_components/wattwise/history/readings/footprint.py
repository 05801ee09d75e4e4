"""How much of the disk the history takes, and what each day adds."""

from dataclasses import dataclass
from typing import Final

from ..periods.calendar import HOUR_MS, SLOT_MS
from ..questions.queries import Queries
from .packed_hours import PackedHours

# A row of the 5-minute roll-ups, with its share of the pages (measured).
_SLOT_BYTES: Final = 85
_DAY_MS: Final = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Footprint:
    """Sizes [byte]; those of a day are of the last one whose hours are all packed."""

    total: int
    readings_of_a_day: int
    slots_of_a_day: int


def footprint(queries: Queries, now_ms: int) -> Footprint:
    """Measure the history."""
    connection = queries.connection
    last_hour = now_ms // HOUR_MS - 3
    packed = PackedHours(connection)
    readings = sum(
        packed.size(channel_id, last_hour - 23, last_hour)
        for (channel_id,) in connection.execute("SELECT channel_id FROM channel")
    )
    (slots,) = connection.execute(
        "SELECT count(*) FROM rollup_5min WHERE slot >= ? AND slot < ?",
        ((now_ms - _DAY_MS) // SLOT_MS, now_ms // SLOT_MS),
    ).fetchone()
    return Footprint(queries.size_bytes(), readings, slots * _SLOT_BYTES)
