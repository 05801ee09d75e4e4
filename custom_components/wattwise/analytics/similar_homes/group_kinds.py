"""Which homes a group can have, by what they are."""

from typing import Final

from .expected_use import HouseholdGroup
from .household_profile import Dwelling, Heating, HotWater, HouseholdProfile

APARTMENTS: Final = frozenset(
    {HouseholdGroup.SMALL_APARTMENT, HouseholdGroup.ELECTRIC_APARTMENT}
)
_ELECTRIC: Final = frozenset(
    {
        HouseholdGroup.ELECTRIC_APARTMENT,
        HouseholdGroup.SMALL_ELECTRIC_HOUSE,
        HouseholdGroup.LARGE_ELECTRIC_HOUSE,
    }
)
_FLATS: Final = frozenset({Dwelling.APARTMENT_2_4, Dwelling.APARTMENT_5PLUS})
_NOT_ELECTRIC_WATER: Final = frozenset(
    {HotWater.FUEL, HotWater.DISTRICT, HotWater.SOLAR}
)


def is_apartment(dwelling: Dwelling) -> bool:
    """Return whether a dwelling is one of several in a building."""
    return dwelling in _FLATS


def agrees(
    group: HouseholdGroup, profile: HouseholdProfile, *, by_heat: bool = False
) -> bool:
    """Return whether no answer says that a home is none of a group.

    An apartment is in no group of houses. `by_heat`, groups that are called electric have
    no home, either, that said of its heating and of its hot water that they are not.
    """
    dwelling, heating = profile.dwelling, profile.heating
    if dwelling is not None and is_apartment(dwelling) != (group in APARTMENTS):
        return False
    return not (
        by_heat
        and group in _ELECTRIC
        and heating not in {None, Heating.ELECTRIC, Heating.HEAT_PUMP}
        and profile.hot_water in _NOT_ELECTRIC_WATER
    )
