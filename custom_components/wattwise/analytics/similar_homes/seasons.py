"""How the use of similar homes is spread over the days of a year."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from math import acos, asin, atan, cos, pi, radians, sin, sqrt, tan
from typing import Final

from .climate import Climate

_DAYS: Final = 365
# Any year without a 29th of February.
_FIRST: Final = date(2025, 1, 1)
_LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# How much more is used on a day of which 24 hours are dark than on one of 12: for light,
# and because people are at home, cook and wash warmer. Fitted to London homes.
_OF_DARKNESS: Final = 0.5
# How far the part of a home's use that follows heating or cooling is off the expected
# part: standard deviation, as a share of all use, and of the expected part where that is
# small. Fitted to every second of 37 homes in Europe and Australia (docs/accuracy.md).
_SHARE_OFF: Final = 0.08
_PART_OFF: Final = 1.0

type _Rates = tuple[float, ...]
"""Of each day of a year, January 1st first; 1 is the mean."""


@dataclass(frozen=True, slots=True)
class Seasons:
    """How similar homes spread their use over the year; of each day, 1 is the mean."""

    base: _Rates
    heating: _Rates
    cooling: _Rates
    heating_share: float
    """The part of a year's use that follows heating."""
    cooling_share: float

    def rate(self, day: date) -> float:
        """Return what is expected of a day as a multiple of the year's mean day."""
        return self._rate(_index(day))

    def month_shares(self) -> tuple[float, ...]:
        """Return the part of a year's use in each month, January first."""
        days = iter(range(_DAYS))
        return tuple(
            sum(self._rate(next(days)) for _ in range(length)) / _DAYS
            for length in _LENGTHS
        )

    def spread(self, days: Iterable[date]) -> float:
        """Return how differently homes spread their use, seen on some days.

        The standard deviation of the logarithm of what they say of the year: 0 for a
        whole year, large for July alone where winters are cold.
        """
        indices = [_index(day) for day in days]
        if not indices:
            raise ValueError("No days")

        def mean(rates: _Rates) -> float:
            return sum(rates[index] for index in indices) / len(indices)

        base = mean(self.base)
        rate = sum(self._rate(index) for index in indices) / len(indices)
        parts = (
            (mean(self.heating), self.heating_share),
            (mean(self.cooling), self.cooling_share),
        )
        return sqrt(
            sum(
                (_off(share) * (part - base) / rate) ** 2
                for part, share in parts
                if part
            )
        )

    def _rate(self, index: int) -> float:
        rest = 1 - self.heating_share - self.cooling_share
        return (
            rest * self.base[index]
            + self.heating_share * self.heating[index]
            + self.cooling_share * self.cooling[index]
        )


def seasons_of(
    climate: Climate, latitude: float, *, heating_share: float, cooling_share: float
) -> Seasons:
    """Return how homes spread their use of which so much follows heating and cooling."""
    return Seasons(
        _rates_of_base(latitude),
        _rates_of_months(climate.heating),
        _rates_of_months(climate.cooling),
        heating_share if climate.heating_year else 0.0,
        cooling_share if climate.cooling_year else 0.0,
    )


def dark_hours(latitude: float, day_of_year: int) -> float:
    """Return how long the sun is below the horizon on a day [h].

    The CBM model of Forsythe et al., "A model comparison for daylength as a function of
    latitude and day of year" (Ecological Modelling 80, 1995), of the sun's upper limb.
    """
    turn = 0.2163108 + 2 * atan(0.9671396 * tan(0.00860 * (day_of_year - 186)))
    declination = asin(0.39795 * cos(turn))
    at = radians(latitude)
    sunset = (sin(radians(0.8333)) + sin(at) * sin(declination)) / (
        cos(at) * cos(declination)
    )
    return 24 / pi * acos(min(1.0, max(-1.0, sunset)))


def _off(share: float) -> float:
    """Return how far a part is off: a part of nearly all can only be a little larger."""
    return _SHARE_OFF + _PART_OFF * share * (1 - share)


@lru_cache(maxsize=8)
def _rates_of_base(latitude: float) -> _Rates:
    return _to_mean_one(
        1 + _OF_DARKNESS * (dark_hours(latitude, index + 1) - 12) / 12
        for index in range(_DAYS)
    )


@lru_cache(maxsize=8)
def _rates_of_months(degree_days: Sequence[float]) -> _Rates:
    """Return degree days day by day: from the middle of a month to that of the next."""
    middles, start = [], 0
    for length, amount in zip(_LENGTHS, degree_days, strict=True):
        middles.append((start + length / 2, amount / length))
        start += length
    around = [
        (middles[-1][0] - _DAYS, middles[-1][1]),
        *middles,
        (middles[0][0] + _DAYS, middles[0][1]),
    ]
    rates = []
    for index in range(_DAYS):
        noon = index + 0.5
        after = next(i for i, (middle, _) in enumerate(around) if middle > noon)
        (left, low), (right, high) = around[after - 1], around[after]
        rates.append(low + (high - low) * (noon - left) / (right - left))
    return _to_mean_one(rates)


def _to_mean_one(rates: Iterable[float]) -> _Rates:
    """Return rates whose mean is 1; all 0 where there is nothing to spread."""
    every = tuple(rates)
    total = sum(every)
    return tuple(rate * _DAYS / total for rate in every) if total else every


def _index(day: date) -> int:
    """Return the place of a day in a year without a 29th of February."""
    if (day.month, day.day) == (2, 29):
        day -= timedelta(days=1)
    return (day.replace(year=_FIRST.year) - _FIRST).days
