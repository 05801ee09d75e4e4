"""Roll-ups of hours and local days: hours from those of 5 minutes, days from hours.

A row is right as long as no hour in it is stale; every transaction that touches a
5-minute roll-up marks its hour. Readers compute stale periods afresh, so what they
return never depends on when the roll-ups were refreshed last.

An hour whose 5-minute roll-ups were pruned is frozen: its row is never made again,
and a mark on it only says that its day is to be summed once more.
"""

from dataclasses import dataclass, replace
import sqlite3
import time
from typing import Any, Final

from ...metering.quantity import Channel, Quantity
from ..readings.raw_readings import RawReadings
from .bucket import Bucket, merge
from .calendar import (
    SLOT_MS,
    LocalCalendar,
    Period,
)
from .distribution import Distribution, of_levels

# Stale hours are worked off in transactions of this duration and number at the most:
# readings wait meanwhile.
_REFRESH_SECONDS: Final = 0.015
_REFRESH_HOURS: Final = 500


@dataclass(frozen=True, slots=True)
class _Channel:
    """What decides from what the hours of a channel are made."""

    channel_id: int
    name: str
    first_ms: int | None
    pruned_ms: int
    pruned_5min_ms: int

    @property
    def has_distribution(self) -> bool:
        """Whether it is known for how long it showed which value.

        Of voltages, which stay within some volts: the bins of an hour are few.
        """
        return Channel(self.name).quantity is Quantity.VOLTAGE


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


def finest(
    connection: sqlite3.Connection,
    calendar: LocalCalendar,
    channel_id: int,
    start_ms: int,
    end_ms: int,
) -> list[Bucket]:
    """Return 5-minute buckets where they are kept, and hours from before that."""
    pruned_ms = _channel(connection, channel_id).pruned_5min_ms
    if pruned_ms <= start_ms:
        return five_minutes(connection, channel_id, start_ms, end_ms)
    hours = periods(
        connection, calendar, channel_id, Period.HOUR, start_ms, min(pruned_ms, end_ms)
    )
    return [
        *(hour for hour in hours if hour.end_ms <= pruned_ms),
        *five_minutes(connection, channel_id, pruned_ms, end_ms),
    ]


def periods(
    connection: sqlite3.Connection,
    calendar: LocalCalendar,
    channel_id: int,
    period: Period,
    start_ms: int,
    end_ms: int,
) -> list[Bucket]:
    """Return the channel's hours, days or months that start in [start_ms, end_ms)."""
    if period is Period.MONTH:
        return _months(connection, calendar, channel_id, start_ms, end_ms)
    kept = _kept(connection, channel_id, period, start_ms, end_ms)
    stale = connection.execute(
        "SELECT start_ms FROM stale_hour WHERE channel_id = ?"
        " AND start_ms >= ? AND start_ms < ?",
        (channel_id, start_ms, calendar.end(period, calendar.start(period, end_ms))),
    ).fetchall()
    if not stale:
        return kept
    found = {bucket.start_ms: bucket for bucket in kept}
    if period is Period.HOUR:
        channel = _channel(connection, channel_id)
        for (start,) in stale:
            if start < end_ms and (
                hour := _hour(connection, calendar, channel, start, found.get(start))
            ):
                found[start] = hour
    else:
        for start in {calendar.day_start(hour) for (hour,) in stale}:
            if start_ms <= start < end_ms and (
                day := _day(connection, calendar, channel_id, start)
            ):
                found[start] = day
    return [found[start] for start in sorted(found)]


def between(
    connection: sqlite3.Connection, channel_id: int, start_ms: int, end_ms: int
) -> Bucket | None:
    """Return what 5-minute roll-ups and readings know of a time, None if nothing."""
    return _between(connection, _channel(connection, channel_id), start_ms, end_ms)


def refresh(
    connection: sqlite3.Connection, calendar: LocalCalendar, now_ms: int
) -> bool:
    """Write the roll-ups of hours that are over and stale, and of their days.

    Returns whether there are more: call again, in another transaction.
    """
    stale = connection.execute(
        "SELECT channel_id, start_ms FROM stale_hour WHERE start_ms < ?"
        " ORDER BY channel_id, start_ms LIMIT ?",
        (calendar.hour_start(now_ms), _REFRESH_HOURS),
    ).fetchall()
    until = time.monotonic() + _REFRESH_SECONDS
    channels: dict[int, _Channel] = {}
    hours: list[tuple[int, Bucket]] = []
    done: list[tuple[int, int]] = []
    for channel_id, start in stale:
        if done and time.monotonic() > until:
            break
        if channel_id not in channels:
            channels[channel_id] = _channel(connection, channel_id)
        rows = _kept(connection, channel_id, Period.HOUR, start, start + 1)
        kept = rows[0] if rows else None
        hour = _hour(connection, calendar, channels[channel_id], start, kept)
        if hour is not None and hour is not kept:
            hours.append((channel_id, hour))
        done.append((channel_id, start))
    _write(connection, Period.HOUR, hours)
    connection.executemany(
        "DELETE FROM stale_hour WHERE channel_id = ? AND start_ms = ?", done
    )
    days = []
    for channel_id, start in sorted({(c, calendar.day_start(h)) for c, h in done}):
        if day := _day(connection, calendar, channel_id, start):
            days.append((channel_id, day))
    _write(connection, Period.DAY, days)
    return len(done) < len(stale) or len(stale) == _REFRESH_HOURS


