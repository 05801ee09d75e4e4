"""What becomes of the roll-ups when the home's clock is set to another time zone.

Most zones differ by whole hours: their hours are the same, only the days are summed
anew. Where they differ by half an hour, hours are made anew of the 5-minute roll-ups;
those older than these stay as they are, and belong to the day in which they begin.
"""

from collections.abc import Iterator
import sqlite3
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .calendar import LocalCalendar, Period
from .rollups import refresh

_SETTING: Final = "time_zone"

_MARK: Final = "INSERT OR IGNORE INTO stale_hour VALUES (?, ?)"


def follow_time_zone(
    connection: sqlite3.Connection, calendar: LocalCalendar, time_zone: str
) -> None:
    """Mark stale what another time zone than the one before sums otherwise.

    `calendar` is that of the new zone.
    """
    row = connection.execute(
        "SELECT value FROM setting WHERE name = ?", (_SETTING,)
    ).fetchone()
    if row == (time_zone,):
        return
    if row is not None:
        _finish_by_old_clock(connection, calendar, row[0])
        _make_hours_anew(connection, calendar)
        _sum_days_anew(connection, calendar)
    connection.execute(
        "INSERT OR REPLACE INTO setting VALUES (?, ?)", (_SETTING, time_zone)
    )


def _finish_by_old_clock(
    connection: sqlite3.Connection, calendar: LocalCalendar, time_zone: str
) -> None:
    """Leave no hour stale whose borders the new clock does not know."""
    try:
        before = LocalCalendar(ZoneInfo(time_zone))
    except ZoneInfoNotFoundError:
        before = calendar
    row = connection.execute("SELECT max(start_ms) FROM stale_hour").fetchone()
    if row[0] is not None:
        after_ms = before.end(Period.HOUR, row[0])
        while refresh(connection, before, after_ms):
            pass


def _make_hours_anew(connection: sqlite3.Connection, calendar: LocalCalendar) -> None:
    """Remove hours that are none any more, and mark those that take their place."""
    hours = connection.execute(
        "SELECT channel_id, start_ms, end_ms FROM rollup JOIN channel USING"
        " (channel_id) WHERE period = ? AND end_ms > ifnull(pruned_5min_ms, 0)",
        (Period.HOUR,),
    )
    moved = [
        (channel_id, start, end)
        for channel_id, start, end in hours
        if calendar.hour_start(start) != start
        or calendar.end(Period.HOUR, start) != end
    ]
    connection.executemany(
        "DELETE FROM rollup WHERE channel_id = ? AND period = ? AND start_ms = ?",
        ((channel_id, Period.HOUR, start) for channel_id, start, _ in moved),
    )
    connection.executemany(
        _MARK,
        (
            (channel_id, hour)
            for channel_id, start, end in moved
            for hour in _hours_of(calendar, start, end)
        ),
    )


def _hours_of(calendar: LocalCalendar, start_ms: int, end_ms: int) -> Iterator[int]:
    at = calendar.hour_start(start_ms)
    while at < end_ms:
        yield at
        at = calendar.end(Period.HOUR, at)


def _sum_days_anew(connection: sqlite3.Connection, calendar: LocalCalendar) -> None:
    """Remove all days, and mark one hour of each new one."""
    connection.execute("DELETE FROM rollup WHERE period = ?", (Period.DAY,))
    days: dict[tuple[int, int], int] = {}
    hours = connection.execute(
        "SELECT channel_id, start_ms FROM rollup WHERE period = ?", (Period.HOUR,)
    )
    for channel_id, start in hours:
        days.setdefault((channel_id, calendar.day_start(start)), start)
    connection.executemany(
        _MARK, [(channel_id, start) for (channel_id, _), start in days.items()]
    )
