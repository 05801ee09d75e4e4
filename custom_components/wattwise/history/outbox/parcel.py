"""A parcel: what is taken from the outbox at once, and put away when it is delivered.

Taking only reads. What was taken stays in the outbox until the server has it, so that
a crash between the two costs nothing but writing the same points again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
import sqlite3
from typing import Final

from ..influx.delivery import Rejected
from ..influx.points import ReadingPoint, SlotPoint
from ..periods.bucket import Bucket
from ..periods.calendar import SLOT_MS
from ..periods.rollups import five_minutes
from ..questions.queries import Queries
from ..writer import Transaction
from .outbox import PAST_READINGS
from .targets import find_target

# What a server refused is kept for people to look at, not for ever.
MAX_REJECTED: Final = 1_000

# A 5-minute roll-up waits this long for the last readings that belong to it.
_SETTLED_MS: Final = 30_000
# How much of the past is looked at in one step, and how many steps at once: stretches
# without readings cost time as well.
_PAST_STEP_MS: Final = 24 * 3_600_000
_PAST_STEPS: Final = 60


@dataclass(frozen=True, slots=True)
class _Past:
    """How far a stretch of the past is in the parcel."""

    channel_id: int
    level: str
    start_ms: int
    until_ms: int


@dataclass(slots=True)
class Parcel:
    """Points for one target, and what they stand for in the outbox."""

    target_id: int
    points: list[ReadingPoint | SlotPoint] = field(default_factory=list)
    last_sequence: int = 0
    last_reading: tuple[int, int] | None = None
    """The channel and time of the last reading: numbers are used again once they
    are free."""
    slots: list[tuple[int, int, int]] = field(default_factory=list)
    past: list[_Past] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not (self.last_sequence or self.slots or self.past)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of a household waits, and how many points its server refused."""

    readings: int = 0
    slots: int = 0
    past_channels: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class RejectedPoint:
    """A point that a server refused, as it was sent, and why."""

    rejected_ms: int
    line: str
    reason: str


def take(queries: Queries, household: str, limit: int, now_ms: int) -> Parcel | None:
    """Return what is to be written next, at most about `limit` points.

    New readings come first, then roll-ups, then the past. None where nothing is exported.
    """
    connection = queries.connection
    target_id = find_target(connection, household)
    if target_id is None:
        return None
    parcel = Parcel(target_id)
    names = _names(connection)
    _take_readings(connection, parcel, names, limit)
    _take_slots(connection, parcel, names, limit - len(parcel.points), now_ms)
    if len(parcel.points) < limit:
        _take_past(queries, parcel, names, limit - len(parcel.points), now_ms)
    return parcel


def put_away(
    transaction: Transaction,
    parcel: Parcel,
    rejected: Sequence[Rejected],
    now_ms: int,
) -> None:
    """Remove from the outbox what was delivered; note what the server refused."""
    connection = transaction.connection
    last = connection.execute(
        "SELECT channel_id, time_ms FROM outbox_reading"
        " WHERE target_id = ? AND sequence = ?",
        (parcel.target_id, parcel.last_sequence),
    ).fetchone()
    if last == parcel.last_reading:
        connection.execute(
            "DELETE FROM outbox_reading WHERE target_id = ? AND sequence <= ?",
            (parcel.target_id, parcel.last_sequence),
        )
    # A roll-up that changed since it was taken waits on.
    connection.executemany(
        "DELETE FROM outbox_slot WHERE target_id = ? AND slot = ? AND channel_id = ?"
        " AND changes = ?",
        [(parcel.target_id, *taken) for taken in parcel.slots],
    )
    for past in parcel.past:
        # One that was asked for again meanwhile, from further back, begins anew.
        key = (parcel.target_id, past.channel_id, past.level)
        connection.execute(
            "UPDATE outbox_past SET start_ms = ? WHERE target_id = ? AND channel_id = ?"
            " AND level = ? AND start_ms = ?",
            (past.until_ms, *key, past.start_ms),
        )
        connection.execute(
            "DELETE FROM outbox_past WHERE target_id = ? AND channel_id = ?"
            " AND level = ? AND start_ms >= end_ms",
            key,
        )
    connection.executemany(
        "INSERT INTO rejected (target_id, rejected_ms, line, reason)"
        " VALUES (?, ?, ?, ?)",
        [(parcel.target_id, now_ms, item.line, item.reason) for item in rejected],
    )
    if rejected:
        connection.execute(
            "DELETE FROM rejected WHERE target_id = ? AND sequence NOT IN (SELECT"
            " sequence FROM rejected WHERE target_id = ? ORDER BY sequence DESC"
            " LIMIT ?)",
            (parcel.target_id, parcel.target_id, MAX_REJECTED),
        )


def waiting(queries: Queries, household: str) -> Waiting:
    """Return how much of a household waits."""
    connection = queries.connection
    target_id = find_target(connection, household)
    if target_id is None:
        return Waiting()
    counts = [
        connection.execute(question, (target_id,)).fetchone()[0]
        for question in (
            "SELECT count(*) FROM outbox_reading WHERE target_id = ?",
            "SELECT count(*) FROM outbox_slot WHERE target_id = ?",
            "SELECT count(DISTINCT channel_id) FROM outbox_past WHERE target_id = ?",
            "SELECT count(*) FROM rejected WHERE target_id = ?",
        )
    ]
    return Waiting(*counts)