def _months(
    connection: sqlite3.Connection,
    calendar: LocalCalendar,
    channel_id: int,
    start_ms: int,
    end_ms: int,
) -> list[Bucket]:
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


def _day(
    connection: sqlite3.Connection,
    calendar: LocalCalendar,
    channel_id: int,
    start_ms: int,
) -> Bucket | None:
    end_ms = calendar.end(Period.DAY, start_ms)
    hours = periods(connection, calendar, channel_id, Period.HOUR, start_ms, end_ms)
    return merge(start_ms, end_ms, hours) if hours else None


def _hour(
    connection: sqlite3.Connection,
    calendar: LocalCalendar,
    channel: _Channel,
    start_ms: int,
    kept: Bucket | None,
) -> Bucket | None:
    """Return an hour made anew, or as it is kept where there is nothing to make it of."""
    # A frozen hour keeps the borders that the clock of its time gave it.
    end_ms = kept.end_ms if kept else calendar.end(Period.HOUR, start_ms)
    hour = _between(connection, channel, start_ms, end_ms)
    if hour is None or kept is None:
        return hour or kept
    if start_ms < channel.pruned_5min_ms and hour.count < kept.count:
        return kept
    if start_ms <= channel.pruned_ms and (
        _known_ms(hour) < _known_ms(kept)
        # The value held when the first hour of those kept begins was pruned.
        or (start_ms == channel.pruned_ms and hour.count == kept.count)
    ):
        return replace(hour, distribution=kept.distribution)
    return hour


def _between(
    connection: sqlite3.Connection, channel: _Channel, start_ms: int, end_ms: int
) -> Bucket | None:
    parts = five_minutes(connection, channel.channel_id, start_ms, end_ms)
    if not parts:
        return None
    whole = merge(start_ms, end_ms, parts)
    if not channel.has_distribution or not whole.covered_ms:
        return whole
    raw = RawReadings(connection)
    readings = raw.between(channel.channel_id, start_ms, end_ms)
    # The value before counts if it was held until now: not beyond the first reading's
    # span, so that there is no long way back over a gap.
    first_ms = channel.first_ms
    if readings and first_ms is not None:
        first_ms = max(first_ms, start_ms - readings[0].span_ms)
    if before := raw.previous(channel.channel_id, start_ms, first_ms):
        readings.insert(0, before)
    distribution = of_levels(readings, start_ms, end_ms, whole.covered_ms)
    return replace(whole, distribution=distribution)


def _known_ms(bucket: Bucket) -> int:
    return bucket.distribution.known_ms if bucket.distribution else 0


def _channel(connection: sqlite3.Connection, channel_id: int) -> _Channel:
    row = connection.execute(
        "SELECT channel_id, name, first_ms, ifnull(pruned_ms, 0),"
        " ifnull(pruned_5min_ms, 0) FROM channel WHERE channel_id = ?",
        (channel_id,),
    ).fetchone()
    return _Channel(*row)


def _kept(
    connection: sqlite3.Connection,
    channel_id: int,
    period: Period,
    start_ms: int,
    end_ms: int,
) -> list[Bucket]:
    """Return the rows of hours or days in order, stale ones too."""
    rows = connection.execute(
        "SELECT start_ms, end_ms, count, first, last, min, max, integral, covered_ms,"
        " energy_wh, distribution FROM rollup WHERE channel_id = ? AND period = ?"
        " AND start_ms >= ? AND start_ms < ? ORDER BY start_ms",
        (channel_id, period, start_ms, end_ms),
    )
    return [Bucket(*row) if row[-1] is None else _bucket(row) for row in rows]


def _bucket(row: tuple[Any, ...]) -> Bucket:
    return Bucket(*(*row[:-1], Distribution.kept(row[-1])))


def _write(
    connection: sqlite3.Connection, period: Period, buckets: list[tuple[int, Bucket]]
) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO rollup VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
                bucket.distribution.packed if bucket.distribution else None,
            )
            for channel_id, bucket in buckets
        ],
    )
