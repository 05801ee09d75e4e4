"""What the homes of a country are like, and what the survey's homes like them use.

`country_homes.json` holds the figures; docs/similar-homes.md, where they are from.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise, product
import json
from pathlib import Path
from typing import Final

from .climate import MONTHS, Climate
from .expectation import expect
from .expected_use import ExpectedUse
from .household_profile import (
    AirConditioning,
    Dwelling,
    Heating,
    HotWater,
    HouseholdProfile,
)
from .usual_climate import degree_days_of_country

_FILE: Final = Path(__file__).with_name("country_homes.json")
# Floor areas of kinds of homes beside each other.
_RELATIVE_AREA: Final = {
    Dwelling.DETACHED: 1.25,
    Dwelling.ATTACHED: 1.05,
    Dwelling.APARTMENT_5PLUS: 0.7,
}
# Where a country is unknown to the table of climates: mild, as most people live.
_DEGREE_DAYS_ELSEWHERE: Final = (2_000.0, 700.0)


@dataclass(frozen=True, slots=True)
class CountryHomes:
    """The homes of a country on average; shares are of 1."""

    detached: float
    attached: float
    floor_area_m2: float
    people: float
    electric_heating: float
    heat_pumps: float
    electric_hot_water: float
    room_cooling: float
    central_cooling: float


@dataclass(frozen=True, slots=True)
class CountryUse:
    """What an average home of a country uses."""

    kwh: float
    """In a year."""
    source: str
    """Who published it, and of which year."""


@dataclass(frozen=True, slots=True)
class _Table:
    uses: dict[str, CountryUse]
    homes: dict[str, CountryHomes]
    elsewhere: CountryHomes


def use_of_country(country: str | None) -> CountryUse | None:
    """Return what homes of a country use on average; reads a file at the first call."""
    return _table().uses.get(country) if country else None


@lru_cache(maxsize=16)
def survey_use_of_country(
    country: str | None, skipped: frozenset[str] = frozenset()
) -> float:
    """Return what the mean home of a country would use in the survey [kWh a year].

    Its kinds of homes, heating, hot water and cooling are taken as independent. Of a
    home that skipped some questions, that is what its homes would seem to use if they
    skipped them too: the survey's usual answers are not the country's.
    """
    table = _table()
    homes = table.homes.get(country or "", table.elsewhere)
    climate = _climate_of(country)
    return sum(
        share * _mean(expect(profile, climate))
        for share, profile in _without(_mixture(homes), skipped)
    )


def _without(
    mixture: Iterator[tuple[float, HouseholdProfile]], skipped: frozenset[str]
) -> Iterator[tuple[float, HouseholdProfile]]:
    """Yield kinds of homes that skipped questions, those that then are alike once."""
    nothing = dict.fromkeys(skipped)
    shares: dict[HouseholdProfile, float] = {}
    for share, profile in mixture:
        kind = replace(profile, **nothing)
        shares[kind] = shares.get(kind, 0.0) + share
    for kind, share in shares.items():
        yield share, kind


def _mixture(homes: CountryHomes) -> Iterator[tuple[float, HouseholdProfile]]:
    """Yield kinds of homes with their shares, which sum to 1."""
    dwellings = {
        Dwelling.DETACHED: homes.detached,
        Dwelling.ATTACHED: homes.attached,
        Dwelling.APARTMENT_5PLUS: 1 - homes.detached - homes.attached,
    }
    area = homes.floor_area_m2 / sum(
        share * _RELATIVE_AREA[kind] for kind, share in dwellings.items()
    )
    kinds = product(
        dwellings.items(),
        {
            Heating.ELECTRIC: homes.electric_heating,
            Heating.HEAT_PUMP: homes.heat_pumps,
            Heating.GAS: 1 - homes.electric_heating - homes.heat_pumps,
        }.items(),
        {
            HotWater.ELECTRIC: homes.electric_hot_water,
            HotWater.FUEL: 1 - homes.electric_hot_water,
        }.items(),
        {
            AirConditioning.ROOM_UNITS: homes.room_cooling,
            AirConditioning.CENTRAL: homes.central_cooling,
            AirConditioning.NONE: 1 - homes.room_cooling - homes.central_cooling,
        }.items(),
        # Homes of as many people as there are on average do not exist everywhere.
        _people(homes.people).items(),
    )
    for (kind, one), (heat, two), (water, three), (cooling, four), (
        people,
        five,
    ) in kinds:
        if share := one * two * three * four * five:
            yield (
                share,
                HouseholdProfile(
                    dwelling=kind,
                    floor_area_m2=area * _RELATIVE_AREA[kind],
                    occupants=people,
                    heating=heat,
                    hot_water=water,
                    air_conditioning=cooling,
                ),
            )


def _people(mean: float) -> dict[int, float]:
    """Return the two whole numbers around a mean with their shares."""
    fewer = int(mean)
    return {fewer: 1 - (mean - fewer), fewer + 1: mean - fewer}


def _climate_of(country: str | None) -> Climate:
    heating, cooling = (
        degree_days_of_country(country) if country else None
    ) or _DEGREE_DAYS_ELSEWHERE
    # Only the sums of the year count here.
    return Climate((heating / MONTHS,) * MONTHS, (cooling / MONTHS,) * MONTHS)


def _mean(use: ExpectedUse) -> float:
    """Return the mean of homes from their quantiles; beyond the outer ones, as these."""
    first, last = use.quantiles_kwh[0], use.quantiles_kwh[-1]
    ends = first[0] * first[1] + (1 - last[0]) * last[1]
    return ends + sum(
        (right - left) * (low + high) / 2
        for (left, low), (right, high) in pairwise(use.quantiles_kwh)
    )


@lru_cache(maxsize=1)
def _table() -> _Table:
    kept = json.loads(_FILE.read_text(encoding="utf-8"))
    countries = kept["countries"].items()
    return _Table(
        {
            country: CountryUse(
                row["kwh"], f"{row.get('source', kept['source'])}, {row['year']}"
            )
            for country, row in countries
        },
        {country: CountryHomes(*row["home"]) for country, row in countries},
        CountryHomes(*kept["elsewhere"]),
    )
