"""What a dryer and an electric car add, which the survey could not tell."""

from dataclasses import dataclass
from typing import Final

from .household_profile import HouseholdProfile

_DRYER_KWH: Final = 740
"""Of a US home with an electric dryer, in a year: 65 billion kWh of all of them in 2022
(EIA, "How is electricity used in U.S. homes?") in about 88 million homes."""
_HOMES_WITH_DRYER: Final = 0.5
"""A similar home has one or has none: about half of them do. An assumption."""
_KWH_PER_KM: Final = 0.19
"""Of an electric car at the plug, with what charging loses: an assumption; tests of cars
find 0.15 to 0.25. Homes with one charged 2,363 kWh in the USA in 2020 (EIA, RECS 2020, as
told by the US Department of Energy, fact of the week 1307): 12,400 km at that."""


@dataclass(frozen=True, slots=True)
class AddedUse:
    """How one answer moves the expectation by an amount."""

    question: str
    """The field of `HouseholdProfile`."""
    kwh: float
    """In a year, at the home's own level: add it after `Level.factor`; below 0 without."""


def added_use(
    profile: HouseholdProfile, *, unmetered_car: float = 1.0, factor: float = 1.0
) -> tuple[AddedUse, ...]:
    """Return what is added to the expectation of a year; nothing for skipped questions.

    A factor brings a dryer to the level of the country. Of the car counts the part of the
    time [0..1] that no meter of its own was there: take that meter out of the measured
    use of the rest.
    """
    added = []
    if profile.electric_dryer is not None:
        has_one = 1.0 if profile.electric_dryer else 0.0
        added.append(
            AddedUse(
                "electric_dryer", (has_one - _HOMES_WITH_DRYER) * _DRYER_KWH * factor
            )
        )
    if car_kwh := (profile.car_km_per_year or 0.0) * _KWH_PER_KM * unmetered_car:
        added.append(AddedUse("car_km_per_year", car_kwh))
    return tuple(added)
