"""The band of a sum of forecasts, from the bands of its parts.

Some of the surprises of different homes cancel in their sum. How many, is a matter of
variances, and hours of homes have a long tail: most of their variance lies above P90,
where a band says nothing. The mean does: the part of it that the quantiles do not
explain is the tail's.

So each home's first three moments are taken from its quantiles, joined by lines, and an
exponential tail above them that makes up for the mean. Variances and third moments of
independent parts add up; the sum is taken for the gamma distribution with these moments,
whose quantiles are those of Wilson and Hilferty (1931). A small part of the variance is
shared by all: homes have the same weather and the same evenings.

Roofs under one sky have nearly all in common: a cloud that was not expected takes from each
of them. Their quantiles simply add up, as those of variables do that rise and fall together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import copysign, sqrt
from statistics import NormalDist
from typing import Final

from .expectation import Expected

# Of the surprises of real homes, so much was common to all: docs/accuracy.md.
_SHARED: Final = 0.04
_MEDIAN: Final = 0.5
# Below a thousandth of a Wh [kWh²], nothing is unsure.
_LEAST_VARIANCE: Final = 1e-12
_LEAST_SKEW: Final = 1e-3
_MOST_SKEW: Final = 4.0
_NORMAL: Final = NormalDist()


@dataclass(frozen=True, slots=True)
class _Spread:
    """The central moments of a forecast."""

    variance: float
    third: float


def sum_of_expected(parts: Sequence[Expected]) -> Expected:
    """Add energies of different homes: means add up, and some of the surprises cancel.

    What one part alone is unsure of keeps the band of that part.
    """
    mean = sum(part.mean for part in parts)
    levels = sorted(set.intersection(*(set(part.quantiles) for part in parts)))
    by_part = [[part.quantiles[level] for level in levels] for part in parts]
    never_negative = all(min(part.quantiles.values()) >= 0 for part in parts)
    floor = 0.0 if never_negative else float("-inf")
    spreads = [
        _spread(levels, row, part.mean, floor)
        for row, part in zip(by_part, parts, strict=True)
    ]
    variance = sum(spread.variance for spread in spreads)
    alone = _share_of_one(spreads, variance)
    together = _together(spreads, variance)
    quantiles = {}
    for index, level in enumerate(levels):
        apart = _distance(
            row[index] - part.mean for row, part in zip(by_part, parts, strict=True)
        )
        # The gamma distribution is worst in the middle.
        weight = 1.0 if level == _MEDIAN else alone
        distance = weight * apart + (1 - weight) * _of_gamma(together, level)
        quantiles[level] = max(mean + distance, floor)
    return Expected(mean, _in_order(quantiles))


def sum_under_one_sky(parts: Sequence[Expected]) -> Expected:
    """Add energies whose surprises come from one cause: quantiles add up like means."""
    levels = sorted(set.intersection(*(set(part.quantiles) for part in parts)))
    return Expected(
        sum(part.mean for part in parts),
        {level: sum(part.quantiles[level] for part in parts) for level in levels},
    )


def _spread(
    levels: Sequence[float], values: Sequence[float], mean: float, floor: float
) -> _Spread:
    """Return the moments of what has these quantiles and this mean."""
    if len(levels) < 2:
        return _Spread(0.0, 0.0)
    low = values[0] - (values[1] - values[0]) * levels[0] / (levels[1] - levels[0])
    points = [(0.0, max(low, floor)), *zip(levels, values, strict=True)]
    tail, last = 1 - levels[-1], values[-1]
    slope = (values[-1] - values[-2]) / (levels[-1] - levels[-2])
    below = sum(
        (high - low) * (begin + end) / 2
        for (low, begin), (high, end) in pairwise(points)
    )
    # How far what exceeds the last quantile does so on average.
    excess = max((mean - below) / tail - last, slope * tail / 2)
    centre = below + tail * (last + excess)
    second = third = 0.0
    for (low, begin), (high, end) in pairwise(points):
        a, b = begin - centre, end - centre
        second += (high - low) * (a * a + a * b + b * b) / 3
        third += (high - low) * (a**3 + a * a * b + a * b * b + b**3) / 4
    a = last - centre
    second += tail * (a * a + 2 * a * excess + 2 * excess**2)
    third += tail * (a**3 + 3 * a * a * excess + 6 * a * excess**2 + 6 * excess**3)
    return _Spread(second, third)


def _together(spreads: Sequence[_Spread], variance: float) -> _Spread:
    at_once = sum(sqrt(spread.variance) for spread in spreads) ** 2
    return _Spread(
        (1 - _SHARED) * variance + _SHARED * at_once,
        sum(spread.third for spread in spreads),
    )


def _share_of_one(spreads: Sequence[_Spread], variance: float) -> float:
    """Return 1 if only one part is unsure, and next to 0 if many are, alike."""
    at_once = sum(sqrt(spread.variance) for spread in spreads) ** 2
    return (variance / at_once) ** 3 if variance > _LEAST_VARIANCE else 1.0


def _of_gamma(spread: _Spread, level: float) -> float:
    """Return how far a quantile is from the mean."""
    if spread.variance <= _LEAST_VARIANCE:
        return 0.0
    deviation = sqrt(spread.variance)
    skew = spread.third / deviation**3
    if skew < 0:
        return -_of_gamma(_Spread(spread.variance, -spread.third), 1 - level)
    normal = _NORMAL.inv_cdf(level)
    if skew < _LEAST_SKEW:
        return normal * deviation
    skew = min(skew, _MOST_SKEW)
    root = max(1 - skew**2 / 36 + skew * normal / 6, 0.0)
    return 2 / skew * (root**3 - 1) * deviation


def _distance(distances: Iterable[float]) -> float:
    """Add distances from the mean as those of normal distributions, by their signs."""
    squares = sum(copysign(distance**2, distance) for distance in distances)
    return copysign(sqrt(abs(squares)), squares)


def _in_order(quantiles: dict[float, float]) -> dict[float, float]:
    """Let no quantile be on the wrong side of the median."""
    if _MEDIAN not in quantiles:
        return quantiles
    middle = quantiles[_MEDIAN]
    return {
        level: min(value, middle) if level < _MEDIAN else max(value, middle)
        for level, value in quantiles.items()
    }
