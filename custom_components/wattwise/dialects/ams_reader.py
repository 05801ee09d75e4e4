"""AMS reader (amsleser.no), which listens to the HAN port of Nordic meters."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, Final

from ..metering.profile import MeterRole
from ..metering.quantity import Channel
from .contract.circuit import Circuit, Formula
from .contract.dialect import (
    Address,
    DeviceIdentity,
    Dialect,
    MqttDialect,
    MqttFinding,
    MqttSearch,
)
from .contract.field import Decoded, Field
from .contract.hardware_address import hardware_address
from .contract.number import epoch_ms, number, parse_json
from .field_reader import as_object, as_text, read_object, tell, tell_known
from .formula_choice import (
    CURRENTS,
    PHASES,
    VOLTAGES,
    Fields,
    difference,
    meters,
    single,
    sum_told,
)

_NAME: Final = "ams_reader"
_TITLE: Final = "AMS reader"

_IMPORT: Final = "tPI"
_EXPORT: Final = "tPO"
_PHASE_COUNTERS: Final = {
    counter: tuple(f"{counter}{phase}" for phase in PHASES)
    for counter in (_IMPORT, _EXPORT)
}
_COUNTERS: Final = dict.fromkeys(
    (*_PHASE_COUNTERS, *chain(*_PHASE_COUNTERS.values())), "kWh"
)
_MOMENTARY: Final = (
    {"P": "W", "PO": "W"}
    | {f"{key}{phase}": "W" for key in ("P", "PO") for phase in PHASES}
    | {f"I{phase}": "A" for phase in PHASES}
    | {f"U{phase}": "V" for phase in PHASES}
)
_FACTORS: Final = ("PF", *(f"PF{phase}" for phase in PHASES))
# What list 1 of a meter holds, and what lists 2 to 4 have besides.
_LIST_KEYS: Final = frozenset({"t", "lv", "id", "type", "Q", "QO", *_FACTORS})

# The payload of one topic for each value, by the topic's end.
_RAW: Final[dict[str, tuple[str, str]]] = (
    {
        "meter/import/active": ("P", "W"),
        "meter/export/active": ("PO", "W"),
        "meter/import/active/accumulated": (_IMPORT, "kWh"),
        "meter/export/active/accumulated": (_EXPORT, "kWh"),
        "meter/powerfactor": ("PF", "1"),
    }
    | {f"meter/l{p}/voltage": (f"U{p}", "V") for p in PHASES}
    | {f"meter/l{p}/current": (f"I{p}", "A") for p in PHASES}
    | {f"meter/l{p}/powerfactor": (f"PF{p}", "1") for p in PHASES}
    | {f"meter/import/l{p}": (f"P{p}", "W") for p in PHASES}
    | {f"meter/export/l{p}": (f"PO{p}", "W") for p in PHASES}
    | {f"meter/import/l{p}/accumulated": (f"tPI{p}", "kWh") for p in PHASES}
    | {f"meter/export/l{p}/accumulated": (f"tPO{p}", "kWh") for p in PHASES}
)
# Clocks of meters run well, but some are an hour off: they do not know their zone.
_CLOCK_ERROR_MS: Final = 900_000


class _Search:
    """Knows readers by the names in their payloads: their topics can be anything."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, str]] = {}

    def note(self, topic: str, payload: str) -> None:
        """Take a message into account."""
        base, _, end = topic.rpartition("/")
        if "/meter/" in topic:
            base, _, path = topic.partition("/meter/")
            if f"meter/{path}" in _RAW and number(payload) is not None:
                self._note(base, "raw")
            return
        if base and end == "id" and hardware_address(payload):
            self._note(base, "id", payload)
            return
        body = as_object(parse_json(payload))
        if "P" in as_object(body.get("data")) and hardware_address(body.get("id")):
            self._note(topic, "json", as_text(body["id"]))
        elif base and (
            (end == "power" and _is_list(body))
            or (end == "energy" and _IMPORT in body and "rtc" in body)
        ):
            self._note(base, "lists")

    def _note(self, base: str, kind: str, text: str = "") -> None:
        self._found.setdefault(base, {})[kind] = text

    def findings(self) -> Iterable[MqttFinding]:
        """Return the readers that told of their meter."""
        for base, found in self._found.items():
            if found.keys() == {"id"}:
                continue
            mac = hardware_address(found.get("json") or found.get("id"))
            identity = DeviceIdentity(
                mac or f"{_NAME}:{base}", f"{_TITLE} {base}", _TITLE, "Amsleser"
            )
            yield MqttFinding(identity, {"topic": base})


