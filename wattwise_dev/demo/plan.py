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

# What the family answers when it is asked about its home.
PROFILE_ANSWERS: Final[dict[str, Any]] = {
    "dwelling": "detached",
    "floor_area_m2": 150,
    "occupants": 4,
    "heating": "heat_pump",
    "hot_water": "electric",
    "air_conditioning": "room_units",
    "rooms": 6,
    "televisions": 2,
    "electric_dryer": "no",
    "electric_heaters": "no",
}


class Transport(StrEnum):
    """How the readings of a meter come to WattWise."""

    MQTT = "mqtt"
    PUSH = "push"
    HTTP = "http"
    ESPHOME = "esphome"
    ENTITIES = "entities"
    """Sensors of some other integration, where there can be no ESPHome node."""


@dataclass(frozen=True, slots=True)
class DemoMeter:
    """A meter of the demo home."""

    key: str
    """Its name in the simulated household."""
    name: str
    role: str
    transport: Transport
    phase: int | None = None
    """The phase an appliance hangs on, from 1 on."""


GRID: Final = DemoMeter("grid", "Grid", "grid", Transport.MQTT)
SOLAR: Final = DemoMeter("pv", "Solar", "production", Transport.PUSH)
WATER_HEATER: Final = DemoMeter(
    "water_heater", "Water heater", "appliance", Transport.HTTP, phase=2
)
AIR_CONDITIONER: Final = DemoMeter(
    "ac", "Air conditioner", "appliance", Transport.ESPHOME, phase=1
)
METERS: Final = (GRID, SOLAR, WATER_HEATER, AIR_CONDITIONER)
