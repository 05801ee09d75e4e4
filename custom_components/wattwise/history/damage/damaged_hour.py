"""A packed hour that cannot be read: taken out of the way, its sums kept as they are.

What is left of it is kept. Its time counts as pruned: it is known in sum, nothing is
booked into it again, and what comes before or after it finds a neighbour at its edge.
"""

from dataclasses import dataclass
import sqlite3
import time

from ...metering.quantity import Channel
from ..deletion import is_deleted
from ..periods.calendar import HOUR_MS, SLOT_MS
from ..questions.queries import Queries
from ..readings.packed_hours import LAST_HOUR, DamagedHourError, PackedHours
from ..readings.pruned import Pruned, add_pruned
from ..readings.raw_readings import RawReading, RawReadings
from ..writer import Transaction


@dataclass(frozen=True, slots=True)
class DamagedHour:
    """An hour [ms] of a meter's channel that could not be read."""

    meter: str
    channel: str
    start_ms: int


@dataclass(frozen=True, slots=True)
class _Channel:
    channel_id: int
    name: str
    first_ms: int
    last_ms: int
    last_value: float | None


def take_out(transaction: Transaction, damaged: DamagedHourError) -> bool:
    """Take an hour out of the way; False if somebody who met it too has done so."""
    connection = transaction.connection
    packed = PackedHours(connection)
    try:
        packed.read(damaged.channel_id, damaged.hour)
    except DamagedHourError as err:
        _take_out(connection, packed, err)
        transaction.ledger.forget()
        return True
    return False


def untold(queries: Queries) -> list[DamagedHour]:
    """Return the damaged hours of which the user does not know, in order of time."""
    rows = queries.connection.execute(
        "SELECT ifnull(meter.name, meter_id), channel.name, hour_id & ? FROM"
        " damaged_hour JOIN channel ON channel_id = hour_id >> ?"
        " LEFT JOIN meter USING (meter_id) WHERE NOT told ORDER BY 3, 1, 2",
        (LAST_HOUR, LAST_HOUR.bit_length()),
    )
    return [
        DamagedHour(name, channel, hour * HOUR_MS)
        for name, channel, hour in rows
        if not is_deleted(name)
    ]


def note_told(transaction: Transaction) -> None:
    """Note that the user knows of all damaged hours."""
    transaction.connection.execute("UPDATE damaged_hour SET told = 1")


def _take_out(
    connection: sqlite3.Connection, packed: PackedHours, damaged: DamagedHourError
) -> None:
    found_ms = time.time_ns() // 1_000_000
    packed.set_apart(damaged, found_ms)
    row = connection.execute(
        "SELECT channel_id, name, first_ms, last_ms, last_value FROM channel"
        " WHERE channel_id = ? AND first_ms < ? AND last_ms >= ?",
        (damaged.channel_id, (damaged.hour + 1) * HOUR_MS, damaged.hour * HOUR_MS),
    ).fetchone()
    if row is None:
        # Noted by a clock that was ahead: time has yet to come there.
        return
    channel = _Channel(*row)
    raw = RawReadings(connection)
    first = last = damaged.hour
    while True:
        start_ms, end_ms = first * HOUR_MS, (last + 1) * HOUR_MS
        try:
            before = raw.previous(channel.channel_id, start_ms, channel.first_ms)
            after = raw.next(channel.channel_id, end_ms - 1, channel.last_ms)
        except DamagedHourError as err:
            packed.set_apart(err, found_ms)
            first, last = min(first, err.hour), max(last, err.hour)
        else:
            break
    _close(connection, raw, channel, before, after)


def _close(
    connection: sqlite3.Connection,
    raw: RawReadings,
    channel: _Channel,
    before: RawReading | None,
    after: RawReading | None,
) -> None:
    """Let nothing be booked between two readings any more.

    Where the channel begins or ends between them, its first or newest reading is put
    back as far as it is known: the register goes on from there.
    """
    derives = [r.energy_wh is not None for r in (before, after) if r]
    if before is None:
        first = _first_value(connection, channel)
        before = _edge(raw, channel, channel.first_ms, first)
    if after is None:
        if before.time_ms == channel.last_ms:
            return
        after = _edge(raw, channel, channel.last_ms, channel.last_value)
    stretch = [(before.time_ms, after.time_ms)]
    gone = add_pruned(connection, channel.channel_id, Pruned.READINGS, stretch)
    connection.execute(
        "UPDATE channel SET pruned_ms = ? WHERE channel_id = ?",
        (gone.end_ms, channel.channel_id),
    )
    # Where nobody can tell whether energy was derived, none is to be counted twice.
    if channel.name == Channel.POWER and (not derives or any(derives)):
        add_pruned(connection, channel.channel_id, Pruned.DERIVED, stretch)


def _edge(
    raw: RawReadings, channel: _Channel, time_ms: int, value: float | None
) -> RawReading:
    """Put back the reading at an end of a channel; what it ended is booked already."""
    energy_wh = 0.0 if Channel(channel.name).is_energy else None
    reading = RawReading(time_ms, value, 0, energy_wh)
    raw.insert(channel.channel_id, reading)
    return reading


def _first_value(connection: sqlite3.Connection, channel: _Channel) -> float | None:
    """Return what a channel showed first, None for amounts and where it was pruned."""
    row = connection.execute(
        "SELECT first FROM rollup_5min"
        " WHERE slot = ? AND channel_id = ? AND first_ms = ?",
        (channel.first_ms // SLOT_MS, channel.channel_id, channel.first_ms),
    ).fetchone()
    return row[0] if row else None
