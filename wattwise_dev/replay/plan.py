"""What is replayed: which house, when, how fast, and what goes wrong meanwhile."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

HOUSEHOLD: Final = "family"
HOUSEHOLD_METER: Final = "grid"
# A Wednesday with sun: energy flows in both directions.
DAY: Final = date(2026, 6, 17)
SEED: Final = 7
# A meter that has been there for some months; its counters are numbers of single
# precision, which is finer than a watt hour up to 8,000 kWh.
FIRST_IMPORT_KWH: Final = 1_234.5
FIRST_EXPORT_KWH: Final = 987.6
# Counters rise faster than any connection allows, as fast as the house is replayed.
CONTRACTED_POWER_KW: Final = 1_000


class Fault(StrEnum):
    """What goes wrong."""

    BROKER = "broker restart"
    HTTP = "HTTP outage"
    NODE = "node reboot"


# When each begins, as a share of the replay. The node, which keeps no readings, is away
# in the evening: at this speed, an hour's feed-in is more than a home can feed in within
# the outage, and WattWise would rightly not believe it.
FAULTS: Final = {Fault.BROKER: 0.2, Fault.HTTP: 0.5, Fault.NODE: 5 / 6}


@dataclass(frozen=True, slots=True)
class Plan:
    """How the house is replayed."""

    hours: float = 24.0
    """How much of the house's time."""
    speed: float = 100.0
    """How much faster than the clock."""
    first_hour: float = 0.0
    """When it begins, on the house's clock."""
    step_s: int = 10
    """Time between two samples, on the house's clock [s]."""
    outage_s: float = 20.0
    """How long each fault lasts, on our clock [s]."""

    @property
    def seconds(self) -> float:
        """How long it takes [s]."""
        return self.hours * 3600 / self.speed

    @property
    def period_s(self) -> float:
        """Time between two samples, on our clock [s]."""
        return self.step_s / self.speed
