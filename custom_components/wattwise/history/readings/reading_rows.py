"""The table of readings that are not packed: clustered by slot, all channels in each."""

from collections.abc import Sequence
import sqlite3
from typing import Final

from ..periods.calendar import SLOT_MS
from .packing import Row

_PREVIOUS_SLOT: Final = """
WITH RECURSIVE probe (slot) AS (
    SELECT min(:slot, (SELECT max(slot) FROM reading))
    UNION ALL SELECT slot - 1 FROM probe
    WHERE slot > max(:until, (SELECT min(slot) FROM reading))
)
SELECT slot FROM probe WHERE slot >= :until AND EXISTS (
    SELECT 1 FROM reading
    WHERE reading.slot = probe.slot AND channel_id = :channel_id
) LIMIT 1
"""
_NEXT_SLOT: Final = """
WITH RECURSIVE probe (slot) AS (
    SELECT max(:slot, (SELECT min(slot) FROM reading))
    UNION ALL SELECT slot + 1 FROM probe
    WHERE slot < min(:until, (SELECT max(slot) FROM reading))
)
SELECT slot FROM probe WHERE slot <= :until AND EXISTS (
    SELECT 1 FROM reading
    WHERE reading.slot = probe.slot AND channel_id = :channel_id
) LIMIT 1
"""
_IN_SLOT: Final = (
    "SELECT offset_ms, value, span_ms, energy_wh FROM reading"
    " WHERE slot = ? AND channel_id = ?"
)
# Slots hold all channels: the way through them goes from one slot to the next.
_BETWEEN: Final = """
WITH RECURSIVE span (slot) AS (
    SELECT max(:first, (SELECT min(slot) FROM reading))
    UNION ALL SELECT slot + 1 FROM span
    WHERE slot < min(:last, (SELECT max(slot) FROM reading))
)
SELECT reading.slot * :slot_ms + offset_ms, value, span_ms, energy_wh
FROM span CROSS JOIN reading ON reading.slot = span.slot AND channel_id = :channel_id
WHERE span.slot <= :last
"""


class ReadingRows:
    """Access to rows of readings by channel and time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use a connection, which may be read-only for the look-ups."""
        self._connection = connection

    def insert(self, channel_id: int, rows: Sequence[Row]) -> None:
        """Store readings at times at which there are none."""
        self._connection.executemany(
            "INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?)",
            [
                (time_ms // SLOT_MS, channel_id, time_ms % SLOT_MS, value, span, energy)
                for time_ms, value, span, energy in rows
            ],
        )

    def update(
        self, channel_id: int, time_ms: int, span_ms: int, energy_wh: float | None
    ) -> None:
        """Change the segment that ends in a reading."""
        slot, offset_ms = divmod(time_ms, SLOT_MS)
        self._connection.execute(
            "UPDATE reading SET span_ms = ?, energy_wh = ?"
            " WHERE slot = ? AND channel_id = ? AND offset_ms = ?",
            (span_ms, energy_wh, slot, channel_id, offset_ms),
        )

    def between(self, channel_id: int, first: int, last: int) -> sqlite3.Cursor:
        """Return the readings from the first to the last slot, as Rows."""
        return self._connection.execute(
            _BETWEEN,
            {
                "first": first,
                "last": last,
                "channel_id": channel_id,
                "slot_ms": SLOT_MS,
            },
        )

    def one(
        self, condition: str, slot: int, channel_id: int, argument: int
    ) -> Row | None:
        """Return the first reading of a slot that meets a condition of SQL."""
        row = self._connection.execute(
            f"{_IN_SLOT} {condition} LIMIT 1",
            (slot, channel_id, argument),
        ).fetchone()
        return (slot * SLOT_MS + row[0], *row[1:]) if row else None

    def slot_before(self, channel_id: int, slot: int, until: int) -> int | None:
        """Return the last slot up to one, none before `until`, with the channel."""
        return self._probe(_PREVIOUS_SLOT, channel_id, slot, until)

    def slot_after(self, channel_id: int, slot: int, until: int) -> int | None:
        """Return the first slot from one on, none after `until`, with the channel."""
        return self._probe(_NEXT_SLOT, channel_id, slot, until)

    def _probe(self, query: str, channel_id: int, slot: int, until: int) -> int | None:
        """Walk slot by slot to one that holds the channel.

        Slots hold all channels, so a step costs one look into the index however
        dense the other channels are.
        """
        row = self._connection.execute(
            query, {"slot": slot, "until": until, "channel_id": channel_id}
        ).fetchone()
        return row[0] if row else None
