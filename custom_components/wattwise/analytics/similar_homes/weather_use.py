"""What electric heating and air conditioning take, from the size of a home and degree days.

Outside the survey's country the weather's part is this physics, not a ratio: ratios of US
homes would add as much cooling in Oslo as in Athens.
"""

from typing import Final

from .climate import Climate
from .household_profile import (
    AirConditioning,
    Dwelling,
    Heating,
    HouseholdProfile,
)

_HEAT_OF_HOUSE: Final = 0.024
"""Heat of a detached house with electric heating [kWh/(m² K d)], base 18.3 °C. From what a
Swedish utility (Tekniska verken) tells of houses: 20,000 to 25,000 kWh a year with
electric heating and hot water, 5,000 without, here of 130 m² and 4,100 K d."""
_RELATIVE_HEAT: Final = {
    Dwelling.DETACHED: 1.0,
    Dwelling.ATTACHED: 0.7,
    Dwelling.APARTMENT_2_4: 0.86,
    Dwelling.APARTMENT_5PLUS: 0.62,
    Dwelling.MOBILE_HOME: 1.8,
}
"""Of a square metre, beside a detached house: 1,086 electric homes of the survey."""
_PERFORMANCE: Final = 2.8
"""Heat by electricity of a heat pump in a year: the mean of heat pumps from the air in a
field test (Fraunhofer ISE); those from the ground reached 3.7 there."""
_ELECTRIC: Final = {Heating.ELECTRIC: 1.0, Heating.HEAT_PUMP: 1 / _PERFORMANCE}
_OF_HEATERS: Final = 0.05
"""Of the heat, where electric heaters stand beside another heating: homes of the survey
that have some use as much more."""
_COLD: Final = {
    AirConditioning.NONE: 0.0,
    AirConditioning.ROOM_UNITS: 0.004,
    AirConditioning.CENTRAL: 0.008,
}
"""Electricity for cooling [kWh/(m² K d)]. The survey's homes take 0.007 and 0.010 where it
is seldom hot; elsewhere fewer rooms are cooled for fewer hours. An assumption."""
# As far as the survey's homes go.
_AREAS: Final = (20.0, 600.0)


def heating_kwh(profile: HouseholdProfile, climate: Climate) -> float:
    """Return the electricity for heat in a year [kWh]; area and dwelling are known."""
    electric = _ELECTRIC.get(profile.heating, 0.0) if profile.heating else 0.0
    if not electric and profile.electric_heaters:
        electric = _OF_HEATERS
    assert profile.dwelling is not None
    of_area = _HEAT_OF_HOUSE * _RELATIVE_HEAT[profile.dwelling]
    return electric * of_area * _area(profile) * climate.heating_year


def cooling_kwh(profile: HouseholdProfile, climate: Climate) -> float:
    """Return the electricity for cooling in a year [kWh]; the area is known."""
    kind = profile.air_conditioning or AirConditioning.NONE
    return _COLD[kind] * _area(profile) * climate.cooling_year


def _area(profile: HouseholdProfile) -> float:
    assert profile.floor_area_m2 is not None
    return min(max(profile.floor_area_m2, _AREAS[0]), _AREAS[1])
