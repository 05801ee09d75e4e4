"""Hours, days and months of another time zone than the home's."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
import sqlite3

from .bucket import (
    Bucket,
    divide,
    merge,
)
from .calendar import (
    HOUR_MS,
    LocalCalendar,
    Period,
)
from .rollups import between, periods


def periods_elsewhere(
    connection: sqlite3.Connection,
    home: LocalCalendar,
    elsewhere: LocalCalendar,
    channel_id: int,
    period: Period,
    start_ms: int,
    end_ms: int,
) -> list[Bucket]:
    """Return the periods of a clock elsewhere that start in [start_ms, end_ms).

    They are put together of the home's days and hours. An hour that lies across a
    border is cut along its 5-minute roll-ups, or evenly where those were pruned: each
    bit of energy belongs to exactly one period.
    """
    borders = _borders(elsewhere, period, start_ms, end_ms)
    if len(borders) < 2:
        return []
    whole = Period.DAY if period is Period.MONTH else Period.HOUR
    groups: dict[int, list[Bucket]] = {}
    # Hours from before the home moved may lie across those of its clock now.
    first = home.start(whole, borders[0] - HOUR_MS)
    for bucket in periods(connection, home, channel_id, whole, first, borders[-1]):
        for piece in _pieces(connection, home, channel_id, whole, bucket, borders):
            at = bisect_right(borders, piece.start_ms) - 1
            groups.setdefault(at, []).append(piece)
    return [
        merge(start, end, groups[at])
        for at, (start, end) in enumerate(pairwise(borders))
        if at in groups
    ]


def _borders(
    elsewhere: LocalCalendar, period: Period, start_ms: int, end_ms: int
) -> list[int]:
    """Return where the periods start, and where the last one ends."""
    at = elsewhere.start(period, start_ms)
    if at < start_ms:
        at = elsewhere.end(period, at)
    borders = [at]
    while at < end_ms:
        at = elsewhere.end(period, at)
        borders.append(at)
    return borders


def _pieces(
    connection: sqlite3.Connection,
    home: LocalCalendar,
    channel_id: int,
    period: Period,
    bucket: Bucket,
    borders: Sequence[int],
) -> Iterator[Bucket]:
    """Cut a bucket of the home's clock along the borders inside of it."""
    first = bisect_right(borders, bucket.start_ms)
    inside = borders[first : bisect_left(borders, bucket.end_ms)]
    if not inside:
        yield bucket
    elif period is Period.DAY:
        for hour in periods(
            connection, home, channel_id, Period.HOUR, bucket.start_ms, bucket.end_ms
        ):
            yield from _pieces(connection, home, channel_id, Period.HOUR, hour, borders)
    else:
        edges = pairwise([bucket.start_ms, *inside, bucket.end_ms])
        pieces = [between(connection, channel_id, *edge) for edge in edges]
        known = [piece for piece in pieces if piece is not None]
        is_whole = sum(piece.count for piece in known) == bucket.count
        yield from known if known and is_whole else divide(bucket, inside)
