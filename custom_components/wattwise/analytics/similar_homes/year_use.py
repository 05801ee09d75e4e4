"""What a home uses in a year, also where only some weeks of it are known."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, log, sqrt
from typing import Final

from .seasons import Seasons

LEAST_DAYS: Final = 14
YEAR: Final = timedelta(days=365)
Z_80: Final = 1.2816
"""How many standard deviations the 80 % range reaches from the middle."""

# From here on what happens once a year, as holidays, has happened.
_NEARLY_ALL: Final = 0.9
# How far a single day is off what it says of the year, as a standard deviation of the
# logarithm, and how that falls with more days: slowly, because people's lives change
# over months. Weeks away make a home look thrifty more often than anything makes it look
# wasteful, so the year is more often above the estimate. Fitted as `seasons` is.
_DAY_OFF: Final = 0.3
_FALLS_BY: Final = 0.18
_ABOVE: Final = 1.45
_BELOW: Final = 1.05
_ANY_YEAR: Final = 2025
_LEAST_MONTH: Final = 28


@dataclass(frozen=True, slots=True)
class Usual:
    """What is expected of the year of a home, before anything is measured."""

    median_kwh: float
    off: float
    """The standard deviation of the logarithm."""


@dataclass(frozen=True, slots=True)
class YearUse:
    """The use of a home in a year [kWh], between what it is in 80 of 100 cases."""

    kwh: float
    low_kwh: float
    high_kwh: float
    days: int
    """Of how many days it is known."""
    known_share: float
    """Which part of a year's use these days usually have."""

    @property
    def is_measured(self) -> bool:
        """Whether next to all of the year is known."""
        return self.known_share >= _NEARLY_ALL


def year_use(
    days: Mapping[date, float],
    today: date,
    seasons: Seasons,
    usual: Usual | None = None,
    away: Collection[date] = (),
) -> YearUse | None:
    """Return what the days before today say of a year; None of too few.

    `days` are energy [kWh]. What little is known says is moved towards what is usual:
    a July without heaters says next to nothing of a winter with them. Days `away` say
    nothing of others, and count once the year is known in which they are few.
    """
    known = {day: kwh for day, kwh in days.items() if today - YEAR <= day < today}
    if _share(known, seasons) < _NEARLY_ALL:
        known = {day: kwh for day, kwh in known.items() if day not in away}
    total = sum(known.values())
    if len(known) < LEAST_DAYS or total <= 0:
        return None
    share = min(_share(known, seasons), 1.0)
    kwh = total / share
    off = days_off(known, seasons)
    above, below = _ABOVE * off, _BELOW * off
    if usual and off:
        weight = _weight(off, usual.off)
        kwh = exp(weight * log(kwh) + (1 - weight) * log(usual.median_kwh))
        above *= sqrt(_weight(above, usual.off))
        below *= sqrt(_weight(below, usual.off))
    return YearUse(
        max(kwh, total),
        # What was used cannot be undone.
        max(kwh * exp(-Z_80 * below), total),
        max(kwh * exp(Z_80 * above), total),
        len(known),
        share,
    )


def month_range(month: int, seasons: Seasons) -> tuple[float, float]:
    """Return how far a month's part of the year's use reaches down and up.

    Logarithms of factors, between which 80 of 100 homes lie.
    """
    begin = date(_ANY_YEAR, month, 1)
    days = [begin + timedelta(days=n) for n in range(_LEAST_MONTH)]
    off = days_off(days, seasons)
    return Z_80 * _ABOVE * off, Z_80 * _BELOW * off


def days_off(days: Collection[date], seasons: Seasons) -> float:
    """Return how far these days are off what they say of the year.

    The standard deviation of the logarithm: of how homes spread their use over the
    seasons, and of what changes from week to week in the part that is not known.
    """
    unknown = max(0.0, 1 - _share(days, seasons))
    noise = _DAY_OFF * len(days) ** -_FALLS_BY * sqrt(unknown)
    return sqrt(noise**2 + seasons.spread(days) ** 2)


def _share(days: Collection[date], seasons: Seasons) -> float:
    """Return the part of a year's use that is expected of some days."""
    return sum(map(seasons.rate, days)) / YEAR.days


def _weight(off: float, usual_off: float) -> float:
    """Return how much what was measured counts beside what is usual."""
    return usual_off**2 / (off**2 + usual_off**2)
