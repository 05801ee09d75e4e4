"""WattWise's own format over MQTT, for devices that people build; see docs/mqtt.md."""

from collections.abc import Iterable, Mapping
import re
from typing import Any, Final

from ..metering.quantity import Channel
from ..metering.reading import Refusal
from .contract.circuit import Circuit, Formula
from .contract.dialect import Address, DeviceIdentity, Dialect, MqttFinding
from .contract.field import Decoded, Field, RefusedField
from .contract.hardware_address import hardware_address
from .contract.number import parse_json
from .wattwise_fields import FIELDS, field_values, has_time, item_time_ms

# A batch of this many sets of values is some 100 kB: more than a device can hold.
MAX_ITEMS: Final = 1_000

_DISCOVERY: Final = "wattwise/discovery/+"
_NO_TOPIC: Final = re.compile(r"[+#\x00-\x1f\x7f-\x9f]")
_LONGEST_TOPIC: Final = 1_000
_LONGEST_NAME: Final = 100
_ONLINE: Final = {"online": True, "offline": False}


class _Search:
    """Remembers what each discovery topic says."""

    def __init__(self) -> None:
        self._findings: dict[str, MqttFinding] = {}

    def note(self, topic: str, payload: str) -> None:
        """Take a discovery message into account; an empty one takes it back."""
        self._findings.pop(topic, None)
        if (finding := _finding(parse_json(payload))) is not None:
            self._findings[topic] = finding

    def findings(self) -> Iterable[MqttFinding]:
        """Return the devices that were announced; of each its last announcement."""
        return {f.identity.key: f for f in self._findings.values()}.values()


class _WattWiseMqtt:
    """How devices speak WattWise's own format over MQTT."""

    search_topics: tuple[str, ...] = (_DISCOVERY,)
    prompts: tuple[tuple[str, str], ...] = ()

    def search(self) -> _Search:
        """Begin a search."""
        return _Search()

    def topics(self, address: Address) -> tuple[str, ...]:
        """Return the topics of values and of the status."""
        return (address["topic"], address["status"])

    def decode(self, address: Address, topic: str, payload: str) -> Decoded:
        """Return the values of a message, or what its status says."""
        # Without content a message only deletes what the broker has kept.
        if topic == address["topic"] and payload:
            return _values(parse_json(payload))
        if topic == address["status"]:
            return Decoded(online=_ONLINE.get(payload.strip().lower()))
        return Decoded()

    def follow_topics(self, identity_key: str) -> tuple[str, ...]:
        """Return the filter of all announcements: a device chooses its own topic."""
        return (_DISCOVERY,)


def _finding(announced: object) -> MqttFinding | None:
    if not isinstance(announced, Mapping):
        return None
    if (key := hardware_address(announced.get("id"))) is None:
        return None
    topic = _topic(announced, "topic", f"wattwise/{key}/data")
    status = _topic(announced, "status", f"wattwise/{key}/status")
    if topic is None or status is None:
        return None
    identity = DeviceIdentity(
        key,
        _text(announced, "name") or f"Meter {key[-6:]}",
        _text(announced, "model"),
        _text(announced, "manufacturer"),
        _text(announced, "firmware"),
    )
    return MqttFinding(identity, {"topic": topic, "status": status})


def _topic(announced: Mapping[str, Any], name: str, usual: str) -> str | None:
    """Return an announced topic, None if no single topic can have that name."""
    topic = announced.get(name, usual)
    if not isinstance(topic, str) or not 0 < len(topic) <= _LONGEST_TOPIC:
        return None
    return None if _NO_TOPIC.search(topic) else topic


def _text(announced: Mapping[str, Any], name: str) -> str:
    text = announced.get(name)
    return text.strip()[:_LONGEST_NAME] if isinstance(text, str) else ""


def _values(body: object) -> Decoded:
    decoded = Decoded()
    if isinstance(body, Mapping):
        body = body.get("readings", [body])
    if not isinstance(body, list) or not 0 < len(body) <= MAX_ITEMS:
        decoded.refused.append(RefusedField("", Refusal.MALFORMED))
        return decoded
    for item in body:
        _take_item(item, decoded, needs_time=len(body) > 1)
    return decoded


def _take_item(item: object, decoded: Decoded, *, needs_time: bool) -> None:
    if not isinstance(item, Mapping):
        decoded.refused.append(RefusedField("", Refusal.MALFORMED))
        return
    time_ms = item_time_ms(item, None)
    if time_ms is None and (needs_time or has_time(item)):
        decoded.refused.append(RefusedField("", Refusal.INVALID_TIME))
        return
    found = False
    for name, value in field_values(item, set()):
        found = True
        if value is None:
            decoded.refused.append(RefusedField(name, Refusal.NOT_A_NUMBER))
        else:
            decoded.fields.append(Field(name, value, FIELDS[name][1], time_ms))
    if not found:
        decoded.refused.append(RefusedField("", Refusal.MALFORMED))


def _circuits(fields: Mapping[str, Field]) -> list[Circuit]:
    """Return the one meter that the device is."""
    channels: dict[Channel, Formula] = {}
    for name, (channel, unit) in FIELDS.items():
        if name in fields:
            channels.setdefault(channel, Formula.of(name, unit))
    return [Circuit("", channels, knows_its_role=True)] if channels else []


DIALECT: Final = Dialect(
    name="wattwise_mqtt",
    title="WattWise (MQTT)",
    circuits=_circuits,
    mqtt=_WattWiseMqtt(),
)
