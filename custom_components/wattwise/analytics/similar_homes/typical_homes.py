"""What the homes of a country are like, and what they use on average.

`country_homes.json` holds the figures; docs/similar-homes.md, where they are from.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
import json
from pathlib import Path
from typing import Any, Final

from .climate import MONTHS, Climate
from .household_profile import (
    AirConditioning,
    Dwelling,
    Heating,
    HotWater,
    HouseholdProfile,
)
from .usual_climate import degree_days_of_country

SURVEY_COUNTRY: Final = "US"
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
    electric_flats: float = 1.0
    """How often flats are heated with electricity, beside houses."""


@dataclass(frozen=True, slots=True)
class CountryUse:
    """What an average home of a country uses."""

    kwh: float
    """In a year."""
    source: str
    """Who published it, and of which year."""
    is_estimate: bool
    """Whether only the electricity of all homes was published, not how many these are."""


@dataclass(frozen=True, slots=True)
class _Table:
    uses: dict[str, CountryUse]
    homes: dict[str, CountryHomes]
    elsewhere: CountryHomes


def use_of_country(country: str | None) -> CountryUse | None:
    """Return what homes of a country use on average; reads a file at the first call."""
    return _table().uses.get(country) if country else None


@lru_cache(maxsize=16)
def kinds_of_homes(
    country: str | None,
) -> tuple[tuple[float, HouseholdProfile], ...]:
    """Return kinds of homes of a country with their shares, which sum to 1.

    What heats them depends on the dwelling; people, hot water and cooling are taken as
    independent.
    """
    table = _table()
    return tuple(_mixture(table.homes.get(country or "", table.elsewhere)))


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
    for (kind, one), (water, two), (cooling, three), (people, four) in kinds:
        for heat, five in _heating(homes, kind).items():
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


def _heating(homes: CountryHomes, dwelling: Dwelling) -> dict[Heating, float]:
    """Return what heats the homes of a kind."""
    flats = 1 - homes.detached - homes.attached
    electric = homes.electric_heating + homes.heat_pumps
    of_houses = electric / (1 - flats + homes.electric_flats * flats)
    if dwelling is Dwelling.APARTMENT_5PLUS:
        of_these = homes.electric_flats * of_houses
    else:
        of_these = of_houses
    more = of_these / electric if electric else 0.0
    return {
        Heating.ELECTRIC: homes.electric_heating * more,
        Heating.HEAT_PUMP: homes.heat_pumps * more,
        Heating.GAS: 1 - of_these,
    }


def _people(mean: float) -> dict[int, float]:
    """Return the two whole numbers around a mean with their shares."""
    fewer = int(mean)
    return {fewer: 1 - (mean - fewer), fewer + 1: mean - fewer}


def climate_of_country(country: str | None) -> Climate:
    """Return the climate of where most people of a country live."""
    heating, cooling = (
        degree_days_of_country(country) if country else None
    ) or _DEGREE_DAYS_ELSEWHERE
    # Only the sums of the year count here.
    return Climate((heating / MONTHS,) * MONTHS, (cooling / MONTHS,) * MONTHS)


@lru_cache(maxsize=1)
def _table() -> _Table:
    kept = json.loads(_FILE.read_text(encoding="utf-8"))
    countries = kept["countries"].items()
    return _Table(
        {country: _use(row, kept["source"]) for country, row in countries},
        {
            country: replace(
                CountryHomes(*row["home"]),
                electric_flats=row.get("electric_flats", 1.0),
            )
            for country, row in countries
        },
        CountryHomes(*kept["elsewhere"]),
    )


def _use(row: dict[str, Any], source: str) -> CountryUse:
    """Return the average of a row; by the table's own `source`, it is an estimate."""
    by_itself = row.get("source")
    said = by_itself or f"WattWise's estimate from the total of {source}"
    return CountryUse(row["kwh"], f"{said}, {row['year']}", by_itself is None)
