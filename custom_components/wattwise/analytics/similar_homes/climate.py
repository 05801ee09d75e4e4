"""How much a year at some place asks for heating and cooling."""

from dataclasses import dataclass
from typing import Final

BASE_C: Final = 18.3
"""Degree days count from here [°C]: 65 °F, as in the survey that was learnt from."""


@dataclass(frozen=True, slots=True)
class Climate:
    """Degree days of an average year."""

    heating: tuple[float, ...]
    """Of the twelve months, January first [K d], base `BASE_C`."""
    cooling: tuple[float, ...]
    """Of the twelve months, January first [K d], base `BASE_C`."""

    @property
    def heating_year(self) -> float:
        """Heating degree days of the year [K d]."""
        return sum(self.heating)

    @property
    def cooling_year(self) -> float:
        """Cooling degree days of the year [K d]."""
        return sum(self.cooling)
