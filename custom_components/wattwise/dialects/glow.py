"""Glow displays of Hildebrand, which show what British smart meters say."""

from collections.abc import Iterable
import re
from typing import Final

from ..metering.profile import MeterRole
from ..metering.quantity import Channel, Quantity, known_units
from ..metering.reading import Refusal
from .contract.circuit import Circuit
from .contract.dialect import (
    Address,
    DeviceIdentity,
    Dialect,
    MqttDialect,
    MqttFinding,
    MqttSearch,
)
from .contract.field import Decoded, RefusedField
from .contract.hardware_address import hardware_address
from .contract.number import epoch_ms, number, parse_json
from .field_reader import as_object, as_text, read_object, tell
from .formula_choice import Fields, meters, single

_NAME: Final = "glow"
_TITLE: Final = "Glow (Hildebrand)"
_TOPIC: Final = re.compile(r"glow/([^/]+)/(STATE|SENSOR/electricitymeter)")

_POWER: Final = "power.value"
_IMPORT: Final = "energy.import.cumulative"
_EXPORT: Final = "energy.export.cumulative"
# The lowest number of 24 bits in thousandths: the display has no value.
_NO_POWER_KW: Final = -8388.608


class _Search:
    """Knows displays by the topics of their electricity meter."""

    def __init__(self) -> None:
        self._meters: dict[str, None] = {}
        self._states: dict[str, object] = {}

    def note(self, topic: str, payload: str) -> None:
        """Take a message into account."""
        if (match := _TOPIC.fullmatch(topic)) is None:
            return
        device, kind = match.groups()
        if kind == "STATE":
            self._states[device] = parse_json(payload)
        elif "electricitymeter" in as_object(parse_json(payload)):
            self._meters[device] = None

    def findings(self) -> Iterable[MqttFinding]:
        """Return the displays that have an electricity meter."""
        for device in self._meters:
            state = as_object(self._states.get(device))
            identity = DeviceIdentity(
                hardware_address(device) or f"{_NAME}:glow/{device}",
                f"Glow {device}",
                as_text(state.get("hardware")),
                "Hildebrand",
                as_text(state.get("software")),
            )
            yield MqttFinding(identity, {"topic": f"glow/{device}"})


class _Mqtt:
    """One JSON with everything, often sent again with the same cumulative values."""

    search_topics: tuple[str, ...] = (
        "glow/+/SENSOR/electricitymeter",
        "glow/+/STATE",
    )
    prompts: tuple[tuple[str, str], ...] = ()

    def search(self) -> MqttSearch:
        """Begin a search."""
        return _Search()

    def topics(self, address: Address) -> tuple[str, ...]:
        """Return the topic of the electricity meter."""
        topic = as_text(address.get("topic"))
        return (f"{topic}/SENSOR/electricitymeter",) if topic else ()

    def decode(self, address: Address, topic: str, payload: str) -> Decoded:
        """Return what a message says."""
        decoded = Decoded()
        if topic not in self.topics(address):
            return decoded
        meter = as_object(read_object(decoded, payload).get("electricitymeter"))
        time_ms = epoch_ms(meter.get("timestamp"))
        energy = as_object(meter.get("energy"))
        taken, given = as_object(energy.get("import")), as_object(energy.get("export"))
        power = as_object(meter.get("power"))
        if number(power.get("value")) == _NO_POWER_KW:
            _refuse_error(decoded, _POWER, _NO_POWER_KW)
        else:
            _tell(decoded, _POWER, power, "value", Quantity.POWER, time_ms)
        if number(taken.get("cumulative")) == 0:
            # A home that never used anything: the display has lost its meter.
            _refuse_error(decoded, _IMPORT, 0.0)
        else:
            _tell(decoded, _IMPORT, taken, "cumulative", Quantity.ENERGY, time_ms)
        _tell(decoded, _EXPORT, given, "cumulative", Quantity.ENERGY, time_ms)
        return decoded

    def follow_topics(self, identity_key: str) -> tuple[str, ...]:
        """Return none: the topics are made of the display's address."""
        return ()


def _tell(
    decoded: Decoded,
    key: str,
    part: object,
    name: str,
    quantity: Quantity,
    time_ms: int | None,
) -> None:
    """Add a value with the unit that stands beside it."""
    body = as_object(part)
    unit = body.get("units")
    if name in body and unit not in known_units(quantity):
        value = number(body[name])
        decoded.refused.append(RefusedField(key, Refusal.UNKNOWN_UNIT, value))
        return
    tell(decoded, key, body.get(name), unit, time_ms)


def _refuse_error(decoded: Decoded, key: str, value: float) -> None:
    decoded.refused.append(RefusedField(key, Refusal.ERROR_VALUE, value))


def _circuits(fields: Fields) -> list[Circuit]:
    """Return the meter at the grid."""
    choices = {
        Channel.POWER: single(fields, _POWER),
        Channel.ENERGY_IMPORT: single(fields, _IMPORT),
        Channel.ENERGY_EXPORT: single(fields, _EXPORT),
    }
    return meters("", choices, role=MeterRole.GRID)


_MQTT: Final[MqttDialect] = _Mqtt()
DIALECT: Final = Dialect(_NAME, _TITLE, _circuits, mqtt=_MQTT)
