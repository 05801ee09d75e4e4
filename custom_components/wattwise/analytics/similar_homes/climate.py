"""How much a year at some place asks for heating and cooling."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import cosh, log, sqrt
from statistics import fmean, pstdev
from typing import Final

BASE_C: Final = 18.3
"""Degree days count from here [°C]: 65 °F, as in the survey that was learnt from."""
MONTHS: Final = 12
_DAYS_OF_MONTHS: Final = (31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class Climate:
    """Degree days of an average year."""

    heating: tuple[float, ...]
    """Of the twelve months, January first [K d], base `BASE_C`."""
    cooling: tuple[float, ...]
    """Of the twelve months, January first [K d], base `BASE_C`."""

    @property
    def heating_year(self) -> float:
        """Heating degree days of the year [K d]."""
        return sum(self.heating)

    @property
    def cooling_year(self) -> float:
        """Cooling degree days of the year [K d]."""
        return sum(self.cooling)


def climate_of_months(means: Sequence[float]) -> Climate:
    """Return the climate of a place from the mean temperatures of its months [°C].

    D. G. Erbs, S. A. Klein, W. A. Beckman, "Estimation of degree-days and ambient
    temperature bin data from monthly-average temperatures", ASHRAE Journal 25(6), 1983:
    days of a month differ by a spread that follows from its mean and from how far the
    months of the year differ.
    """
    spread_of_year = pstdev(means)
    heating, cooling = [], []
    for mean, days in zip(means, _DAYS_OF_MONTHS, strict=True):
        spread = 1.45 - 0.029 * mean + 0.0664 * spread_of_year
        heating.append(_degree_days(BASE_C - mean, spread, days))
        cooling.append(_degree_days(mean - BASE_C, spread, days))
    return Climate(tuple(heating), tuple(cooling))


def climate_of_days(days: Mapping[date, float]) -> Climate:
    """Return the climate of a place from the mean temperatures of its days [°C].

    Each month is the mean of its days, of whatever year. Raises ValueError where a
    month has none.
    """
    heating, cooling = [], []
    for month, length in enumerate(_DAYS_OF_MONTHS, start=1):
        means = [mean for day, mean in days.items() if day.month == month]
        if not means:
            raise ValueError(f"No day of month {month}")
        heating.append(length * fmean(max(BASE_C - mean, 0.0) for mean in means))
        cooling.append(length * fmean(max(mean - BASE_C, 0.0) for mean in means))
    return Climate(tuple(heating), tuple(cooling))


def _degree_days(difference: float, spread: float, days: float) -> float:
    """Return degree days of a month whose mean is so far off the base [K d]."""
    normal = difference / (spread * sqrt(days))
    level = normal / 2 + log(cosh(1.698 * normal)) / 3.396 + 0.2041
    return max(spread * days * sqrt(days) * level, 0.0)
