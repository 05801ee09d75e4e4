"""What the demo home is: its place, its connection and its meters."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from wattwise_dev.home_assistant import Place

HOUSEHOLD: Final = "family"
SEED: Final = 7
# Four reports in the minute of the power that a person looks at, as real meters send.
INTERVAL_S: Final = 5

PLACE: Final = Place(
    name="Demo home",
    country="AT",
    currency="EUR",
    time_zone="Europe/Vienna",
    latitude=48.2,
    longitude=16.4,
)

HOUSEHOLD_ANSWERS: Final[dict[str, Any]] = {
    "name": "Demo home",
    "country": PLACE.country,
    "currency": PLACE.currency,
    "nominal_voltage": "230",
    "phases": "3",
    "contracted_power": 17.25,
    "tariff": "flat",
    "price": 0.29,
}


class Transport(StrEnum):
    """How the readings of a meter come to WattWise."""

    PUSH = "push"
    ENTITIES = "entities"


@dataclass(frozen=True, slots=True)
class DemoMeter:
    """A meter of the demo home."""

    key: str
    """Its name in the simulated household."""
    name: str
    role: str
    transport: Transport = Transport.PUSH


GRID: Final = DemoMeter("grid", "Grid", "grid")
SOLAR: Final = DemoMeter("pv", "Solar", "production")
WATER_HEATER: Final = DemoMeter("water_heater", "Water heater", "appliance")
AIR_CONDITIONER: Final = DemoMeter(
    "ac", "Air conditioner", "appliance", Transport.ENTITIES
)
METERS: Final = (GRID, SOLAR, WATER_HEATER, AIR_CONDITIONER)
