"""What Tasmota says of its sensors, and which circuits that makes.

Counters that begin anew each day (Today, Yesterday, Period) are left alone, and so is
the time of a message: it is local, without saying where.
"""

from collections.abc import Mapping
import re
from typing import Any, Final

from ..metering.quantity import Channel
from ..metering.reading import Refusal
from .contract.circuit import Circuit, Formula
from .contract.field import Decoded, RefusedField
from .contract.number import parse_json
from .field_reader import as_object
from .formula_choice import (
    CURRENTS,
    PHASES,
    VOLTAGES,
    Fields,
    meters,
    single,
    sum_of_all,
)
from .tasmota_reading_head import decode_reading_head, reading_head_circuits

_UNITS: Final = {
    "Total": "kWh",
    "ExportActive": "kWh",
    "Power": "W",
    "Factor": "1",
    "Frequency": "Hz",
    "Voltage": "V",
    "Current": "A",
}
# Old firmware writes values that it does not have like this, which is no JSON.
_BARE_NAN: Final = re.compile(
    r"(?<=[:,\[])\s*-?(?:nan|inf)(?=\s*[,\]}])", re.IGNORECASE
)


def decode_sensors(body: object) -> Decoded:
    """Return the values of sensors: as they come alone, or in answer to a status."""
    decoded = Decoded()
    message = as_object(body)
    sensors = message.get("StatusSNS") or message.get("sn") or message
    for group, values in as_object(sensors).items():
        if not isinstance(values, Mapping):
            continue
        if group == "ENERGY":
            _decode_energy(values, decoded)
        else:
            decode_reading_head(group, values, decoded)
    return decoded


def decode_sensor_message(payload: str) -> Decoded:
    """Return the values of a message; what is no JSON, nor nearly so, is refused."""
    body = parse_json(_BARE_NAN.sub("null", payload))
    if not isinstance(body, Mapping):
        return Decoded(refused=[RefusedField("", Refusal.MALFORMED)])
    return decode_sensors(body)


def _decode_energy(values: Mapping[str, Any], decoded: Decoded) -> None:
    for name, unit in _UNITS.items():
        value = values.get(name)
        if isinstance(value, list):
            for index, item in enumerate(value, 1):
                decoded.add(f"ENERGY.{name}.{index}", item, unit)
        elif name in values:
            decoded.add(f"ENERGY.{name}", value, unit)


def circuits(fields: Fields) -> list[Circuit]:
    """Return the circuits of the energy sensor, and of each reading head."""
    found = _energy_circuits(fields)
    groups = dict.fromkeys(key.partition(".")[0] for key in fields)
    for group in groups:
        if group != "ENERGY":
            found += reading_head_circuits(group, fields)
    return found


def _energy_circuits(fields: Fields) -> list[Circuit]:
    """Return the circuits of the energy sensor.

    Three voltages are the phases of one connection: that is what meters are for that
    measure three. Several channels at one voltage are circuits of their own; a counter
    for all of them together makes one more, of the device as a whole.
    """
    names = [key.removeprefix("ENERGY.") for key in fields if key.startswith("ENERGY.")]
    indices = sorted(
        {name.partition(".")[2] for name in names if "." in name}, key=_by_number
    )
    voltages = {name for name in names if name.startswith("Voltage.")}
    if not indices:
        return _one("", "", fields)
    if voltages == {f"Voltage.{phase}" for phase in PHASES}:
        return _together("", indices, fields)
    found = [c for index in indices for c in _one(index, f".{index}", fields)]
    if "Total" in names:
        found += _together("total", indices, fields)
    return found


def _one(key: str, suffix: str, fields: Fields) -> list[Circuit]:
    """Return the circuit of one channel; all share a voltage that is told once."""

    def own(name: str) -> Formula | None:
        return single(fields, f"ENERGY.{name}{suffix}")

    def shared(name: str) -> Formula | None:
        return own(name) or single(fields, f"ENERGY.{name}")

    return meters(
        key,
        {
            Channel.POWER: own("Power"),
            Channel.ENERGY_IMPORT: own("Total"),
            Channel.ENERGY_EXPORT: own("ExportActive"),
            Channel.VOLTAGE_L1: shared("Voltage"),
            Channel.CURRENT_L1: own("Current"),
            Channel.FREQUENCY: shared("Frequency"),
            Channel.POWER_FACTOR: own("Factor"),
        },
    )


def _together(key: str, indices: list[str], fields: Fields) -> list[Circuit]:
    """Return the circuit that phases, or circuits, are as a whole."""

    def whole(name: str) -> Formula | None:
        parts = (f"ENERGY.{name}.{index}" for index in indices)
        return single(fields, f"ENERGY.{name}") or sum_of_all(fields, parts)

    def any_phase(name: str) -> Formula | None:
        return single(fields, f"ENERGY.{name}") or single(fields, f"ENERGY.{name}.1")

    choices = {
        Channel.POWER: whole("Power"),
        Channel.ENERGY_IMPORT: whole("Total"),
        Channel.ENERGY_EXPORT: whole("ExportActive"),
        Channel.VOLTAGE_L1: any_phase("Voltage"),
        Channel.FREQUENCY: any_phase("Frequency"),
    }
    if not key:
        for name, channels in (("Voltage", VOLTAGES), ("Current", CURRENTS)):
            for phase, channel in zip(PHASES, channels, strict=True):
                choices[channel] = single(fields, f"ENERGY.{name}.{phase}")
    return meters(key, choices)


def _by_number(index: str) -> tuple[int, str]:
    return len(index), index