def _is_list(body: Mapping[str, Any]) -> bool:
    """Return whether it is a list of a meter: power, and nothing strange beside it."""
    known = _LIST_KEYS | _MOMENTARY.keys() | _COUNTERS.keys()
    return number(body.get("P")) is not None and body.keys() <= known


class _Mqtt:
    """The payloads for Home Assistant, as JSON in one topic, and raw."""

    search_topics: tuple[str, ...] = (
        "+",
        "+/+",
        "+/+/power",
        "+/+/energy",
        "+/+/id",
        "+/meter/#",
        "+/+/meter/#",
    )
    prompts: tuple[tuple[str, str], ...] = ()

    def search(self) -> MqttSearch:
        """Begin a search."""
        return _Search()

    def topics(self, address: Address) -> tuple[str, ...]:
        """Return the topics of all payloads: owners change from one to the other."""
        topic = as_text(address.get("topic"))
        if not topic:
            return ()
        return topic, f"{topic}/power", f"{topic}/energy", f"{topic}/meter/#"

    def decode(self, address: Address, topic: str, payload: str) -> Decoded:
        """Return what a message says."""
        decoded = Decoded()
        base = as_text(address.get("topic"))
        end = topic.removeprefix(f"{base}/")
        if topic == base:
            body = read_object(decoded, payload)
            _tell_list(decoded, as_object(body.get("data")), body.get("t"), "1")
        elif end in {"power", "energy"}:
            body = read_object(decoded, payload)
            _tell_list(decoded, body, body.get("t"), "%")
        elif end in _RAW:
            key, unit = _RAW[end]
            tell(decoded, key, payload, unit)
        return decoded

    def follow_topics(self, identity_key: str) -> tuple[str, ...]:
        """Return none: the topic is a setting of the reader."""
        return ()


def _tell_list(
    decoded: Decoded, body: Mapping[str, Any], sent: object, factor_unit: str
) -> None:
    """Add what a list holds: counters at the meter's time, the rest as it was sent."""
    sent_ms = _time_ms(sent)
    tell_known(decoded, body, _MOMENTARY, sent_ms)
    tell_known(decoded, body, dict.fromkeys(_FACTORS, factor_unit), sent_ms)
    taken = number(body.get("P"))
    if taken is not None and taken > 0 and body.get("PO") is None:
        # The short list leaves out what is fed in, which is nothing meanwhile.
        decoded.fields.append(Field("PO", 0.0, "W", sent_ms))
    tell_known(decoded, body, _COUNTERS, _counted_ms(body.get("rtc"), sent_ms))


def _counted_ms(clock: object, sent_ms: int | None) -> int | None:
    """Return when the meter counted: by its clock, if that can be right."""
    clock_ms = _time_ms(clock)
    if clock_ms is None:
        return sent_ms
    if sent_ms is not None and abs(clock_ms - sent_ms) > _CLOCK_ERROR_MS:
        return sent_ms
    return clock_ms


def _time_ms(value: object) -> int | None:
    """Return a time; a reader that knows none writes zero."""
    return epoch_ms(value) or None


def _circuits(fields: Fields) -> list[Circuit]:
    """Return the meter at the grid."""
    power = difference(single(fields, "P"), single(fields, "PO"))
    choices: dict[Channel, Formula | None] = {
        Channel.POWER: power,
        Channel.ENERGY_IMPORT: _counter(fields, _IMPORT),
        Channel.ENERGY_EXPORT: _counter(fields, _EXPORT) if "PO" in fields else None,
        Channel.POWER_FACTOR: single(fields, "PF"),
    }
    for phase, voltage, current in zip(PHASES, VOLTAGES, CURRENTS, strict=True):
        # A phase that a meter does not have is written as zero.
        for channel, key in ((voltage, f"U{phase}"), (current, f"I{phase}")):
            if key in fields and fields[key].value:
                choices[channel] = single(fields, key)
    if power is None and not fields.keys() & _COUNTERS.keys():
        return []
    return meters("", choices, role=MeterRole.GRID)


def _counter(fields: Fields, key: str) -> Formula:
    """Return a counter, though it may not have come yet: it does once an hour."""
    of_phases = _PHASE_COUNTERS[key]
    counted = any(k in fields and fields[k].value for k in of_phases)
    together = sum_told(fields, of_phases) if counted else None
    return Formula.of(key, "kWh") if key in fields or together is None else together


_MQTT: Final[MqttDialect] = _Mqtt()
DIALECT: Final = Dialect(_NAME, _TITLE, _circuits, mqtt=_MQTT)
