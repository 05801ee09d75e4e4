"""The time scales on which the use of a home is looked at, and how unusual each is.

A home uses energy in bursts, so the least hour of a stretch tells more than its mean: no
eight hours of an ordinary day are all a kilowatt above what they mostly are, though their
mean often is. Hence minima for what is left on, whole days in a row for the little that
is used when nobody is there, and single hours for what is just much.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..forecasting.local_days import Floats
from .anomaly import AnomalyKind
from .hour_series import HOURS_OF_A_DAY, Flags, HourSeries
from .reference import usual

# Of a stretch, so much may be unknown.
_UNKNOWN_SHARE: Final = 0.1
# Energy [kWh] that no meter shows, and the noise of arithmetic.
_NOTHING: Final = 1e-4
_SAME: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Scale:
    """One way of looking at the newest hours.

    `measure` makes a number of each hour and the `width` hours that end with it; the
    higher, the more it speaks for `kind`. How unusual it is, is its distance from the
    first of two quantiles (`levels`) of the last `back` days, at this hour of the day and
    `near` hours around, in units of the distance between the two and of `least` of its
    own unit, so that steady homes do not make much of nothing. A distance below `amount`
    is nothing to tell anybody of, however unusual in a steady home. `share` is its part,
    beside those of the others, of the false alarms that all may raise together (none if
    its threshold is no matter of how rare it is), `floor` how unusual it has to be in any
    home. With a `part` below 1 only so much of what is
    usual is taken off: what is little in the year then counts beside what is little now.
    """

    name: str
    kind: AnomalyKind
    width: int
    measure: Callable[[Floats, int], Floats]
    least: float
    share: float
    floor: float = 1.0
    amount: float = -np.inf
    part: float = 1.0
    levels: tuple[float, float] = (0.5, 0.9)
    near: int = 1
    back: int = 28
    further: int = 0
    """Hours before those of `width` that have a part in them, too."""
    habit: Callable[[Floats, int], Floats] | None = None
    """What is usual is that of this, if it is not that of `measure`."""

    @property
    def reach(self) -> int:
        """How many hours back it looks, with that in which it is."""
        return self.width + self.further


def _mean(energy: Floats, width: int) -> Floats:
    return _over(energy, width, _known_mean)


def _least(energy: Floats, width: int) -> Floats:
    return _over(energy, width, np.fmin.reduce)


def _quieter_half(energy: Floats, width: int) -> Floats:
    return _over(energy, width, lambda hours, axis: _lowest(hours, width // 2))


def _quietest_quarter(energy: Floats, width: int) -> Floats:
    return _over(energy, width, lambda hours, axis: _lowest(hours, width // 4))


def _little(energy: Floats, width: int) -> Floats:
    """Measure how little was used in a day: ratios count, not differences."""
    return -np.log(_mean(energy, HOURS_OF_A_DAY) + 0.02)


def _little_each_day(energy: Floats, width: int) -> Floats:
    """Measure how little was used on that day of `width` hours on which it was most."""
    in_a_day = _little(energy, width)
    each = np.full((width // HOURS_OF_A_DAY, len(energy)), np.nan)
    for day, row in enumerate(each):
        back = day * HOURS_OF_A_DAY
        row[back:] = in_a_day[: max(0, len(energy) - back)]
    return np.asarray(each.min(axis=0))


def _nothing(energy: Floats, width: int) -> Floats:
    """Hours, up to this one, in which nothing was used."""
    return _run(energy <= _NOTHING, energy)


def _mean_floor(energy: Floats, width: int) -> Floats:
    """Mean over `width` hours of the least hour of the day before each."""
    return _mean(_least(energy, 24), width)


def _flat(energy: Floats, width: int) -> Floats:
    """Hours, up to this one, that had the same value other than zero as that before."""
    same = np.abs(np.diff(energy, prepend=np.nan)) < _SAME
    return _run(same & (energy > _NOTHING), energy)


def _run(flags: Flags, energy: Floats) -> Floats:
    """Count how many flags in a row end with each hour; NaN where it is unknown."""
    index = np.arange(len(flags))
    before = np.maximum.accumulate(np.where(flags, -1, index))
    return np.where(np.isnan(energy), np.nan, index - before)


def _lowest(windows: Floats, count: int) -> Floats:
    """Mean of the least values of each row; those unknown are not among them."""
    high = np.where(np.isnan(windows), np.inf, windows)
    least = np.partition(high, count - 1, axis=1)[:, :count]
    return np.asarray(least.mean(axis=1), dtype=np.float64)


def _known_mean(windows: Floats, axis: int) -> Floats:
    known = ~np.isnan(windows)
    count = np.maximum(known.sum(axis=axis), 1)
    return np.asarray(np.where(known, windows, 0.0).sum(axis=axis) / count)


def _over(energy: Floats, width: int, of: Callable[..., Floats]) -> Floats:
    measured = np.full(len(energy), np.nan)
    if len(energy) < width:
        return measured
    known = np.concatenate([[0], np.cumsum(~np.isnan(energy))])
    enough = known[width:] - known[:-width] >= width * (1 - _UNKNOWN_SHARE)
    values = of(sliding_window_view(energy, width), axis=1)
    measured[width - 1 :] = np.where(enough, values, np.nan)
    return measured


SCALES: Final = (
    Scale(
        "hour",
        AnomalyKind.UNUSUAL_HOUR,
        1,
        _mean,
        least=1.0,
        share=3.0,
        floor=0.3,
        amount=1.1,
        levels=(0.99, 0.99),
    ),
    Scale(
        "four_hours",
        AnomalyKind.UNUSUAL_HOUR,
        4,
        _quieter_half,
        least=0.05,
        share=1.0,
        floor=0.5,
        amount=0.9,
    ),
    Scale(
        "eight_hours",
        AnomalyKind.LEFT_ON,
        8,
        _quietest_quarter,
        least=0.1,
        share=1.5,
        floor=0.3,
        amount=0.5,
        back=42,
    ),
    Scale(
        "day",
        AnomalyKind.LEFT_ON,
        24,
        _least,
        least=0.05,
        share=0.4,
        floor=0.3,
        amount=0.25,
    ),
    Scale(
        "day_mean",
        AnomalyKind.UNUSUAL_DAY,
        24,
        _mean,
        least=0.1,
        share=0.02,
        amount=0.6,
        back=56,
    ),
    Scale(
        "days_floor",
        AnomalyKind.STANDBY_RISING,
        72,
        _mean_floor,
        least=0.05,
        share=2.0,
        floor=0.3,
        amount=0.09,
        back=56,
        further=23,
    ),
    # Its past is all of the year: an absence is as little as the home ever uses, and no
    # less so when the weeks before were quiet, too. It is nothing that the home never saw:
    # some days in a row of those on which it uses least (low_days).
    Scale(
        "low",
        AnomalyKind.LOW_USE,
        72,
        _little_each_day,
        least=1.0,
        share=0.0,
        floor=-np.inf,
        amount=0.2,
        part=0.5,
        levels=(0.5, 0.5),
        near=0,
        habit=_little,
    ),
    Scale(
        "nothing",
        AnomalyKind.OUTAGE,
        1,
        _nothing,
        least=1.0,
        share=0.3,
        floor=2.5,
        levels=(0.95, 0.95),
        back=56,
    ),
    Scale("flat", AnomalyKind.STUCK, 1, _flat, least=1.0, share=0.06, floor=5.5),
)
SHARES: Final = np.array([scale.share for scale in SCALES])
FLOORS: Final = np.array([scale.floor for scale in SCALES])


def unusualness(
    series: HourSeries,
    first: int = 0,
    ignored: Flags | None = None,
    raised: Flags | None = None,
) -> Floats:
    """Measure how unusual each hour is on each scale: (scales, hours), NaN if unknown.

    Nothing after an hour has a part in it. Only days from `first` on are looked at, the
    rest is NaN. `ignored` hours say nothing of what is usual, `raised` ones nothing of the
    usual base load.
    """
    found = np.full((len(SCALES), len(series)), np.nan)
    asked = series.place.day >= first
    at = series.place.day[asked] - first, series.place.slot[asked]
    for index, scale in enumerate(SCALES):
        measured = scale.measure(series.energy, scale.width)
        # How long a value stayed needs no habit to be held against.
        if scale.kind is AnomalyKind.STUCK:
            found[index, asked] = measured[asked]
            continue
        habit = measured
        if scale.habit is not None:
            habit = scale.habit(series.energy, scale.width)
        if ignored is not None:
            habit = np.where(ignored, np.nan, habit)
        if raised is not None and scale.kind is AnomalyKind.STANDBY_RISING:
            habit = np.where(raised, np.nan, habit)
        middle, high = usual(
            series.rows(habit), scale.levels, first, scale.near, scale.back
        )[:, *at]
        unit = high - middle + scale.least
        score = (measured[asked] - scale.part * middle) / unit
        # What is held against the year says nothing where it is as usual of late.
        little = np.minimum(score, 0.0) if scale.part == 1 else np.nan
        much = measured[asked] - middle >= scale.amount
        found[index, asked] = np.where(much, score, little)
    return found


def daily_peaks(series: HourSeries, scores: Floats) -> Floats:
    """Return the most unusual hour of each local day: (scales, days), NaN unknown."""
    peaks = np.full((len(scores), series.days), -np.inf)
    for row, score in zip(peaks, scores, strict=True):
        np.maximum.at(row, series.place.day, np.where(np.isnan(score), -np.inf, score))
    return np.where(np.isinf(peaks), np.nan, peaks)
