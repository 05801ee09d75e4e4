"""What would become of a file's rows: the first ones are booked into a history in memory.

They are judged there as they would be when they are loaded, beside what is known of
their time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
import time
from typing import Any, Final

from ...metering.joint import JointLimit
from ...metering.profile import MeterProfile
from ...metering.quantity import Channel
from ..database import blank
from ..files.meter_file import Batch
from ..ledger import Ledger
from ..periods.calendar import LocalCalendar
from ..questions.queries import Queries
from ..readings.raw_readings import RawReading
from .outcome import FileJoint, joints_of, months_of
from .records import times_in_doubt
from .tally import Tally

# More readings would take too much memory and time.
MOST_READINGS: Final = 200_000

_BESIDE: Final = (Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT, Channel.POWER)


@dataclass(slots=True)
class Known:
    """What is known of a time in which a file has rows.

    The readings of that time itself are added page by page; see `spans`.
    """

    channels: list[tuple[Any, ...]]
    pruned: list[tuple[Any, ...]]
    held: list[tuple[Any, ...]]
    readings: dict[int, list[RawReading]]
    is_whole: bool = True
    """Whether there were not too many readings."""

    def spans(self, end_ms: int) -> list[tuple[int, Channel, int]]:
        """Return each channel, and the end of the time whose readings are to be added.

        Those that come meanwhile do not belong to it.
        """
        return [
            (channel_id, Channel(name), min(end_ms, last_ms + 1))
            for channel_id, _, name, _, last_ms, *_ in self.channels
            if last_ms is not None
        ]

    def add(self, channel_id: int, readings: Iterable[RawReading]) -> None:
        """Add readings of the time itself; too many are as good as none."""
        self.readings[channel_id] += readings
        if sum(map(len, self.readings.values())) > MOST_READINGS:
            for rows in (self.channels, self.pruned, self.held, self.readings):
                rows.clear()
            self.is_whole = False


def known_around(
    queries: Queries, meter_id: str, channel: Channel, start_ms: int, end_ms: int
) -> Known:
    """Return what is known beside a time, for a rehearsal."""
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
    for channel_id, _, _, first_ms, last_ms, *_ in channels:
        before = queries.raw.previous(channel_id, start_ms, first_ms)
        after = queries.raw.next(channel_id, end_ms - 1, last_ms)
        newest = queries.raw.at(channel_id, last_ms) if last_ms is not None else None
        found = {r.time_ms: r for r in (before, after, newest) if r}
        readings[channel_id] = [
            reading
            for time_ms, reading in found.items()
            if not start_ms <= time_ms < end_ms
        ]
    pruned, held = (
        [
            row
            for row in connection.execute(f"SELECT * FROM {table}")  # noqa: S608  (ours)
            if row[0] in readings
        ]
        for table in ("pruned", "held")
    )
    return Known(channels, pruned, held, readings)


class Rehearsal:
    """Books readings where it does no harm; belongs to worker threads, one at a time."""

    def __init__(
        self, calendar: LocalCalendar, known: Known, meter_id: str, channel: Channel
    ) -> None:
        """Begin with what is known of a meter."""
        self.tally = Tally()
        self.looked_at = 0
        self.months: dict[str, float] = {}
        """What would be added by local month; see `months_of`."""
        self.joints: list[FileJoint] = []
        """Where a counter would join on, if people should know of it."""
        self._limit: JointLimit | None = None
        self._known: set[int] = set()
        self._connection = blank()
        self._ledger = Ledger(self._connection, calendar)
        self._of = meter_id, channel
        self._insert("channel", known.channels)
        self._insert("pruned", known.pruned)
        self._insert("held", known.held)
        for channel_id, readings in known.readings.items():
            if readings:
                self._ledger.raw.insert_all(channel_id, readings)
            if channel_id == self._channel_id():
                self._known = {reading.time_ms for reading in readings}

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
        self._limit = profile.joint_limit
        self.looked_at += len(batch.readings) + len(batch.refused)
        self.tally.add(batch.readings, receipt, batch.refused)

    def finish(self) -> None:
        """Sum up what was booked, and forget it."""
        self.tally.finish(times_in_doubt(self._connection, *self._of))
        channel_id, channel = self._channel_id(), self._of[1]
        if channel_id is not None:
            self.months = months_of(
                self._connection, self._ledger.calendar, channel_id, channel
            )
            if channel.is_energy:
                self.joints = joints_of(
                    self._ledger.raw, channel_id, self._known, self._limit
                )
        self.close()

    def close(self) -> None:
        """Forget what was booked."""
        self._connection.close()

    def _channel_id(self) -> int | None:
        row = self._connection.execute(
            "SELECT channel_id FROM channel WHERE meter_id = ? AND name = ?", self._of
        ).fetchone()
        return row[0] if row else None

    def _insert(self, table: str, rows: Iterable[tuple[object, ...]]) -> None:
        for row in rows:
            marks = ", ".join("?" * len(row))
            self._connection.execute(
                f"INSERT INTO {table} VALUES ({marks})",  # noqa: S608  (names of ours)
                row,
            )
