"""The mean power of a meter's intervals, as its history tells it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from ..history.periods.bucket import Bucket
from ..history.questions.queries import Queries
from ..history.receipt import LatestValue
from ..meter import Meter
from ..metering.quantity import Channel

_MINUTE_MS: Final = 60_000
_MS_PER_HOUR: Final = 3_600_000
# Of an interval so much has to be known: of a past one, of which there are many, more.
_LEAST_OF_PAST: Final = 0.8
_LEAST_OF_RUNNING: Final = 0.5
# Where power is known of nearly all the past, energy adds nothing.
_NEARLY_ALL: Final = 0.9

# Twelve weeks know each hour of a weekend 24 times. Means of minutes are made of single
# readings, which takes much longer; four weeks of them are as many samples as a year
# of hours.
_LOOK_BACK: Final = timedelta(weeks=12)
_LOOK_BACK_BY_MINUTES: Final = timedelta(weeks=4)
# Others want to ask the history, too: a day of single readings takes it long enough.
_AT_ONCE: Final = timedelta(days=28)
_AT_ONCE_BY_MINUTES: Final = timedelta(days=1)

type PowerByStart = dict[int, float]
"""Mean power [W] by the start of the interval [ms since the epoch]."""


@dataclass(frozen=True, slots=True)
class RunningInterval:
    """A meter's interval that ends with the last whole minute it told of."""

    meter_id: str
    by_power: bool
    """Whether by its power; else by its energy."""
    start_ms: int
    end_ms: int


async def async_past_powers(
    meter: Meter, interval_s: int, now: datetime, ended: Callable[[], bool]
) -> PowerByStart:
    """Return the mean power of the past's intervals; raises HistoryError.

    A little at a time, until it is `ended`.
    """
    by_minutes = interval_s <= _MINUTE_MS // 1000
    back = _LOOK_BACK_BY_MINUTES if by_minutes else _LOOK_BACK
    step = _AT_ONCE_BY_MINUTES if by_minutes else _AT_ONCE
    width = timedelta(seconds=interval_s)
    # Pieces begin with an interval, and the running one is not over.
    last = datetime.fromtimestamp(
        now.timestamp() // interval_s * interval_s, now.tzinfo
    )
    begin = last - back // width * width
    found: PowerByStart = {}
    while begin < last and not ended():
        until = min(last, begin + step)
        found |= await meter.history.ask(
            partial(
                _past_powers,
                meter_id=meter.profile.meter_id,
                start_ms=_ms(begin),
                end_ms=_ms(until),
                interval_s=interval_s,
            )
        )
        begin = until
    return found


def _past_powers(
    queries: Queries, meter_id: str, start_ms: int, end_ms: int, interval_s: int
) -> PowerByStart:
    width_ms = interval_s * 1000

    def buckets(channel: Channel) -> list[Bucket]:
        found = queries.buckets(meter_id, channel, start_ms, end_ms, interval_s)
        # Of what is long ago only hours are left.
        return [one for one in found if one.end_ms - one.start_ms == width_ms]

    powers = {
        one.start_ms: one.integral / one.covered_ms
        for one in buckets(Channel.POWER)
        if one.covered_ms >= _LEAST_OF_PAST * width_ms
    }
    if len(powers) < _NEARLY_ALL * (end_ms - start_ms) / width_ms:
        told = _by_energy(
            buckets(Channel.ENERGY_IMPORT), buckets(Channel.ENERGY_EXPORT), width_ms
        )
        powers = told | powers
    return powers


def _by_energy(
    imported: list[Bucket], exported: list[Bucket], width_ms: int
) -> PowerByStart:
    """Return the power that energy tells of, of intervals with a reading of their own.

    An amount of hours is spread evenly over its time: its quarters are no samples.
    """
    ways: dict[int, tuple[float, int, int]] = {}
    for sign, buckets in ((1, imported), (-1, exported)):
        for one in buckets:
            energy, covered, count = ways.get(one.start_ms, (0.0, 0, 0))
            ways[one.start_ms] = (
                energy + sign * one.energy_wh,
                max(covered, one.covered_ms),
                count + one.count,
            )
    return {
        start: energy * _MS_PER_HOUR / covered
        for start, (energy, covered, count) in ways.items()
        if covered >= _LEAST_OF_PAST * width_ms
        and count
        and ways.get(start - width_ms, (0.0, 0, 0))[2]
    }


def running_interval(
    meter_id: str,
    latest: Mapping[Channel, LatestValue],
    interval_s: int,
    hold_ms: int,
    now_ms: int,
) -> RunningInterval | None:
    """Return the interval to ask for; None while nothing is heard of the flow."""

    def heard(*channels: Channel) -> int:
        return max((latest[c].time_ms for c in channels if c in latest), default=0)

    power_ms = heard(Channel.POWER)
    energy_ms = heard(Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT)
    by_power = power_ms > 0 and power_ms >= energy_ms - hold_ms
    end_ms = min(power_ms if by_power else energy_ms, now_ms)
    if now_ms - end_ms > hold_ms + _MINUTE_MS:
        return None
    end_ms = end_ms // _MINUTE_MS * _MINUTE_MS
    return RunningInterval(meter_id, by_power, end_ms - interval_s * 1000, end_ms)


def running_powers(
    queries: Queries, intervals: Mapping[str, RunningInterval]
) -> dict[str, float]:
    """Return the mean power [W] of running intervals, of those that are known."""
    found = {}
    for key, asked in intervals.items():

        def minutes(channel: Channel, asked: RunningInterval = asked) -> list[Bucket]:
            return queries.buckets(
                asked.meter_id,
                channel,
                asked.start_ms,
                asked.end_ms,
                _MINUTE_MS // 1000,
            )

        least_ms = _LEAST_OF_RUNNING * (asked.end_ms - asked.start_ms)
        if asked.by_power:
            known = minutes(Channel.POWER)
            covered_ms = sum(one.covered_ms for one in known)
            total = sum(one.integral for one in known)
        else:
            ways = minutes(Channel.ENERGY_IMPORT), minutes(Channel.ENERGY_EXPORT)
            covered_ms = max(sum(one.covered_ms for one in way) for way in ways)
            drawn, given = (sum(one.energy_wh for one in way) for way in ways)
            total = (drawn - given) * _MS_PER_HOUR
        if covered_ms >= max(least_ms, 1):
            found[key] = total / covered_ms
    return found


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
