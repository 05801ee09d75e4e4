"""What devices sent, kept in files, and what a dialect makes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import json
from pathlib import Path
from typing import Any, Final

from custom_components.wattwise.dialects.contract.circuit import Circuit
from custom_components.wattwise.dialects.contract.dialect import (
    Address,
    DeviceIdentity,
    Dialect,
)
from custom_components.wattwise.dialects.contract.field import (
    Decoded,
    Field,
    RefusedField,
)
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading, RefusedReading
from custom_components.wattwise.sources.field_assembly import FieldAssembly

FIXTURES: Final = Path(__file__).parent / "fixtures"
RECEIVED_MS: Final = 1_790_000_000_000
"""When the first message of a fixture is received; the others follow each second."""


@dataclass(frozen=True, slots=True)
class FixtureMessage:
    """An MQTT message."""

    topic: str
    payload: str
    retained: bool = False


@dataclass(frozen=True, slots=True)
class FixtureFile:
    """What a device sent over MQTT, or answered over HTTP."""

    name: str
    description: str
    source: str
    """The public repository or vendor's document that the shape is from."""
    messages: tuple[FixtureMessage, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class PlayedDevice:
    """What a dialect made of a fixture's device."""

    identity: DeviceIdentity
    address: Address
    circuits: dict[str, Circuit] = field(default_factory=dict)
    """By key."""
    fields: dict[str, Field] = field(default_factory=dict)
    """The newest of each key."""
    refused: list[RefusedField] = field(default_factory=list)
    online: bool | None = None
    """The last that the device said of itself."""
    readings: dict[str, list[Reading]] = field(default_factory=dict)
    """By circuit, in the order they came about, in base units."""
    refused_readings: dict[str, list[RefusedReading]] = field(default_factory=dict)

    def values(self, circuit: str = "") -> dict[Channel, float]:
        """Return a circuit's last reading of each channel [base units]."""
        return {r.channel: r.value for r in self.readings[circuit]}


def fixture(dialect: str, name: str) -> FixtureFile:
    """Return a fixture of a dialect by its file's name without the ending."""
    data = json.loads((FIXTURES / dialect / f"{name}.json").read_text(encoding="utf-8"))
    messages = tuple(
        FixtureMessage(m["topic"], _text(m["payload"]), m.get("retained", False))
        for m in data.get("messages", ())
    )
    return FixtureFile(
        name, data["description"], data["source"], messages, data.get("answers", {})
    )


def all_fixtures(dialect: str) -> list[FixtureFile]:
    """Return the fixtures of a dialect, by name."""
    names = sorted(path.stem for path in (FIXTURES / dialect).glob("*.json"))
    return [fixture(dialect, name) for name in names]


def play(dialect: Dialect, file: FixtureFile) -> list[PlayedDevice]:
    """Play a fixture over the transport that it is of; devices in order of finding."""
    if file.messages:
        return play_messages(dialect, file.messages)
    device = play_answers(dialect, file.answers)
    return [] if device is None else [device]


def play_messages(
    dialect: Dialect, messages: Iterable[FixtureMessage]
) -> list[PlayedDevice]:
    """Find the devices that sent these messages, and read them all."""
    mqtt = dialect.mqtt
    assert mqtt is not None
    search = mqtt.search()
    messages = tuple(messages)
    for message in messages:
        if _matches_any(mqtt.search_topics, message.topic):
            search.note(message.topic, message.payload)
    devices = []
    for finding in search.findings():
        device = PlayedDevice(finding.identity, finding.address)
        topics = mqtt.topics(finding.address)
        decoded = [
            (mqtt.decode(finding.address, m.topic, m.payload), m.retained)
            for m in messages
            if _matches_any(topics, m.topic)
        ]
        _read(dialect, device, decoded)
        devices.append(device)
    return devices


def play_answers(dialect: Dialect, answers: Mapping[str, Any]) -> PlayedDevice | None:
    """Identify the device that gave these answers, and read it; None if another's."""
    http = dialect.http
    assert http is not None
    identity = http.identity(answers.get(http.identify_path))
    if identity is None:
        return None
    paths = http.setup_paths()
    address = http.address({path: answers[path] for path in paths if path in answers})
    device = PlayedDevice(identity, address)
    decoded = [
        (http.decode(address, path, answers[path]), False)
        for path in http.read_paths(address)
        if path in answers
    ]
    _read(dialect, device, decoded)
    return device


def topic_matches(pattern: str, topic: str) -> bool:
    """Return whether a topic is one of those a filter with + and # stands for."""
    wanted, given = pattern.split("/"), topic.split("/")
    if topic.startswith("$") and wanted[0] in {"+", "#"}:
        return False
    for index, level in enumerate(wanted):
        if level == "#":
            return True
        if index >= len(given) or level not in {"+", given[index]}:
            return False
    return len(wanted) == len(given)


def _read(
    dialect: Dialect, device: PlayedDevice, messages: list[tuple[Decoded, bool]]
) -> None:
    for decoded, _ in messages:
        device.fields |= {f.key: f for f in decoded.fields}
        device.refused += decoded.refused
        if decoded.online is not None:
            device.online = decoded.online
    for circuit in dialect.circuits(device.fields):
        assert circuit.key not in device.circuits, "two circuits of one key"
        device.circuits[circuit.key] = circuit
        readings = device.readings.setdefault(circuit.key, [])
        refused = device.refused_readings.setdefault(circuit.key, [])
        assembly = FieldAssembly(circuit.channels)
        for index, (decoded, retained) in enumerate(messages):
            if retained:
                assembly.prime(decoded)
                continue
            taken, not_taken = assembly.take(decoded, RECEIVED_MS + index * 1000)
            readings += taken
            refused += not_taken


def _matches_any(patterns: Iterable[str], topic: str) -> bool:
    return any(topic_matches(pattern, topic) for pattern in patterns)


def _text(payload: object) -> str:
    """Return a payload as sent; files may hold JSON payloads readably."""
    return payload if isinstance(payload, str) else json.dumps(payload)
