"""Zigbee devices by way of Zigbee2MQTT, which says what each of them measures.

Its list of devices, published since version 1.17, names properties and units. Names of
devices, and with them topics, change freely: a device is known by its IEEE address.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
import re
from typing import Any, Final, NamedTuple

from ..metering.quantity import Channel, Quantity, known_units
from .contract.circuit import Circuit, Formula
from .contract.dialect import Address, DeviceIdentity, Dialect, MqttFinding
from .contract.field import Decoded
from .contract.hardware_address import hardware_address
from .contract.number import number, parse_json
from .field_reader import as_list, as_object, as_text, read_object
from .formula_choice import (
    CURRENTS,
    VOLTAGES,
    Fields,
    meters,
    single,
    sum_of_all,
)

# What properties are called, and the unit where the list names none.
_QUANTITIES: Final = {
    "power_factor": (Quantity.POWER_FACTOR, "1"),
    "power": (Quantity.POWER, "W"),
    "total_power": (Quantity.POWER, "W"),
    "produced_energy": (Quantity.ENERGY, "kWh"),
    "energy_produced": (Quantity.ENERGY, "kWh"),
    "energy": (Quantity.ENERGY, "kWh"),
    "voltage": (Quantity.VOLTAGE, "V"),
    "current_neutral": (Quantity.CURRENT, "A"),
    "current": (Quantity.CURRENT, "A"),
    "ac_frequency": (Quantity.FREQUENCY, "Hz"),
}
# The end of a property's name says of which phase or circuit it is.
_PROPERTY: Final = re.compile(
    rf"({'|'.join(_QUANTITIES)})(?:_(phase_[abc]|[a-c]|l\d{{1,2}}))?"
)
_PHASES: Final = ("a", "b", "c")
_DEVICES: Final = "/bridge/devices"


class _Property(NamedTuple):
    """A property of a device, as its state names it."""

    name: str
    quantity: str
    part: str
    """The phase or circuit, empty for the device as a whole."""
    unit: str


def _properties(exposes: object) -> Iterator[_Property]:
    """Yield what a device measures of those things that a meter does."""
    for item in as_list(exposes):
        expose = as_object(item)
        yield from _properties(expose.get("features"))
        name, part = as_text(expose.get("property")), as_text(expose.get("endpoint"))
        match = _PROPERTY.fullmatch(name.removesuffix(f"_{part}") if part else name)
        if expose.get("type") != "numeric" or match is None:
            continue
        quantity, unit = _QUANTITIES[match[1]]
        unit = as_text(expose.get("unit"), unit)
        if unit in known_units(quantity):
            yield _Property(name, match[1], part or match[2] or "", unit)


def _keys(properties: list[_Property]) -> dict[str, tuple[str, str]]:
    """Return key and unit of each property's field.

    `power` is the device's, `power.a` that of a phase, and `l1/power` that of a
    circuit of its own. Parts that have a voltage each are phases of one connection;
    those that share one are circuits.
    """
    parts = {p.part for p in properties if p.part}
    if any(part.startswith("phase_") for part in parts):
        phases = {f"phase_{phase}": phase for phase in _PHASES}
        # Electrically, a device that has only two more phases is its first.
        phases |= {} if "phase_a" in parts else {"": "a"}
    elif len(parts) in {2, 3} and parts <= {
        p.part for p in properties if p.quantity == "voltage"
    }:
        phases = dict(zip(sorted(parts), _PHASES, strict=False))
    else:
        phases = {}
    keys = {}
    for name, quantity, part, unit in properties:
        if part in phases and (part or not _is_shared(quantity)):
            keys[name] = (f"{quantity}.{phases[part]}", unit)
        else:
            keys[name] = (f"{part}/{quantity}" if part else quantity, unit)
    return keys


def _is_shared(quantity: str) -> bool:
    return quantity not in {"power", "voltage", "current", "power_factor"}


def _circuits(fields: Fields) -> list[Circuit]:
    """Return the circuits of a device, and the device as a whole if it tells that."""
    parts = sorted({key.partition("/")[0] for key in fields if "/" in key})
    found = [circuit for part in parts for circuit in _part(part, fields)]
    return _whole(fields) + found


def _part(part: str, fields: Fields) -> list[Circuit]:
    def own(name: str) -> Formula | None:
        return single(fields, f"{part}/{name}")

    return meters(
        part,
        {
            Channel.POWER: own("power"),
            Channel.ENERGY_IMPORT: own("energy"),
            Channel.ENERGY_EXPORT: own("produced_energy") or own("energy_produced"),
            Channel.VOLTAGE_L1: own("voltage") or single(fields, "voltage"),
            Channel.CURRENT_L1: own("current"),
            Channel.FREQUENCY: own("ac_frequency") or single(fields, "ac_frequency"),
            Channel.POWER_FACTOR: own("power_factor"),
        },
    )


def _whole(fields: Fields) -> list[Circuit]:
    def whole(name: str) -> Formula | None:
        phases = (f"{name}.{phase}" for phase in _PHASES)
        return single(fields, name) or sum_of_all(fields, phases)

    choices = {
        Channel.POWER: single(fields, "total_power") or whole("power"),
        Channel.ENERGY_IMPORT: whole("energy"),
        Channel.ENERGY_EXPORT: whole("produced_energy") or whole("energy_produced"),
        Channel.CURRENT_N: single(fields, "current_neutral"),
        Channel.FREQUENCY: single(fields, "ac_frequency"),
        Channel.POWER_FACTOR: single(fields, "power_factor"),
    }
    for name, channels in (("voltage", VOLTAGES), ("current", CURRENTS)):
        for phase, channel in zip(_PHASES, channels, strict=True):
            choices[channel] = single(fields, f"{name}.{phase}")
        choices[channels[0]] = choices[channels[0]] or single(fields, name)
    return meters("", choices)


@dataclass(slots=True)
class _Search:
    """Knows devices by the lists of the bridges."""

    _lists: dict[str, list[MqttFinding]] = field(default_factory=dict)
    """By the beginning of a bridge's topics."""

    def note(self, topic: str, payload: str) -> None:
        """Take a bridge's list into account; it holds all devices each time."""
        base = topic.removesuffix(_DEVICES)
        devices = parse_json(payload)
        if base != topic and isinstance(devices, list):
            found = (_finding(base, as_object(device)) for device in devices)
            self._lists[base] = [finding for finding in found if finding]

    def findings(self) -> Iterable[MqttFinding]:
        """Return the devices that measure power or count energy."""
        return [finding for found in self._lists.values() for finding in found]


