"""What a household said of itself; every question may stay unanswered."""

from dataclasses import dataclass
from enum import StrEnum


class Dwelling(StrEnum):
    """What people live in."""

    DETACHED = "detached"
    ATTACHED = "attached"
    APARTMENT_2_4 = "apartment_2_4"
    """In a building of two to four homes."""
    APARTMENT_5PLUS = "apartment_5plus"
    MOBILE_HOME = "mobile_home"


class Heating(StrEnum):
    """What gives most of the home's heat."""

    GAS = "gas"
    PROPANE = "propane"
    OIL = "oil"
    DISTRICT = "district"
    WOOD = "wood"
    HEAT_PUMP = "heat_pump"
    ELECTRIC = "electric"
    """Heaters, storage heaters, electric floors."""
    OTHER = "other"
    NONE = "none"


class HotWater(StrEnum):
    """What heats the hot water."""

    ELECTRIC = "electric"
    HEAT_PUMP = "heat_pump"
    FUEL = "fuel"
    """Gas, oil, wood or propane."""
    DISTRICT = "district"
    SOLAR = "solar"


class AirConditioning(StrEnum):
    """What cools the home."""

    NONE = "none"
    ROOM_UNITS = "room_units"
    CENTRAL = "central"


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdProfile:
    """Answers; None where a question was skipped."""

    dwelling: Dwelling | None = None
    floor_area_m2: float | None = None
    occupants: int | None = None
    heating: Heating | None = None
    hot_water: HotWater | None = None
    air_conditioning: AirConditioning | None = None

    electric_heaters: bool | None = None
    """Whether some rooms have electric heaters beside the main heating."""
    rooms: int | None = None
    """Without bathrooms."""
    televisions: int | None = None
    year_built: int | None = None
    electric_dryer: bool | None = None
    car_km_per_year: float | None = None
    """How far an electric car is driven in a year that is charged at home; 0 without one."""
