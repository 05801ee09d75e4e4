"""Roll-ups of hours and local days, made from the 5-minute ones.

A row is right as long as no hour in it is stale; every transaction that touches a
5-minute roll-up marks its hour. Readers compute stale periods afresh, so what they
return never depends on when the roll-ups were refreshed last.
"""

from collections.abc import Iterable
import sqlite3
from typing import Final

from .bucket import Bucket, merge
from .calendar import SLOT_MS, LocalCalendar, Period

# Stale hours worked off in one transaction, so that readings wait little for it.
REFRESH_BATCH: Final = 500

_TIME_ZONE: Final = "time_zone"


def five_minutes(
    connection: sqlite3.Connection, channel_id: int, start_ms: int, end_ms: int
) -> list[Bucket]:
    """Return the channel's 5-minute buckets that start in [start_ms, end_ms)."""
    rows = connection.execute(
        "SELECT slot, count, first, last, min, max, integral, covered_ms, energy_wh"
        " FROM rollup_5min WHERE slot >= ? AND slot < ? AND channel_id = ?"
        " ORDER BY slot",
        (-(-start_ms // SLOT_MS), -(-end_ms // SLOT_MS), channel_id),
    )
    return [
        Bucket(slot * SLOT_MS, (slot + 1) * SLOT_MS, *values) for slot, *values in rows
    ]


def periods(
    connection: sqlite3.Connection,
    calendar: LocalCalendar,
    channel_id: int,
    period: Period,
    start_ms: int,
    end_ms: int,
) -> list[Bucket]:
    """Return the channel's hours or days that start in [start_ms, end_ms)."""
    rows = connection.execute(
        "SELECT start_ms, end_ms, count, first, last, min, max, integral, covered_ms,"
        " energy_wh FROM rollup WHERE channel_id = ? AND period = ?"
        " AND start_ms >= ? AND start_ms < ?",
        (channel_id, period, start_ms, end_ms),
    )
    found = {row[0]: Bucket(*row) for row in rows}
    stale = connection.execute(
        "SELECT start_ms FROM stale_hour WHERE channel_id = ?"
        " AND start_ms >= ? AND start_ms < ?",
        (channel_id, start_ms, calendar.end(period, calendar.start(period, end_ms))),
    )
    for start in {calendar.start(period, hour) for (hour,) in stale}:
        if start_ms <= start < end_ms:
            end = calendar.end(period, start)
            parts = five_minutes(connection, channel_id, start, end)
            found[start] = merge(start, end, parts)
    return [found[start] for start in sorted(found)]


def months(
    connection: sqlite3.Connection,
    calendar: LocalCalendar,
    channel_id: int,
    start_ms: int,
    end_ms: int,
) -> list[Bucket]:
    """Return the channel's local months that start in [start_ms, end_ms)."""
    start = calendar.start(Period.MONTH, start_ms)
    if start < start_ms:
        start = calendar.end(Period.MONTH, start)
    found = []
    while start < end_ms:
        end = calendar.end(Period.MONTH, start)
        days = periods(connection, calendar, channel_id, Period.DAY, start, end)
        if days:
            found.append(merge(start, end, days))
        start = end
    return found


def refresh(
    connection: sqlite3.Connection, calendar: LocalCalendar, now_ms: int
) -> int:
    """Write the roll-ups of hours that are over and stale, and of their days.

    Returns how many hours were refreshed; call again while it is REFRESH_BATCH.
    """
    stale = connection.execute(
        "SELECT channel_id, start_ms FROM stale_hour WHERE start_ms < ?"
        " ORDER BY channel_id, start_ms LIMIT ?",
        (calendar.hour_start(now_ms), REFRESH_BATCH),
    ).fetchall()
    days = set()
    for channel_id, start in stale:
        end = calendar.end(Period.HOUR, start)
        parts = five_minutes(connection, channel_id, start, end)
        _write(connection, channel_id, Period.HOUR, [merge(start, end, parts)])
        days.add((channel_id, calendar.day_start(start)))
    connection.executemany(
        "DELETE FROM stale_hour WHERE channel_id = ? AND start_ms = ?", stale
    )
    for channel_id, start in days:
        end = calendar.end(Period.DAY, start)
        hours = periods(connection, calendar, channel_id, Period.HOUR, start, end)
        _write(connection, channel_id, Period.DAY, [merge(start, end, hours)])
    return len(stale)


def follow_time_zone(
    connection: sqlite3.Connection, calendar: LocalCalendar, time_zone: str
) -> None:
    """Make all roll-ups of hours and days stale when the home's time zone changed."""
    row = connection.execute(
        "SELECT value FROM setting WHERE name = ?", (_TIME_ZONE,)
    ).fetchone()
    if row == (time_zone,):
        return
    if row is not None:
        connection.execute("DELETE FROM rollup")
        connection.execute("DELETE FROM stale_hour")
        slots = connection.execute("SELECT DISTINCT channel_id, slot FROM rollup_5min")
        connection.executemany(
            "INSERT OR IGNORE INTO stale_hour VALUES (?, ?)",
            ((channel, calendar.hour_start(slot * SLOT_MS)) for channel, slot in slots),
        )
    connection.execute(
        "INSERT OR REPLACE INTO setting VALUES (?, ?)", (_TIME_ZONE, time_zone)
    )


def _write(
    connection: sqlite3.Connection,
    channel_id: int,
    period: Period,
    buckets: Iterable[Bucket],
) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO rollup VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
        [
            (
                channel_id,
                period,
                bucket.start_ms,
                bucket.end_ms,
                bucket.count,
                bucket.first,
                bucket.last,
                bucket.min,
                bucket.max,
                bucket.integral,
                bucket.covered_ms,
                bucket.energy_wh,
            )
            for bucket in buckets
        ],
    )
