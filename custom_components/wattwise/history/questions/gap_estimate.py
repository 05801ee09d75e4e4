"""What probably was while a meter told nothing: an estimate, never stored.

An hour in a gap is taken to have been like the same hour of the same weekday in the
four weeks before and after: the mean of the energy or level of those without a gap.
Where there is none, the same hour of any day will do. Where a counter tells how much
flowed in the gap, that sum is kept, and only shared out after this pattern.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Final

from ...metering.quantity import Channel
from ..periods.bucket import Bucket
from ..periods.calendar import (
    HOUR_MS,
    LocalCalendar,
    Period,
)
from ..periods.rollups import periods
from .gaps import Gap, find_gaps
from .queries import Queries

_AROUND_MS: Final = 28 * 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Estimate:
    """A bucket whose energy or integral was completed by what is estimated.

    `estimated_ms` is for how much of the period there is only an estimate.
    """

    bucket: Bucket
    estimated_ms: int = 0

    @property
    def mean(self) -> float | None:
        """The mean over the time that is known or estimated."""
        total_ms = self.bucket.covered_ms + self.estimated_ms
        return self.bucket.integral / total_ms if total_ms else self.bucket.mean


@dataclass(frozen=True, slots=True)
class _Piece:
    """The part of a gap that lies in one hour."""

    start_ms: int
    duration_ms: int
    amount: float | None
    """Energy [Wh] or integral [base unit x ms] of such a time; None if unknown."""


def estimated_buckets(
    queries: Queries,
    meter_id: str,
    channel: Channel,
    start_ms: int,
    end_ms: int,
    period: Period,
    *,
    now_ms: int,
    shortest_ms: int,
    patience_ms: int = 0,
) -> list[Estimate]:
    """Return the periods that start in [start_ms, end_ms), with their gaps estimated.

    Gaps that nothing can be compared with stay gaps. See `Queries.buckets` and
    `find_gaps`.
    """
    buckets = queries.buckets(meter_id, channel, start_ms, end_ms, period)
    calendar = queries.calendar
    first_ms = calendar.start(period, start_ms)
    if first_ms < start_ms:
        first_ms = calendar.end(period, first_ms)
    last_ms = calendar.end(period, calendar.start(period, end_ms - 1))
    around = find_gaps(
        queries,
        meter_id,
        channel,
        first_ms - _AROUND_MS,
        last_ms + _AROUND_MS,
        now_ms=now_ms,
        shortest_ms=shortest_ms,
        patience_ms=patience_ms,
    )
    completed = {bucket.start_ms: Estimate(bucket) for bucket in buckets}
    gaps = [gap for gap in around if gap.end_ms > first_ms and gap.start_ms < last_ms]
    if not gaps:
        return list(completed.values())
    channel_id = queries.channel_id(meter_id, channel)
    assert channel_id is not None  # it has gaps
    hours = periods(
        queries.connection,
        calendar,
        channel_id,
        Period.HOUR,
        gaps[0].start_ms - _AROUND_MS,
        min(gaps[-1].end_ms + _AROUND_MS, calendar.hour_start(now_ms)),
    )
    pattern = _Pattern(calendar, channel, hours, around)
    for gap in gaps:
        pieces = _shared_out(gap, channel, list(pattern.pieces(gap)))
        for at, duration_ms, amount in pieces:
            if first_ms <= at < last_ms:
                start = calendar.start(period, at)
                known = completed.get(
                    start, Estimate(Bucket(start, calendar.end(period, start)))
                )
                completed[start] = _completed(known, channel, duration_ms, amount)
    return [completed[start] for start in sorted(completed)]


class _Pattern:
    """How much energy or what level a channel has in the hours of a week."""

    def __init__(
        self,
        calendar: LocalCalendar,
        channel: Channel,
        hours: Sequence[Bucket],
        gaps: Sequence[Gap],
    ) -> None:
        """Learn from those of the hours, which are in order, that have no gap."""
        self._calendar = calendar
        self._rates: dict[tuple[int, int], list[tuple[int, float]]] = defaultdict(list)
        starts = [gap.start_ms for gap in gaps]
        # The first one may have begun before the channel did.
        for hour in _without_holes(calendar, channel, hours[1:]):
            at = bisect_right(starts, hour.end_ms - 1) - 1
            if at < 0 or gaps[at].end_ms <= hour.start_ms:
                self._rates[calendar.weekly_hour(hour.start_ms)].append(
                    (hour.start_ms, _amount(hour, channel) / _width_ms(hour))
                )

    def pieces(self, gap: Gap) -> Iterator[_Piece]:
        """Cut a gap into hours, with what is usual for each."""
        at = gap.start_ms
        while at < gap.end_ms:
            hour = self._calendar.hour_start(at)
            end = min(gap.end_ms, self._calendar.end(Period.HOUR, hour))
            rate = self._rate(hour)
            amount = None if rate is None else rate * (end - at)
            yield _Piece(at, end - at, amount)
            at = end

    def _rate(self, hour_ms: int) -> float | None:
        """Return what is usual in an hour, for each of its milliseconds."""
        weekday, hour = self._calendar.weekly_hour(hour_ms)
        for weekdays in ([weekday], range(7)):
            near = [
                rate
                for day in weekdays
                for at, rate in self._rates[day, hour]
                if abs(at - hour_ms) <= _AROUND_MS
            ]
            if near:
                return fmean(near)
        return None


def _without_holes(
    calendar: LocalCalendar, channel: Channel, hours: Sequence[Bucket]
) -> Iterator[Bucket]:
    """Add the hours of which energy derived from power does not tell: there was none."""
    at = hours[0].start_ms if hours else 0
    for hour in hours:
        while channel.is_energy and at < hour.start_ms:
            end = calendar.end(Period.HOUR, at)
            yield Bucket(at, end)
            at = end
        yield hour
        at = hour.end_ms


def _shared_out(
    gap: Gap, channel: Channel, pieces: Sequence[_Piece]
) -> Iterator[tuple[int, int, float]]:
    """Return the time, duration and amount to be added for each piece of a gap.

    Where the sum is known the amounts add up to nothing: it is part of the roll-ups
    already, spread evenly.
    """
    known_wh = gap.energy_wh.get(channel)
    amounts = [piece.amount for piece in pieces if piece.amount is not None]
    usual = sum(amounts)
    follows_pattern = len(amounts) == len(pieces) and usual > 0
    for piece in pieces:
        if known_wh is None:
            if piece.amount is not None:
                yield piece.start_ms, piece.duration_ms, piece.amount
            continue
        added_wh = 0.0
        if follows_pattern and piece.amount is not None:
            even = piece.duration_ms / gap.duration_ms
            added_wh = known_wh * (piece.amount / usual - even)
        yield piece.start_ms, piece.duration_ms, added_wh


def _completed(
    known: Estimate, channel: Channel, duration_ms: int, amount: float
) -> Estimate:
    bucket = known.bucket
    bucket = (
        replace(bucket, energy_wh=bucket.energy_wh + amount)
        if channel.is_energy
        else replace(bucket, integral=bucket.integral + amount)
    )
    return Estimate(bucket, known.estimated_ms + duration_ms)


def _amount(bucket: Bucket, channel: Channel) -> float:
    if channel.is_energy:
        return bucket.energy_wh
    mean = bucket.mean
    return (mean or 0.0) * _width_ms(bucket)


def _width_ms(bucket: Bucket) -> int:
    return bucket.end_ms - bucket.start_ms
