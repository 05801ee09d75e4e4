"""Holds what is unusual against thresholds that were known on the day."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from ..forecasting.local_days import HOUR, Floats
from .anomaly import AnomalyKind
from .away_use import away_ratios
from .episodes import Judged
from .hour_series import HOURS_OF_A_DAY, Flags, HourSeries, Stretches
from .low_days import LOW, littleness, low_type
from .scales import FLOORS, SCALES, SHARES, Scale, daily_peaks, unusualness
from .thresholds import thresholds

# What was called normal may be more unusual by such a share next time, and so many hours earlier
# or later.
_LIKE: Final = 0.1
_HOURS_OFF: Final = 2
# What has to do with the meter has no time of day; and an outage is told whoever is at
# home. In an empty home, coarse meters have the same values for hours.
_OF_THE_METER: Final = (AnomalyKind.OUTAGE, AnomalyKind.STUCK)
_NO_UNIT: Final = 0.1
# A few hours of much make these.
_BY_BURSTS: Final = (AnomalyKind.UNUSUAL_HOUR, AnomalyKind.UNUSUAL_DAY)


def scores_of(
    series: HourSeries, away: Flags, first: int = 0, raised: Flags | None = None
) -> Floats:
    """How unusual each hour is on each scale, other than hours while all are away.

    `raised` hours say nothing of the usual base load.

    Shape (scales, hours), NaN before day `first` and where nothing can be said: also as
    long as a stretch that a scale looks at touches an absence.
    """
    scores = unusualness(series, first, away if away.any() else None, raised)
    if away.any():
        since = _hours_since(away)
        for index, scale in enumerate(SCALES):
            if scale.kind is not AnomalyKind.OUTAGE:
                scores[index, since < scale.reach] = np.nan
    return scores


def thresholds_by_day(
    series: HourSeries, scores: Floats, days: Iterable[int], away: Flags
) -> dict[int, Floats]:
    """Thresholds (scales) that each of some days begins with, from the days before it."""
    peaks = daily_peaks(series, scores)
    low = littleness(series, away)
    found = {}
    for day in days:
        given = np.full(len(SCALES), np.nan)
        of_low_days = low_type(low[:day])
        given[LOW] = of_low_days.least
        before = peaks[:, :day].copy()
        if of_low_days.parted:
            # They are absences, not false alarms for which all else has to be rarer.
            before[LOW] = np.nan
        found[day] = thresholds(before, SHARES, FLOORS, given=given)
    return found


def called_normal(series: HourSeries, scores: Floats, normal: Stretches) -> Floats:
    """How unusual it may be at each hour of the day: (scales, 24), -inf if not at all.

    As much as it was in stretches that people called normal, and a little more.
    """
    allowed = np.full((len(SCALES), HOURS_OF_A_DAY), -np.inf)
    for begin, end in normal:
        for index, scale in enumerate(SCALES):
            inside = _seen_by(scale, series, begin, end)
            inside &= ~np.isnan(scores[index])
            if not inside.any():
                continue
            like = scores[index] + _LIKE * np.abs(scores[index])
            if scale.width >= HOURS_OF_A_DAY or scale.kind in _OF_THE_METER:
                allowed[index] = np.maximum(allowed[index], like[inside].max())
                continue
            at = np.full(HOURS_OF_A_DAY, -np.inf)
            np.maximum.at(at, series.place.slot[inside], like[inside])
            for shift in range(-_HOURS_OFF, _HOURS_OFF + 1):
                allowed[index] = np.maximum(allowed[index], np.roll(at, shift))
    return allowed


def _seen_by(scale: Scale, series: HourSeries, begin: float, end: float) -> Flags:
    """Say in which hours a scale sees a stretch.

    A burst shows in the mean of many hours. What is least or little in them is another
    matter, unless the stretch is most of them.
    """
    if scale.kind in _BY_BURSTS:
        return series.within([(begin, end + HOUR * (scale.reach - 1))])
    mark = np.concatenate([[0], np.cumsum(series.within([(begin, end)]))])
    last = np.arange(len(series)) + 1
    seen = mark[last] - mark[np.maximum(last - scale.reach, 0)]
    return np.asarray(2 * seen >= scale.reach)


def judge(
    series: HourSeries,
    scores: Floats,
    limits: Floats,
    away: Flags,
    ceiling: float | None,
) -> Judged:
    """Hold scores against `limits` (scales, hours); away use against its ceiling."""
    ratios = np.full((len(SCALES) + 1, len(series)), np.nan)
    with np.errstate(invalid="ignore"):
        above = scores > limits
    beyond = scores[above] - limits[above]
    ratios[:-1][above] = 1.0 + beyond / np.maximum(limits[above], _NO_UNIT)
    ratios[-1] = away_ratios(series, away, ceiling)
    return Judged(series, ratios, away)


def _hours_since(flags: Flags) -> np.ndarray:
    """Hours since the last flag at each hour, 0 on it; very many before the first."""
    index = np.arange(len(flags))
    last = np.maximum.accumulate(np.where(flags, index, -(10**6)))
    return np.asarray(index - last)
