"""What is forecast of a household: its consumption, its production, chosen meters."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..household import Household
from ..metering.profile import MeterRole

CONSUMPTION: Final = "consumption"
PRODUCTION: Final = "production"


class SeriesKind(StrEnum):
    """What a series is like, which decides how it is forecast."""

    CONSUMPTION = CONSUMPTION
    """What the home uses: much as other homes do."""
    PRODUCTION = PRODUCTION
    """What the sun gives, which knows no daylight saving."""
    APPLIANCE = "appliance"
    """What one appliance uses, or a part of the home."""


@dataclass(frozen=True, slots=True)
class ForecastSeries:
    """One series of energy: `key` is what it is kept under and asked for by.

    `meter` is the subentry's id where the series is that of one meter.
    """

    key: str
    kind: SeriesKind
    meter: str | None = None


def household_series(
    household: Household, chosen_meters: frozenset[str] = frozenset()
) -> list[ForecastSeries]:
    """Return what is forecast of a household, of whose meters some were chosen."""
    found = []
    if household.has_role(MeterRole.GRID) or household.has_role(MeterRole.APPLIANCE):
        found.append(ForecastSeries(CONSUMPTION, SeriesKind.CONSUMPTION))
    if household.has_role(MeterRole.PRODUCTION):
        found.append(ForecastSeries(PRODUCTION, SeriesKind.PRODUCTION))
    for key, meter in household.meters.items():
        if key not in chosen_meters:
            continue
        match meter.profile.role:
            case MeterRole.PRODUCTION:
                kind = SeriesKind.PRODUCTION
            case MeterRole.APPLIANCE:
                kind = SeriesKind.APPLIANCE
            case _:
                # The grid's is what the home makes of it, a battery's what it is told.
                continue
        found.append(ForecastSeries(key, kind, key))
    return found
