"""What a simulated household consists of."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Protocol

from .errors import unknown
from .living_day import LivingDay
from .presence import Routine
from .randomness import FloatArray
from .site import Site


class Appliance(Protocol):
    """Something that uses, or makes, electricity."""

    @property
    def name(self) -> str:
        """What it is called; also names its random numbers."""

    @property
    def phase(self) -> int | None:
        """The phase it hangs on, from 0; None for all of them."""

    @property
    def power_factor(self) -> float:
        """Share of its apparent power that is real."""

    def power(self, day: LivingDay) -> FloatArray:
        """Return its power [W] in each second of a day, never negative."""


class MeterKind(StrEnum):
    """Where in a household a meter sits."""

    GRID = "grid"
    PRODUCTION = "production"
    APPLIANCE = "appliance"


POWER: Final = "power"
ENERGY_IMPORT: Final = "energy_import"
ENERGY_EXPORT: Final = "energy_export"


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter of a household and what its counters showed on the first day."""

    key: str
    kind: MeterKind
    import_kwh: float = 0.0
    export_kwh: float = 0.0

    @property
    def counters(self) -> tuple[str, ...]:
        """The channels that count energy [kWh]."""
        match self.kind:
            case MeterKind.GRID:
                return ENERGY_IMPORT, ENERGY_EXPORT
            case MeterKind.PRODUCTION:
                return (ENERGY_EXPORT,)
            case MeterKind.APPLIANCE:
                return (ENERGY_IMPORT,)

    def channels(self, phases: int) -> tuple[str, ...]:
        """Return what the meter measures in a house with so many phases."""
        channels = (POWER, *self.counters)
        if self.kind is not MeterKind.GRID:
            return channels
        numbers = range(1, phases + 1)
        return (
            *channels,
            *(f"voltage_l{number}" for number in numbers),
            *(f"current_l{number}" for number in numbers),
            "frequency",
            "power_factor",
        )


@dataclass(frozen=True, slots=True)
class Household:
    """A home or facility: its place, its people, its appliances and its meters.

    Appliance meters carry the name of the appliance they measure. The grid meter
    measures all appliances less what is produced.
    """

    name: str
    description: str
    site: Site
    routine: Routine
    phases: int
    contracted_power_w: float
    appliances: tuple[Appliance, ...]
    producers: tuple[Appliance, ...]
    meters: tuple[Meter, ...]
    counters_start: date = date(2026, 1, 1)
    """The living day on which the counters showed the meters' start readings."""

    @property
    def time_zone(self) -> str:
        """The name of the time zone it lives by."""
        return self.site.time_zone

    @property
    def latitude(self) -> float:
        """Degrees, north positive."""
        return self.site.latitude

    def meter(self, key: str) -> Meter:
        """Return a meter; raises SimulatorError when the household lacks it."""
        for meter in self.meters:
            if meter.key == key:
                return meter
        choices = (meter.key for meter in self.meters)
        raise unknown(f"meter of '{self.name}'", key, choices)

    def living_day(self, seed: int, day: date) -> LivingDay:
        """Return a day of the household."""
        return LivingDay(self.name, seed, day, self.site, self.routine)
