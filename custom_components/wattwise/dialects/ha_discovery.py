"""Devices that tell Home Assistant over MQTT what they measure, ESPHome above all.

Devices of which another dialect knows more are left to that.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
import re
from typing import Any, Final

from .contract.dialect import (
    Address,
    DeviceIdentity,
    Dialect,
    MqttDialect,
    MqttFinding,
    MqttSearch,
)
from .contract.field import Decoded
from .contract.hardware_address import hardware_address
from .contract.number import parse_json
from .discovery_entity import DiscoveredEntity, entities_of, value_at
from .field_guess import guess_circuits
from .field_reader import as_list, as_object, as_text, read_object, tell

_NAME: Final = "ha_discovery"
_TITLE: Final = "ESPHome and others (MQTT discovery)"

_CONFIG: Final = re.compile(r"homeassistant/(sensor|device)/((?:[^/]+/)?[^/]+)/config")
# Texts of the device part by which the devices of other dialects are known.
_OTHERS: Final = re.compile(
    r"zigbee2mqtt|tasmota|amstomqttbridge|ams reader", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Config:
    """What a discovery topic says: entities, and the device they belong to."""

    device: str
    identity: DeviceIdentity
    entities: tuple[DiscoveredEntity, ...]


class _Search:
    """Puts devices together from the entities they announce."""

    def __init__(self) -> None:
        self._configs: dict[str, _Config] = {}

    def note(self, topic: str, payload: str) -> None:
        """Take an announcement into account; an empty one takes it back."""
        if (match := _CONFIG.fullmatch(topic)) is None:
            return
        self._configs.pop(topic, None)
        body = as_object(parse_json(payload))
        node, _, object_id = match[2].rpartition("/")
        entities = tuple(entities_of(match[1], object_id, body))
        identity = _identity(as_object(body.get("dev", body.get("device"))), node)
        if entities and identity is not None:
            self._configs[topic] = _Config(identity.key, identity, entities)

    def findings(self) -> Iterable[MqttFinding]:
        """Return the devices that have something of a meter."""
        devices: dict[str, list[_Config]] = {}
        for config in self._configs.values():
            devices.setdefault(config.device, []).append(config)
        for configs in devices.values():
            yield MqttFinding(configs[0].identity, _address(configs))


def _identity(device: Mapping[str, Any], node: str) -> DeviceIdentity | None:
    """Return which device announces something; None without one, or of another kind."""
    ids = device.get("ids", device.get("identifiers"))
    ids = [text for text in (as_list(ids) or [ids]) if as_text(text)]
    texts = {
        long: as_text(device.get(short, device.get(long)))
        for short, long in (
            ("name", "name"),
            ("mdl", "model"),
            ("mf", "manufacturer"),
            ("sw", "sw_version"),
            ("sn", "serial_number"),
        )
    }
    if any(_OTHERS.search(text) for text in (*ids, *texts.values())):
        return None
    connections = as_list(device.get("cns", device.get("connections")))
    macs = (hardware_address(part) for pair in connections for part in as_list(pair))
    addresses = (*macs, *(hardware_address(text) for text in ids))
    key = next(filter(None, addresses), None) or texts["serial_number"]
    if not key and (ids or node):
        key = f"{_NAME}:{ids[0] if ids else node}"
    if not key:
        return None
    return DeviceIdentity(
        key,
        texts["name"] or (ids[0] if ids else node),
        texts["model"],
        texts["manufacturer"],
        texts["sw_version"],
    )


def _address(configs: list[_Config]) -> Address:
    """Return where the values are, and where the device says that it is there."""
    entities: dict[str, DiscoveredEntity] = {}
    for config in configs:
        for entity in config.entities:
            key = entity.key
            # Two nodes of a device may use a name each.
            while key in entities:
                key += "_"
            entities[key] = entity
    availability = {
        tuple(told.items()): told for e in entities.values() for told in e.availability
    }
    return {
        "values": [e.as_dict(key) for key, e in entities.items()],
        "availability": [dict(told) for told in availability.values()],
    }


class _Mqtt:
    """Values in topics of their own, or together in JSON."""

    search_topics: tuple[str, ...] = (
        "homeassistant/+/+/config",
        "homeassistant/+/+/+/config",
    )
    prompts: tuple[tuple[str, str], ...] = ()

    def search(self) -> MqttSearch:
        """Begin a search."""
        return _Search()

    def topics(self, address: Address) -> tuple[str, ...]:
        """Return the topics of the values and of the device's being there."""
        topics = (
            as_text(item.get("topic"))
            for item in (*_items(address, "values"), *_items(address, "availability"))
        )
        return tuple(dict.fromkeys(filter(None, topics)))

    def decode(self, address: Address, topic: str, payload: str) -> Decoded:
        """Return what a message says: a topic may have several values, or both."""
        decoded = Decoded()
        for item in _items(address, "availability"):
            if item.get("topic") == topic:
                decoded.online = _online(item, payload, decoded.online)
        values = [i for i in _items(address, "values") if i.get("topic") == topic]
        body: object = None
        if any(as_list(item.get("path")) for item in values):
            body = read_object(decoded, payload)
        for item in values:
            path = as_list(item.get("path"))
            raw = value_at(body, path) if path else payload.strip()
            # ESPHome writes "None" or "nan" for a value that it does not have.
            tell(decoded, as_text(item.get("key")), raw, item.get("unit"))
        return decoded

    def follow_topics(self, identity_key: str) -> tuple[str, ...]:
        """Return the announcements: a device that is flashed anew sends them anew."""
        return self.search_topics


def _items(address: Address, name: str) -> Iterator[Mapping[str, Any]]:
    return (as_object(item) for item in as_list(address.get(name)))


def _online(item: Mapping[str, Any], payload: str, before: bool | None) -> bool | None:
    said = payload.strip()
    if said == item.get("online"):
        return True
    return False if said == item.get("offline") else before


_MQTT: Final[MqttDialect] = _Mqtt()
DIALECT: Final = Dialect(_NAME, _TITLE, guess_circuits, mqtt=_MQTT)
