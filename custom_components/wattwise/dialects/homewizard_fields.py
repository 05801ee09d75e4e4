"""What HomeWizard meters measure, under the names of the newer of their interfaces."""

from collections.abc import Mapping
from dataclasses import replace
import re
from typing import Any, Final

from ..metering.profile import MeterRole
from ..metering.quantity import Channel
from .contract.circuit import Circuit, Formula
from .contract.dialect import DeviceIdentity
from .contract.field import Decoded
from .contract.hardware_address import hardware_address
from .field_reader import as_text, tell
from .formula_choice import (
    CURRENTS,
    PHASES,
    VOLTAGES,
    Fields,
    meters,
    single,
    sum_told,
)

_PRODUCT: Final = re.compile(r"(?:HWE|SDM)[\w-]+")
_WATER_METER: Final = "HWE-WTR"

_TARIFFS: Final = (1, 2, 3, 4)
_FIELD: Final = re.compile(
    r"energy_(?:import|export)(?:_t[1-4])?_kwh"
    r"|(?:power(?:_l[123])?)_w"
    r"|(?:voltage(?:_l[123])?)_v"
    r"|(?:current(?:_l[123])?)_a"
    r"|frequency_hz|power_factor(?:_l[123])?"
    r"|state_of_charge_pct|smr_version|protocol_version"
)
_UNITS: Final[dict[str, str]] = {
    "kwh": "kWh",
    "w": "W",
    "v": "V",
    "a": "A",
    "hz": "Hz",
    "pct": "%",
    "factor": "1",
}
# Only what hangs on a smart meter's P1 port says which version that speaks.
_AT_THE_GRID: Final = ("smr_version", "protocol_version")
_BATTERY: Final = "state_of_charge_pct"


def identity_of(body: Mapping[str, Any]) -> DeviceIdentity | None:
    """Return which meter introduces itself; None for anything else, also for water."""
    product = as_text(body.get("product_type"))
    serial = as_text(body.get("serial"))
    if not serial or product == _WATER_METER or not _PRODUCT.fullmatch(product):
        return None
    return DeviceIdentity(
        hardware_address(serial) or serial,
        as_text(body.get("product_name"), product),
        product,
        "HomeWizard",
        as_text(body.get("firmware_version")),
    )


def tell_measurement(
    decoded: Decoded, body: Mapping[str, Any], time_ms: int | None
) -> None:
    """Add what a measurement says, under either interface's names."""
    for name, raw in body.items():
        key = name.replace("total_power_", "energy_", 1).removeprefix("active_")
        if _FIELD.fullmatch(key):
            unit = "1" if "factor" in key else _UNITS.get(key.rpartition("_")[2])
            tell(decoded, key, raw, unit, time_ms)


def circuits_of(fields: Fields) -> list[Circuit]:
    """Return the one meter that the device is."""
    at_the_grid = any(key in fields for key in _AT_THE_GRID)
    choices = {
        Channel.POWER: single(fields, "power_w")
        or sum_told(fields, (f"power_l{phase}_w" for phase in PHASES)),
        Channel.ENERGY_IMPORT: _energy(fields, "import"),
        Channel.ENERGY_EXPORT: _energy(fields, "export"),
        Channel.FREQUENCY: single(fields, "frequency_hz"),
        Channel.POWER_FACTOR: single(fields, "power_factor"),
    }
    for phase, voltage, current in zip(PHASES, VOLTAGES, CURRENTS, strict=True):
        choices[voltage] = single(fields, f"voltage_l{phase}_v")
        choices[current] = single(fields, f"current_l{phase}_a")
    if not any(choices[voltage] for voltage in VOLTAGES):
        choices[Channel.VOLTAGE_L1] = single(fields, "voltage_v")
    if not any(choices[current] for current in CURRENTS):
        # Beside currents of phases this one is their sum.
        choices[Channel.CURRENT_L1] = single(fields, "current_a")
    role = MeterRole.GRID if at_the_grid else None
    if _BATTERY in fields:
        role = MeterRole.BATTERY
    circuits = meters("", choices, role=role)
    given = choices[Channel.ENERGY_EXPORT]
    if given is None or at_the_grid or any(fields[key].value for key in given.keys):
        return circuits
    # An appliance gives nothing back; who measures a roof has the counter from its
    # first day, when it is still zero.
    used = meters("", {**choices, Channel.ENERGY_EXPORT: None}, role=role)
    return [
        replace(appliance, supply_channels=circuit.channels)
        for appliance, circuit in zip(used, circuits, strict=True)
    ]


def _energy(fields: Fields, direction: str) -> Formula | None:
    """Return the total, or what makes it up: old firmware tells only tariffs."""
    tariffs = (f"energy_{direction}_t{tariff}_kwh" for tariff in _TARIFFS)
    return single(fields, f"energy_{direction}_kwh") or sum_told(fields, tariffs)