def rejected_points(
    queries: Queries, household: str, limit: int
) -> list[RejectedPoint]:
    """Return the newest points of a household that its server refused."""
    rows = queries.connection.execute(
        "SELECT rejected_ms, line, reason FROM rejected"
        " WHERE target_id = (SELECT target_id FROM target WHERE household = ?)"
        " ORDER BY sequence DESC LIMIT ?",
        (household, limit),
    )
    return [RejectedPoint(*row) for row in rows]


def forget_rejected(transaction: Transaction, household: str) -> None:
    """Drop what is noted of the points that the server of a household refused."""
    transaction.connection.execute(
        "DELETE FROM rejected"
        " WHERE target_id = (SELECT target_id FROM target WHERE household = ?)",
        (household,),
    )


type _Names = dict[int, tuple[str, str]]
"""The meter's name in InfluxDB and the channel's, by the channel's id."""


def _names(connection: sqlite3.Connection) -> _Names:
    """Return the names of all that were ever exported.

    What waits of a meter that was removed since is still sent: it was measured while
    the meter was exported. Only what was deleted has no name any more.
    """
    rows = connection.execute(
        "SELECT channel_id, exported_as, channel.name FROM channel"
        " JOIN meter USING (meter_id) WHERE exported_as IS NOT NULL"
    )
    return {channel_id: (meter, name) for channel_id, meter, name in rows}


def _take_readings(
    connection: sqlite3.Connection, parcel: Parcel, names: _Names, limit: int
) -> None:
    # Of a reading that was booked twice (a late one divided its segment), the last
    # values count, whatever a server makes of two in one request.
    points: dict[tuple[int, int], ReadingPoint] = {}
    for sequence, channel_id, time_ms, *values in connection.execute(
        "SELECT sequence, channel_id, time_ms, value, span_ms, energy_wh"
        " FROM outbox_reading WHERE target_id = ? ORDER BY sequence LIMIT ?",
        (parcel.target_id, limit),
    ):
        parcel.last_sequence, parcel.last_reading = sequence, (channel_id, time_ms)
        if channel_id in names:
            points[channel_id, time_ms] = ReadingPoint(
                *names[channel_id], time_ms, *values
            )
    parcel.points += points.values()


def _take_slots(
    connection: sqlite3.Connection,
    parcel: Parcel,
    names: _Names,
    limit: int,
    now_ms: int,
) -> None:
    rows = connection.execute(
        "SELECT slot, channel_id, changes, count, first, last, min, max, integral,"
        " covered_ms, energy_wh FROM outbox_slot"
        " LEFT JOIN rollup_5min USING (slot, channel_id)"
        " WHERE target_id = ? AND slot < ? ORDER BY slot LIMIT ?",
        (parcel.target_id, (now_ms - _SETTLED_MS) // SLOT_MS, max(0, limit)),
    )
    for slot, channel_id, changes, count, *values in rows:
        parcel.slots.append((slot, channel_id, changes))
        if channel_id in names and count is not None:
            bucket = Bucket(slot * SLOT_MS, (slot + 1) * SLOT_MS, count, *values)
            parcel.points.append(SlotPoint(*names[channel_id], bucket))


def _take_past(
    queries: Queries, parcel: Parcel, names: _Names, limit: int, now_ms: int
) -> None:
    stretches = queries.connection.execute(
        "SELECT channel_id, level, start_ms, end_ms FROM outbox_past"
        " WHERE target_id = ? ORDER BY level, channel_id",
        (parcel.target_id,),
    ).fetchall()
    steps = _PAST_STEPS
    for channel_id, level, start_ms, end_ms in stretches:
        until_ms = start_ms
        while until_ms < end_ms and steps > 0 and len(parcel.points) < limit:
            steps -= 1
            from_ms, until_ms = until_ms, min(until_ms + _PAST_STEP_MS, end_ms)
            if channel_id in names:
                parcel.points += _past_points(
                    queries, names[channel_id], channel_id, level, from_ms, until_ms
                )
        if until_ms > start_ms:
            parcel.past.append(_Past(channel_id, level, start_ms, until_ms))


def _past_points(
    queries: Queries,
    name: tuple[str, str],
    channel_id: int,
    level: str,
    start_ms: int,
    end_ms: int,
) -> Iterator[ReadingPoint | SlotPoint]:
    if level == PAST_READINGS:
        for reading in queries.raw.between(channel_id, start_ms, end_ms):
            yield ReadingPoint(
                *name,
                reading.time_ms,
                reading.value,
                reading.span_ms,
                reading.energy_wh,
            )
        return
    # The roll-up in which the stretch begins was touched as well.
    first_ms = start_ms // SLOT_MS * SLOT_MS
    buckets: Iterable[Bucket] = five_minutes(
        queries.connection, channel_id, first_ms, end_ms
    )
    for bucket in buckets:
        yield SlotPoint(*name, bucket)
