"""When an anomaly ended: who looks at a day of hours sees it for a day after.

What tells that something was left on looks back many hours, and still sees it when it was
switched off long ago. People want to know whether it is on now.
"""

from collections.abc import Mapping
from dataclasses import replace
from statistics import median, quantiles
from typing import Final

from .anomaly import Anomaly, AnomalyKind

type Hours = Mapping[float, float]

_HOUR: Final = 3600.0
_DAY: Final = 86_400.0
_LOOK_BACK_DAYS: Final = 28
_LEAST_DAYS: Final = 5
# An hour belongs to it if it was above what is usual by this share of what most of its
# hours were.
_SHARE: Final = 0.3
# A base load is back where it was if an hour of the last day is nearer to that.
_HALF: Final = 0.5
_HOURLY: Final = frozenset(
    {AnomalyKind.UNUSUAL_HOUR, AnomalyKind.UNUSUAL_DAY, AnomalyKind.LEFT_ON}
)
_LEAST_HOURS: Final = 3


def until_its_end(anomaly: Anomaly, hours: Hours) -> Anomaly:
    """Return an anomaly without the hours at its end that were as usual.

    `hours` are those before and after it [start, s since the epoch -> kWh].
    """
    if anomaly.excess <= 0:
        return anomaly
    if anomaly.kind is AnomalyKind.STANDBY_RISING:
        return _cut(anomaly, hours, _end_of_base_load(anomaly, hours))
    if anomaly.kind in _HOURLY:
        return _cut(anomaly, hours, _end_of_hours(anomaly, hours))
    return anomaly


def _end_of_hours(anomaly: Anomaly, hours: Hours) -> float:
    """Return the end of the last hour that was far above what is usual."""
    above = {
        start: hours[start] - usual
        for start in _starts(anomaly)
        if start in hours and (usual := _usual(hours, start, anomaly.start)) is not None
    }
    if len(above) < _LEAST_HOURS:
        return anomaly.end
    level = _SHARE * quantiles(above.values(), n=4)[2]
    last = max((start for start, more in above.items() if more >= level), default=None)
    return anomaly.end if last is None or level <= 0 else last + _HOUR


def _end_of_base_load(anomaly: Anomaly, hours: Hours) -> float:
    """Return when a base load was back, if it was so in the day before its end."""
    before = _daily_least(hours, anomaly.start - _LOOK_BACK_DAYS * _DAY, anomaly.start)
    since = _daily_least(hours, anomaly.start, anomaly.end)
    if len(before) < _LEAST_DAYS or not since:
        return anomaly.end
    floor = median(before)
    back = floor + _HALF * (median(since) - floor)
    low = [
        start
        for start in _starts(anomaly)
        if start >= anomaly.end - _DAY and hours.get(start, back) < back
    ]
    return min(low, default=anomaly.end)


def _daily_least(hours: Hours, begin: float, end: float) -> list[float]:
    """Return the least hour of each whole day between two times."""
    days = []
    while begin + _DAY <= end:
        known = [
            hours[at] for hour in range(24) if (at := begin + hour * _HOUR) in hours
        ]
        if known:
            days.append(min(known))
        begin += _DAY
    return days


def _cut(anomaly: Anomaly, hours: Hours, end: float) -> Anomaly:
    """Return an anomaly that ends earlier, with what was used and expected until then."""
    if not anomaly.start < end < anomaly.end:
        return anomaly
    whole, kept = (
        sum(_usual(hours, start, anomaly.start) or 0.0 for start in starts)
        for starts in (
            _starts(anomaly),
            [start for start in _starts(anomaly) if start < end],
        )
    )
    share = (
        kept / whole
        if whole > 0
        else (end - anomaly.start) / (anomaly.end - anomaly.start)
    )
    left_out = sum(hours.get(start, 0.0) for start in _starts(anomaly) if start >= end)
    return replace(
        anomaly,
        end=end,
        energy=anomaly.energy - left_out,
        expected=anomaly.expected * share,
        expected_low=anomaly.expected_low * share,
        expected_high=anomaly.expected_high * share,
    )


def _starts(anomaly: Anomaly) -> list[float]:
    count = round((anomaly.end - anomaly.start) / _HOUR)
    return [anomaly.start + index * _HOUR for index in range(count)]


def _usual(hours: Hours, start: float, before: float) -> float | None:
    """Return the median of an hour's time of day in the weeks before an anomaly."""
    known = [
        hours[at]
        for days in range(1, _LOOK_BACK_DAYS + 9)
        if (at := start - days * _DAY) in hours and at < before
    ]
    return median(known) if len(known) >= _LEAST_DAYS else None
