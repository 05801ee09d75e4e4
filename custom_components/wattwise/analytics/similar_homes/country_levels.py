"""How much homes of a country use beside those of the survey that was learnt from."""

from dataclasses import dataclass, replace
from functools import lru_cache
from math import hypot
from typing import Final

from .household_profile import HouseholdProfile
from .parts_of_use import parts_of_use
from .typical_homes import (
    climate_of_country,
    kinds_of_homes,
    use_of_country,
)

BY_USER: Final = "user"
# Of what homes of a country use on average, no more than this is taken for heat and cold:
# people heat as much as they can pay for, and the figures of their homes are rough.
_MOST_WEATHER: Final = 0.65
# How far an average may be off what homes use there today, as standard deviations of the
# logarithm. Publishers differ by up to a quarter for the same year.
_AVERAGE_OFF: Final = 0.15
_HOUSEHOLDS_OFF: Final = 0.1
"""In addition, where the number of households is not from the publisher."""
WEATHER_OFF: Final = 0.25
"""Of the part that is heat and cold: how homes of a country are built is known roughly."""


@dataclass(frozen=True, slots=True)
class Level:
    """How an expectation in the survey's kWh is brought to a country's level."""

    factor: float
    """Multiply what is neither heat nor cold by this."""
    weather: float
    """And what is, by this; at most 1."""
    average_kwh: float
    """What the average home of the country uses in a year [kWh]."""
    source: str
    """Who published the average; `BY_USER` when the household gave it."""
    off: float
    """How far the level may be off, as a standard deviation of the logarithm."""


def level_factor(
    country: str | None,
    average_use_kwh: float | None,
    skipped: frozenset[str] = frozenset(),
) -> Level | None:
    """Return the level of a country (ISO 3166 alpha-2), or of the household's own figure.

    What the average home of the country uses beside heat and cold, divided by what homes
    like those of the country use in the survey beside them: so neither a country of small
    homes is taken for a thrifty one, nor one of electric heat for one of many lights.
    `skipped` are the fields of `HouseholdProfile` that are not answered: nobody is taken
    for a home of the survey's country because of them. Takes a tenth of a second at the
    first call of a country.

    None where no average is known: a comparison is relative only then.
    """
    published = use_of_country(country)
    off = _AVERAGE_OFF
    if average_use_kwh:
        average, source = average_use_kwh, BY_USER
    elif published:
        average, source = published.kwh, published.source
        if published.is_estimate:
            off = hypot(off, _HOUSEHOLDS_OFF)
    else:
        return None
    means = _means(country, skipped)
    weather = 1.0
    if means.weather_kwh:
        weather = min(1.0, _MOST_WEATHER * average / means.weather_kwh)
    heat = weather * means.weather_kwh
    return Level(
        (average - heat) / means.rest_kwh,
        weather,
        average,
        source,
        hypot(off, WEATHER_OFF * heat / average),
    )


@dataclass(frozen=True, slots=True)
class _Means:
    """Of the homes of a country [kWh a year]."""

    rest_kwh: float
    """In the survey."""
    weather_kwh: float


@lru_cache(maxsize=16)
def _means(country: str | None, skipped: frozenset[str]) -> _Means:
    """Return what homes of a country would use on average.

    Of a home that skipped questions, that is what they would seem to use if they skipped
    them, too: the survey's usual answers are not the country's.
    """
    climate = climate_of_country(country)
    rest = weather = 0.0
    for share, kind in _without(kinds_of_homes(country), skipped):
        parts = parts_of_use(country, kind, climate)
        weight = share * parts.mean_by_median
        rest += weight * parts.rest.median_kwh
        weather += weight * parts.weather_kwh
    return _Means(rest, weather)


def _without(
    kinds: tuple[tuple[float, HouseholdProfile], ...], skipped: frozenset[str]
) -> list[tuple[float, HouseholdProfile]]:
    """Return kinds of homes that skipped questions, those that then are alike once."""
    nothing = dict.fromkeys(skipped)
    shares: dict[HouseholdProfile, float] = {}
    for share, profile in kinds:
        kind = replace(profile, **nothing)
        shares[kind] = shares.get(kind, 0.0) + share
    return [(share, kind) for kind, share in shares.items()]
