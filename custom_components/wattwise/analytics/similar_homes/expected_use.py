"""What homes with the same answers use in a year."""

from dataclasses import dataclass
from enum import StrEnum


class HouseholdGroup(StrEnum):
    """Groups of homes that are alike, by what decides about their electricity."""

    SMALL_APARTMENT = "small_apartment"
    ELECTRIC_APARTMENT = "electric_apartment"
    SMALL_HOUSE = "small_house"
    HOUSE_OTHER_HEAT = "house_other_heat"
    ELECTRIC_HOUSE_WARM = "electric_house_warm"
    ELECTRIC_HOUSE_COLD = "electric_house_cold"


@dataclass(frozen=True, slots=True)
class Effect:
    """How much one answer moves the expectation."""

    question: str
    """The field of `HouseholdProfile`, or `climate`."""
    factor: float
    """1.2 means a fifth more than the average home of the survey."""


@dataclass(frozen=True, slots=True)
class ExpectedUse:
    """The use of similar homes in a year [kWh]: never one number only."""

    group: HouseholdGroup
    median_kwh: float
    quantiles_kwh: tuple[tuple[float, float], ...]
    """(level, kWh), levels rising, at least 0.05, 0.1, 0.2, ... 0.9, 0.95."""
    effects: tuple[Effect, ...]
    heating_kwh: float
    """The part of `median_kwh` that follows heating degree days."""
    cooling_kwh: float
    """The part of `median_kwh` that follows cooling degree days."""