def _finding(base: str, device: Mapping[str, Any]) -> MqttFinding | None:
    definition = as_object(device.get("definition"))
    properties = list(_properties(definition.get("exposes")))
    address = hardware_address(device.get("ieee_address"))
    name = as_text(device.get("friendly_name")) or as_text(device.get("ieee_address"))
    if (
        address is None
        or device.get("disabled") is True
        or set("+#\0") & set(name)
        # A voltage alone is a battery's.
        or not any(p.quantity in {"power", "total_power", "energy"} for p in properties)
    ):
        return None
    identity = DeviceIdentity(
        address,
        name,
        as_text(definition.get("model")),
        as_text(definition.get("vendor")),
        as_text(device.get("software_build_id")),
    )
    keys = {name: list(key) for name, key in _keys(properties).items()}
    return MqttFinding(
        identity, {"base": base, "topic": f"{base}/{name}", "properties": keys}
    )


class _Mqtt:
    """A state for each device, in JSON."""

    search_topics: tuple[str, ...] = (f"+{_DEVICES}", f"+/+{_DEVICES}")
    prompts: tuple[tuple[str, str], ...] = ()

    def search(self) -> _Search:
        """Begin a search."""
        return _Search()

    def topics(self, address: Address) -> tuple[str, ...]:
        """Return the topics of a device, and of the bridge's last will."""
        base, topic = as_text(address.get("base")), as_text(address.get("topic"))
        if not base or not topic:
            return ()
        return (f"{base}/bridge/state", f"{topic}/availability", topic)

    def decode(self, address: Address, topic: str, payload: str) -> Decoded:
        """Return what a message says of the device."""
        if topic == address.get("topic"):
            return _decode_state(as_object(address.get("properties")), payload)
        body = parse_json(payload)
        # Older versions write the word alone.
        state = as_text(as_object(body).get("state"), payload)
        if topic == f"{address.get('topic')}/availability":
            return Decoded(online={"online": True, "offline": False}.get(state))
        # A bridge that is back says nothing of the devices behind it.
        return Decoded(online=False if state == "offline" else None)

    def follow_topics(self, identity_key: str) -> tuple[str, ...]:
        """Return where bridges list their devices by name."""
        return self.search_topics


def _decode_state(properties: Mapping[str, Any], payload: str) -> Decoded:
    decoded = Decoded()
    state = read_object(decoded, payload)
    for name, known in properties.items():
        key, unit = map(as_text, (*as_list(known), None, None)[:2])
        if name not in state or not key or not unit:
            continue
        value = state[name]
        # Some clamps write the direction beside a power without a sign.
        flow = state.get(f"energy_flow{name.removeprefix('power')}")
        watts = number(value)
        if name.startswith("power") and flow == "producing" and watts is not None:
            value = -abs(watts)
        decoded.add(key, value, unit)
    return decoded


DIALECT = Dialect("zigbee2mqtt", "Zigbee2MQTT", _circuits, _Mqtt())
