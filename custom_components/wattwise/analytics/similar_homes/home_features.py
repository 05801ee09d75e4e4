"""What is known of a home as numbers that a regression on the logarithm of its use takes.

A *component* is one number, such as the logarithm of the floor area. A *feature* is a
product of components, written `electric_heat*cold`: electric heating counts for more
where it is cold. What follows from a skipped question is missing, not guessed.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from math import exp, log
from typing import Final

from .climate import Climate
from .household_profile import (
    AirConditioning,
    Dwelling,
    Heating,
    HotWater,
    HouseholdProfile,
)

CLIMATE: Final = "climate"
"""Beside the fields of `HouseholdProfile`, the one thing that nobody is asked."""

# How much of electric heat it is. The survey's electric homes are a mixture of heaters and
# some heat pumps; these shares follow from the usual seasonal performance, not from it.
_ELECTRIC_HEAT: Final = {Heating.ELECTRIC: 1.0, Heating.HEAT_PUMP: 0.5}
_ELECTRIC_WATER: Final = {HotWater.ELECTRIC: 1.0, HotWater.HEAT_PUMP: 0.35}

# Beyond what is common in the survey, more of the same says nothing more.
_FLOOR_AREAS: Final = (30.0, 600.0)
_OCCUPANTS: Final = (1.0, 8.0)
_ROOMS: Final = (1.0, 13.0)
_TELEVISIONS: Final = (0.0, 6.0)
_HEATING_DAYS: Final = (0.0, 5500.0)
_COOLING_DAYS: Final = (0.0, 3700.0)

# How far the likeness of places reaches, in thousands of degree days; a day of cooling
# tells more than one of heating.
_REACH: Final = 0.5
_COOLING_STRETCH: Final = 1.5

type Place = tuple[float, float]
"""Heating and cooling degree days of a year [K d]."""


def places_apart(place: Place) -> Place:
    """Return a place where distances are what makes places unlike."""
    heating, cooling = place
    return heating / 1000, _COOLING_STRETCH * cooling / 1000


def components(
    profile: HouseholdProfile, climate: Climate | None, places: Sequence[Place]
) -> dict[str, float]:
    """Return what is known, by name. `places` are those that others are likened to."""
    known: dict[str, float] = {}
    if profile.dwelling is not None:
        known |= _of_dwelling(profile.dwelling)
    if profile.floor_area_m2 is not None:
        known["area"] = log(_within(profile.floor_area_m2, _FLOOR_AREAS) / 150)
    if profile.occupants is not None:
        known["people"] = log(_within(profile.occupants, _OCCUPANTS) / 2.2)
    if profile.heating is not None:
        known |= _of_heating(profile.heating, profile.electric_heaters)
    if profile.hot_water is not None:
        known["electric_water"] = _ELECTRIC_WATER.get(profile.hot_water, 0) - 0.46
    if profile.air_conditioning is not None:
        kind = profile.air_conditioning
        known["central_cooling"] = (kind is AirConditioning.CENTRAL) - 0.67
        known["room_cooling"] = (kind is AirConditioning.ROOM_UNITS) - 0.2
    if profile.rooms is not None:
        known["rooms"] = log(_within(profile.rooms, _ROOMS) / 6)
    if profile.televisions is not None:
        known["televisions"] = log((_within(profile.televisions, _TELEVISIONS) + 1) / 3)
    if climate is not None:
        known |= _of_climate(climate.heating_year, climate.cooling_year, places)
    return known


def feature_values(
    names: Sequence[str], known: Mapping[str, float]
) -> list[float | None]:
    """Return the features of these names; None where a component is not known."""
    return [_product(_parts(name), known) for name in names]


def questions_of(feature: str) -> frozenset[str]:
    """Return the questions a feature follows from."""
    return frozenset(_question_of(part) for part in _parts(feature))


@cache
def _parts(feature: str) -> tuple[str, ...]:
    return tuple(feature.split("*"))


def _product(parts: Sequence[str], known: Mapping[str, float]) -> float | None:
    product = 1.0
    for part in parts:
        value = known.get(part)
        if value is None:
            return None
        product *= value
    return product


_QUESTIONS: Final = {
    "attached": "dwelling",
    "small_building": "dwelling",
    "large_building": "dwelling",
    "apartment": "dwelling",
    "mobile_home": "dwelling",
    "area": "floor_area_m2",
    "people": "occupants",
    "electric_heat": "heating",
    "propane": "heating",
    "oil": "heating",
    "wood": "heating",
    "unheated": "heating",
    "heaters": "electric_heaters",
    "electric_water": "hot_water",
    "central_cooling": "air_conditioning",
    "room_cooling": "air_conditioning",
    "rooms": "rooms",
    "televisions": "televisions",
}


def _question_of(component: str) -> str:
    return _QUESTIONS.get(component, CLIMATE)


def _of_dwelling(dwelling: Dwelling) -> dict[str, float]:
    small = dwelling is Dwelling.APARTMENT_2_4
    large = dwelling is Dwelling.APARTMENT_5PLUS
    return {
        "attached": float(dwelling is Dwelling.ATTACHED),
        "small_building": float(small),
        "large_building": float(large),
        "apartment": (small or large) - 0.2,
        "mobile_home": float(dwelling is Dwelling.MOBILE_HOME),
    }


def _of_heating(heating: Heating, heaters: bool | None) -> dict[str, float]:
    electric = _ELECTRIC_HEAT.get(heating, 0.0)
    known = {
        "electric_heat": electric - 0.34,
        "propane": float(heating is Heating.PROPANE),
        "oil": float(heating is Heating.OIL),
        "wood": float(heating is Heating.WOOD),
        "unheated": float(heating is Heating.NONE),
    }
    if electric:
        # There, more heaters change nothing: all of the heat is electric.
        known["heaters"] = 0.0
    elif heaters is not None:
        known["heaters"] = float(heaters)
    return known


def _of_climate(
    heating: float, cooling: float, places: Sequence[Place]
) -> dict[str, float]:
    heating = _within(heating, _HEATING_DAYS)
    cooling = _within(cooling, _COOLING_DAYS)
    known = {
        "cold": heating / 1000 - 2,
        "very_cold": max(heating / 1000 - 2.3, 0),
        "warm": cooling / 1000 - 0.9,
        "not_cool": max(cooling / 1000 - 0.6, 0) - 0.4,
    }
    here = places_apart((heating, cooling))
    for number, place in enumerate(places):
        there = places_apart(place)
        away = (here[0] - there[0]) ** 2 + (here[1] - there[1]) ** 2
        known[f"place_{number}"] = exp(-away / (2 * _REACH**2))
    return known


def _within(value: float, limits: tuple[float, float]) -> float:
    return min(max(value, limits[0]), limits[1])
