"""Devices of no known kind, whose JSON or plain number the user says where to find."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
import re
from typing import Any, Final

from ..metering.profile import EnergyKind
from ..metering.quantity import Channel
from ..metering.reading import Refusal
from .contract.circuit import Circuit, Formula
from .contract.dialect import (
    Address,
    DeviceIdentity,
    Dialect,
    HttpAuth,
    HttpDialect,
    MqttDialect,
    MqttFinding,
    MqttSearch,
)
from .contract.field import Decoded, Field, RefusedField
from .contract.number import epoch_ms, number, parse_json
from .field_guess import guess_circuits
from .field_reader import as_text
from .formula_choice import Fields
from .meter_units import QUANTITY_OF_UNIT
from .wattwise_fields import FIELDS

_PLAIN_KEY: Final = "value"
_MAX_FIELDS: Final = 500
_MAX_DEPTH: Final = 12

_TIMES: Final = frozenset(
    ["time", "timestamp", "ts", "datetime", "date_time", "epoch", "unixtime", "zeit"]
)
# A time before 2000 is the time since the device was switched on.
_EARLIEST_MS: Final = 946_684_800_000

_NUMBER_WITH_UNIT: Final = re.compile(r"([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*([a-zA-Z%]+)")
_UNITS: Final = QUANTITY_OF_UNIT.keys() | {"%"}
# The required names of the Energy Intelligence Platform's hardware interface. Its
# amounts go up and down: they are those of the time since the last ones.
_PLATFORM: Final = frozenset({"energy_produced", "energy_consumed", "current_load"})


def _decode(body: object, name: str = _PLAIN_KEY) -> Decoded:
    """Return all numbers of a JSON value by the way that leads to them.

    A value that is nothing but a number gets the name.
    """
    decoded = Decoded()
    parts = list(islice(_flat(body, "", 0), _MAX_FIELDS))
    if len(parts) == 1 and not parts[0][0]:
        parts = [(name, parts[0][1])]
    time_ms = None
    for key, raw in parts:
        if time_ms is None and _is_time(key):
            told_ms = epoch_ms(raw)
            if told_ms is not None and told_ms >= _EARLIEST_MS:
                time_ms = told_ms
    for key, raw in parts:
        if not (_is_time(key) and epoch_ms(raw) is not None):
            _tell(decoded, key, raw, time_ms)
    return decoded


def _is_time(key: str) -> bool:
    """Return whether a name at the top is that of the time."""
    return key.lower() in _TIMES


def _flat(value: object, key: str, depth: int) -> Iterator[tuple[str, Any]]:
    if depth > _MAX_DEPTH:
        return
    parts: Iterable[tuple[object, object]]
    match value:
        case dict():
            parts = value.items()
        case list():
            # People count from one, and so do phases.
            parts = enumerate(value, 1)
        case _:
            yield key, value
            return
    for name, part in parts:
        yield from _flat(part, f"{key}.{name}" if key else str(name), depth + 1)


def _tell(decoded: Decoded, key: str, raw: object, time_ms: int | None) -> None:
    """Add a number, also one that is written as a text or with its unit."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        return
    value, unit = number(raw), None
    if value is None and isinstance(raw, str):
        if (match := _NUMBER_WITH_UNIT.fullmatch(raw.strip())) is None:
            # Words are no numbers, and no fault; but this one means a missing one.
            if raw.strip().lower() == "nan":
                decoded.refused.append(RefusedField(key, Refusal.NOT_A_NUMBER))
            return
        value, unit = number(match[1]), match[2] if match[2] in _UNITS else None
    if value is None:
        decoded.refused.append(RefusedField(key, Refusal.NOT_A_NUMBER))
    else:
        decoded.fields.append(Field(key, value, unit, time_ms))


class _Search:
    """Finds nothing: every JSON there is could be a meter."""

    def note(self, topic: str, payload: str) -> None:
        """Take no message into account."""

    def findings(self) -> Iterable[MqttFinding]:
        """Return nothing."""
        return ()


class _Mqtt:
    """One topic, which the user names."""

    search_topics: tuple[str, ...] = ()
    prompts: tuple[tuple[str, str], ...] = ()

    def search(self) -> MqttSearch:
        """Begin a search that finds nothing."""
        return _Search()

    def topics(self, address: Address) -> tuple[str, ...]:
        """Return the topic."""
        topic = as_text(address.get("topic"))
        return (topic,) if topic else ()

    def decode(self, address: Address, topic: str, payload: str) -> Decoded:
        """Return all numbers of a message."""
        body = parse_json(payload)
        if body is None:
            body = payload
        decoded = _decode(body, topic.rpartition("/")[2] or _PLAIN_KEY)
        if not decoded.fields and not decoded.refused and payload.strip():
            decoded.refused.append(RefusedField("", Refusal.MALFORMED))
        return decoded

    def follow_topics(self, identity_key: str) -> tuple[str, ...]:
        """Return none."""
        return ()


class _Http:
    """One path, which the user names."""

    auth: HttpAuth = HttpAuth.BASIC
    identify_path: str = "/"
    interval_s: float = 10.0
    uses_tls: bool = False
    event_path: str | None = None

    def identity(self, body: object) -> DeviceIdentity | None:
        """Return None: nothing tells such a device from another."""
        return None

    def setup_paths(self) -> tuple[str, ...]:
        """Return none: the user names the path."""
        return ()

    def address(self, bodies: Mapping[str, object]) -> Address:
        """Return the path that was asked."""
        path = next(iter(bodies), None)
        return {} if path is None else {"path": path}

    def read_paths(self, address: Address) -> tuple[str, ...]:
        """Return the path."""
        path = as_text(address.get("path"))
        return (path,) if path else ()

    def decode(self, address: Address, path: str, body: object) -> Decoded:
        """Return all numbers of an answer."""
        return _decode(body)


def _circuits(fields: Fields) -> list[Circuit]:
    """Return the meters that the names and units of the fields suggest."""
    if not fields.keys() >= _PLATFORM:
        return guess_circuits(fields)
    channels: dict[Channel, Formula] = {}
    for name, (channel, unit) in FIELDS.items():
        # Beside currents of phases this one is their sum.
        if name in fields and not (name == "current" and "current1" in fields):
            channels.setdefault(channel, Formula.of(name, unit))
    return [Circuit("", channels, energy_kind=EnergyKind.INTERVAL)]


_MQTT: Final[MqttDialect] = _Mqtt()
_HTTP: Final[HttpDialect] = _Http()
DIALECT: Final = Dialect(
    "generic_json", "Any other device (JSON)", _circuits, mqtt=_MQTT, http=_HTTP
)
