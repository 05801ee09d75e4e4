"""The measured quantities WattWise knows, and the units they may arrive in.

Inside WattWise every value is in the quantity's base unit: W, Wh, V, A, Hz, a
ratio for power factor, % for load, and money per kWh for a price. Conversion
happens once, where a payload or an entity is decoded.
"""

from enum import StrEnum
from typing import Final


class Quantity(StrEnum):
    """A physical quantity; its base unit is in `BASE_UNIT`."""

    POWER = "power"
    ENERGY = "energy"
    VOLTAGE = "voltage"
    CURRENT = "current"
    FREQUENCY = "frequency"
    POWER_FACTOR = "power_factor"
    LOAD = "load"
    PRICE = "price"


BASE_UNIT: Final[dict[Quantity, str]] = {
    Quantity.POWER: "W",
    Quantity.ENERGY: "Wh",
    Quantity.VOLTAGE: "V",
    Quantity.CURRENT: "A",
    Quantity.FREQUENCY: "Hz",
    Quantity.POWER_FACTOR: "1",
    Quantity.LOAD: "%",
    Quantity.PRICE: "1/kWh",
}

# Factor from a unit to the quantity's base unit. Watt minutes are what the first
# generation of Shelly relays count in.
_FACTORS: Final[dict[Quantity, dict[str, float]]] = {
    Quantity.POWER: {"mW": 1e-3, "W": 1.0, "kW": 1e3, "MW": 1e6, "GW": 1e9},
    Quantity.ENERGY: {
        "Wmin": 1 / 60,
        "J": 1 / 3600,
        "kJ": 1 / 3.6,
        "MJ": 1e3 / 3.6,
        "GJ": 1e6 / 3.6,
        "mWh": 1e-3,
        "Wh": 1.0,
        "kWh": 1e3,
        "MWh": 1e6,
        "GWh": 1e9,
    },
    Quantity.VOLTAGE: {"mV": 1e-3, "V": 1.0, "kV": 1e3},
    Quantity.CURRENT: {"mA": 1e-3, "A": 1.0, "kA": 1e3},
    Quantity.FREQUENCY: {"mHz": 1e-3, "Hz": 1.0, "kHz": 1e3},
    Quantity.POWER_FACTOR: {"": 1.0, "1": 1.0, "%": 1e-2},
    Quantity.LOAD: {"": 1.0, "%": 1.0},
    Quantity.PRICE: {"1/kWh": 1.0, "1/MWh": 1e-3, "1/Wh": 1e3},
}


class Channel(StrEnum):
    """One measured quantity of a meter.

    Import is energy taken from the grid or used by an appliance; export is energy
    fed into the grid or produced. Power is positive in the direction of import,
    except for production meters, whose power is positive while they produce.
    """

    POWER = "power"
    ENERGY_IMPORT = "energy_import"
    ENERGY_EXPORT = "energy_export"
    VOLTAGE_L1 = "voltage_l1"
    VOLTAGE_L2 = "voltage_l2"
    VOLTAGE_L3 = "voltage_l3"
    CURRENT_L1 = "current_l1"
    CURRENT_L2 = "current_l2"
    CURRENT_L3 = "current_l3"
    CURRENT_N = "current_n"
    FREQUENCY = "frequency"
    POWER_FACTOR = "power_factor"
    LOAD = "load"
    PRICE = "price"

    @property
    def quantity(self) -> Quantity:
        """The physical quantity this channel carries."""
        return _QUANTITY_OF[self]

    @property
    def is_energy(self) -> bool:
        """Whether the channel counts energy instead of showing a momentary state."""
        return _QUANTITY_OF[self] is Quantity.ENERGY


_QUANTITY_OF: Final[dict[Channel, Quantity]] = {
    Channel.POWER: Quantity.POWER,
    Channel.ENERGY_IMPORT: Quantity.ENERGY,
    Channel.ENERGY_EXPORT: Quantity.ENERGY,
    Channel.VOLTAGE_L1: Quantity.VOLTAGE,
    Channel.VOLTAGE_L2: Quantity.VOLTAGE,
    Channel.VOLTAGE_L3: Quantity.VOLTAGE,
    Channel.CURRENT_L1: Quantity.CURRENT,
    Channel.CURRENT_L2: Quantity.CURRENT,
    Channel.CURRENT_L3: Quantity.CURRENT,
    Channel.CURRENT_N: Quantity.CURRENT,
    Channel.FREQUENCY: Quantity.FREQUENCY,
    Channel.POWER_FACTOR: Quantity.POWER_FACTOR,
    Channel.LOAD: Quantity.LOAD,
    Channel.PRICE: Quantity.PRICE,
}

# What a meter can measure. The price is a channel of the household.
METER_CHANNELS: Final = tuple(c for c in Channel if c is not Channel.PRICE)


class UnknownUnitError(Exception):
    """The unit cannot be converted to the quantity's base unit."""

    def __init__(self, quantity: Quantity, unit: str) -> None:
        """Name the unit and those that would do."""
        known = ", ".join(repr(name) for name in _FACTORS[quantity])
        super().__init__(f"{unit!r} is not a unit of {quantity} (known: {known})")
        self.quantity = quantity
        self.unit = unit


def known_units(quantity: Quantity) -> tuple[str, ...]:
    """Return the units in which values of the quantity may arrive."""
    return tuple(_FACTORS[quantity])


def to_base_unit(value: float, quantity: Quantity, unit: str | None) -> float:
    """Convert a value to the quantity's base unit.

    Raises UnknownUnitError for a unit of another quantity.
    """
    try:
        return value * _FACTORS[quantity][unit or ""]
    except KeyError:
        raise UnknownUnitError(quantity, unit or "") from None
