"""The table of accepted readings: one row each, with the segment that ends in it."""

from dataclasses import dataclass
import sqlite3
from typing import Final

from .calendar import SLOT_MS

_PREVIOUS_SLOT: Final = """
WITH RECURSIVE probe (slot) AS (
    SELECT :slot UNION ALL SELECT slot - 1 FROM probe WHERE slot > :until
)
SELECT slot FROM probe WHERE EXISTS (
    SELECT 1 FROM reading
    WHERE reading.slot = probe.slot AND channel_id = :channel_id
) LIMIT 1
"""
_NEXT_SLOT: Final = """
WITH RECURSIVE probe (slot) AS (
    SELECT :slot UNION ALL SELECT slot + 1 FROM probe WHERE slot < :until
)
SELECT slot FROM probe WHERE EXISTS (
    SELECT 1 FROM reading
    WHERE reading.slot = probe.slot AND channel_id = :channel_id
) LIMIT 1
"""
_COLUMNS: Final = "SELECT slot, offset_ms, value, span_ms, energy_wh FROM reading"


@dataclass(frozen=True, slots=True)
class RawReading:
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
    """Access to accepted readings by channel and time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use a connection, which may be read-only for the look-ups."""
        self._connection = connection
        self.written: dict[tuple[int, int], None] | None = None
        """Channel and time of all that is booked, where the outbox wants to know."""

    def insert(self, channel_id: int, reading: RawReading) -> None:
        """Store a reading at a time at which there is none."""
        self._note(channel_id, reading.time_ms)
        slot, offset_ms = divmod(reading.time_ms, SLOT_MS)
        self._connection.execute(
            "INSERT INTO reading VALUES (?, ?, ?, ?, ?, ?)",
            (
                slot,
                channel_id,
                offset_ms,
                reading.value,
                reading.span_ms,
                reading.energy_wh,
            ),
        )

    def update_segment(
        self, channel_id: int, time_ms: int, span_ms: int, energy_wh: float | None
    ) -> None:
        """Change the segment that ends in a stored reading."""
        self._note(channel_id, time_ms)
        slot, offset_ms = divmod(time_ms, SLOT_MS)
        self._connection.execute(
            "UPDATE reading SET span_ms = ?, energy_wh = ?"
            " WHERE slot = ? AND channel_id = ? AND offset_ms = ?",
            (span_ms, energy_wh, slot, channel_id, offset_ms),
        )

    def at(self, channel_id: int, time_ms: int) -> RawReading | None:
        """Return the reading at exactly this time."""
        slot, offset_ms = divmod(time_ms, SLOT_MS)
        return self._one("AND offset_ms = ?", slot, channel_id, offset_ms)

    def has_any(self, channel_id: int) -> bool:
        """Whether the channel has readings of its own; looks through the roll-ups."""
        row = self._connection.execute(
            "SELECT 1 FROM rollup_5min WHERE channel_id = ? AND count > 0 LIMIT 1",
            (channel_id,),
        ).fetchone()
        return row is not None

    def previous(
        self, channel_id: int, time_ms: int, first_ms: int | None
    ) -> RawReading | None:
        """Return the last reading before a time; `first_ms` bounds the search."""
        if first_ms is None or time_ms <= first_ms:
            return None
        slot, offset_ms = divmod(time_ms, SLOT_MS)
        found = self._one(
            "AND offset_ms < ? ORDER BY offset_ms DESC", slot, channel_id, offset_ms
        )
        if found:
            return found
        slot = self._probe(_PREVIOUS_SLOT, channel_id, slot - 1, first_ms // SLOT_MS)
        return self._one("AND ? ORDER BY offset_ms DESC", slot, channel_id, True)

    def next(
        self, channel_id: int, time_ms: int, last_ms: int | None
    ) -> RawReading | None:
        """Return the first reading after a time; `last_ms` bounds the search."""
        if last_ms is None or time_ms >= last_ms:
            return None
        slot, offset_ms = divmod(time_ms, SLOT_MS)
        found = self._one(
            "AND offset_ms > ? ORDER BY offset_ms", slot, channel_id, offset_ms
        )
        if found:
            return found
        slot = self._probe(_NEXT_SLOT, channel_id, slot + 1, last_ms // SLOT_MS)
        return self._one("AND ? ORDER BY offset_ms", slot, channel_id, True)

    def between(self, channel_id: int, start_ms: int, end_ms: int) -> list[RawReading]:
        """Return the readings from `start_ms` up to, not including, `end_ms`."""
        rows = self._connection.execute(
            f"{_COLUMNS} WHERE slot BETWEEN ? AND ? AND channel_id = ?"
            " ORDER BY slot, offset_ms",
            (start_ms // SLOT_MS, (end_ms - 1) // SLOT_MS, channel_id),
        )
        return [
            reading
            for reading in map(_from_row, rows)
            if start_ms <= reading.time_ms < end_ms
        ]

    def _note(self, channel_id: int, time_ms: int) -> None:
        if self.written is not None:
            self.written[channel_id, time_ms] = None

    def _one(
        self, condition: str, slot: int, channel_id: int, argument: int
    ) -> RawReading | None:
        row = self._connection.execute(
            f"{_COLUMNS} WHERE slot = ? AND channel_id = ? {condition} LIMIT 1",
            (slot, channel_id, argument),
        ).fetchone()
        return _from_row(row) if row else None

    def _probe(self, query: str, channel_id: int, slot: int, until: int) -> int:
        """Walk slot by slot to one that holds the channel; -1 when none does.

        Slots hold all channels, so a step costs one look into the index however
        dense the other channels are.
        """
        row = self._connection.execute(
            query, {"slot": slot, "until": until, "channel_id": channel_id}
        ).fetchone()
        return row[0] if row else -1


def _from_row(row: tuple[int, int, float | None, int, float | None]) -> RawReading:
    slot, offset_ms, value, span_ms, energy_wh = row
    return RawReading(slot * SLOT_MS + offset_ms, value, span_ms, energy_wh)
