"""What would become of a file's rows: the first ones are booked into a history in memory.

They are judged there as they would be when they are loaded, beside what is known of
their time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
import time
from typing import Final

from ...metering.profile import MeterProfile
from ...metering.quantity import Channel
from ..database import blank
from ..files.meter_file import Batch
from ..ledger import Ledger
from ..periods.calendar import LocalCalendar
from ..questions.queries import Queries
from ..readings.raw_readings import RawReading
from .records import times_in_doubt
from .tally import Tally

# More readings would take too much memory and time.
MOST_READINGS: Final = 200_000

_BESIDE: Final = (Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT, Channel.POWER)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a time in which a file has rows."""

    channels: list[tuple[object, ...]]
    pruned: list[tuple[object, ...]]
    held: list[tuple[object, ...]]
    readings: dict[int, list[RawReading]]
    is_whole: bool
    """Whether there were not too many readings."""


def known_around(
    queries: Queries, meter_id: str, channel: Channel, start_ms: int, end_ms: int
) -> Known:
    """Return what is known of a time, for a rehearsal."""
    connection = queries.connection
    wanted = {channel, *_BESIDE}
    channels = [
        row
        for row in connection.execute(
            "SELECT * FROM channel WHERE meter_id = ?", (meter_id,)
        )
        if row[2] in wanted
    ]
    readings: dict[int, list[RawReading]] = {}
    count = 0
    for channel_id, _, _, first_ms, last_ms, *_ in channels:
        before = queries.raw.previous(channel_id, start_ms, first_ms)
        after = queries.raw.next(channel_id, end_ms - 1, last_ms)
        newest = queries.raw.at(channel_id, last_ms) if last_ms is not None else None
        found = {r.time_ms: r for r in (before, after, newest) if r}
        for page in queries.raw.pages(channel_id, start_ms, end_ms):
            found |= {reading.time_ms: reading for reading in page}
            if count + len(found) > MOST_READINGS:
                return Known([], [], [], {}, is_whole=False)
        count += len(found)
        readings[channel_id] = [found[time_ms] for time_ms in sorted(found)]
    pruned, held = (
        [
            row
            for row in connection.execute(f"SELECT * FROM {table}")  # noqa: S608  (ours)
            if row[0] in readings
        ]
        for table in ("pruned", "held")
    )
    return Known(channels, pruned, held, readings, is_whole=True)


class Rehearsal:
    """Books readings where it does no harm; belongs to worker threads, one at a time."""

    def __init__(
        self, calendar: LocalCalendar, known: Known, meter_id: str, channel: Channel
    ) -> None:
        """Begin with what is known of a meter."""
        self.tally = Tally()
        self.looked_at = 0
        self._connection = blank()
        self._ledger = Ledger(self._connection, calendar)
        self._of = meter_id, channel
        self._insert("channel", known.channels)
        self._insert("pruned", known.pruned)
        self._insert("held", known.held)
        for channel_id, readings in known.readings.items():
            if readings:
                self._ledger.raw.insert_all(channel_id, readings)

    @property
    def is_over(self) -> bool:
        """Whether enough rows were looked at."""
        return self.looked_at >= MOST_READINGS

    def book(self, profile: MeterProfile, batch: Batch) -> None:
        """Book the readings of a batch."""
        connection = self._connection
        connection.execute("BEGIN")
        receipt = self._ledger.append(
            profile, batch.readings, now_ms=time.time_ns() // 1_000_000, live=False
        )
        self._ledger.write()
        connection.execute("COMMIT")
        self.looked_at += len(batch.readings) + len(batch.refused)
        self.tally.add(batch.readings, receipt, batch.refused)

    def finish(self) -> None:
        """Count what is in doubt still, and forget what was booked."""
        self.tally.finish(times_in_doubt(self._connection, *self._of))
        self.close()

    def close(self) -> None:
        """Forget what was booked."""
        self._connection.close()

    def _insert(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        for row in rows:
            marks = ", ".join("?" * len(row))
            self._connection.execute(
                f"INSERT INTO {table} VALUES ({marks})",  # noqa: S608  (names of ours)
                row,
            )
