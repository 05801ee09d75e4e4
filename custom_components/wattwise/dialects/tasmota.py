"""Tasmota: plugs, multi-channel relays, and reading heads on utility meters."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .contract.dialect import Address, DeviceIdentity, Dialect, HttpAuth, MqttFinding
from .contract.field import Decoded
from .contract.hardware_address import hardware_address
from .contract.number import parse_json
from .field_reader import as_list, as_object, as_text
from .tasmota_sensors import circuits, decode_sensor_message, decode_sensors

_DISCOVERY: Final = "tasmota/discovery"
_STATUS_ALL: Final = "/cm?cmnd=Status%200"
_STATUS_SENSORS: Final = "/cm?cmnd=Status%208"


def _address(
    telemetry: str, status: str, online: str = "Online", offline: str = "Offline"
) -> Address:
    """Return a device's address by where its telemetry and its answers come."""
    return {
        "sensor": f"{telemetry}/SENSOR",
        "will": f"{telemetry}/LWT",
        "status": f"{status}/STATUS8",
        "online": online,
        "offline": offline,
    }


def _exchanged(topic: str, prefix: str, other: str) -> str:
    return "/".join(other if part == prefix else part for part in topic.split("/"))


@dataclass(slots=True)
class _Search:
    """Knows devices by their own announcement, else by their telemetry."""

    _announced: dict[str, MqttFinding] = field(default_factory=dict)
    _heard: set[str] = field(default_factory=set)
    """Where telemetry was seen."""
    _macs: dict[str, str] = field(default_factory=dict)
    """By where telemetry would be."""

    def note(self, topic: str, payload: str) -> None:
        """Take a message of one of the search topics into account."""
        parent, _, kind = topic.rpartition("/")
        telemetry = _exchanged(parent, "stat", "tele")
        if kind == "config" and parent.startswith(f"{_DISCOVERY}/"):
            self._note_config(parent, parse_json(payload))
        elif kind == "LWT" and payload in {"Online", "Offline"}:
            self._heard.add(telemetry)
        elif kind in {"SENSOR", "STATUS8"}:
            if decode_sensor_message(payload).fields:
                self._heard.add(telemetry)
        elif kind == "STATUS5" and (identity := _identity(parse_json(payload))):
            self._macs[telemetry] = identity.key

    def _note_config(self, parent: str, config: object) -> None:
        mac = hardware_address(parent.removeprefix(f"{_DISCOVERY}/"))
        if mac is None:
            return
        if not isinstance(config, Mapping):
            # An empty one takes the announcement back.
            self._announced.pop(mac, None)
            return
        if (topics := _announced_topics(config, mac)) is None:
            return
        online = as_text(config.get("onln"), "Online")
        offline = as_text(config.get("ofln"), "Offline")
        address = {**_address(*topics, online, offline), "sensors": f"{parent}/sensors"}
        name = as_text(config.get("dn")) or as_text(config.get("t"))
        model, firmware = as_text(config.get("md")), as_text(config.get("sw"))
        identity = DeviceIdentity(mac, name, model, "Tasmota", firmware)
        self._announced[mac] = MqttFinding(identity, address)

    def findings(self) -> Iterable[MqttFinding]:
        """Return the devices known so far; one that announced itself comes once."""
        findings = dict(self._announced)
        announced = {finding.address["will"] for finding in findings.values()}
        for telemetry in sorted(self._heard):
            address = _address(telemetry, _exchanged(telemetry, "tele", "stat"))
            if address["will"] in announced:
                continue
            topic = "/".join(part for part in telemetry.split("/") if part != "tele")
            key = self._macs.get(telemetry, f"tasmota:{topic}")
            identity = DeviceIdentity(key, topic, manufacturer="Tasmota")
            findings.setdefault(key, MqttFinding(identity, address))
        return findings.values()


def _announced_topics(config: Mapping[str, Any], mac: str) -> tuple[str, str] | None:
    """Return where a device's telemetry and its answers come, as it announces it."""
    pattern, topic = as_text(config.get("ft")), as_text(config.get("t"))
    prefixes = [as_text(prefix) for prefix in as_list(config.get("tp"))]
    if len(prefixes) < 3 or not pattern or not topic:
        return None
    for token, value in (
        ("%topic%", topic),
        ("%hostname%", as_text(config.get("hn"))),
        ("%id%", mac[-6:].upper()),
    ):
        pattern = pattern.replace(token, value)
    _, status, telemetry = (
        pattern.replace("%prefix%", prefix).rstrip("/") for prefix in prefixes[:3]
    )
    return None if set("+#\0") & set(telemetry + status) else (telemetry, status)


def _identity(body: object) -> DeviceIdentity | None:
    """Return which device gave an answer to status 0 or 5.

    None for a device that wants a password first: it only says so.
    """
    answer = as_object(body)
    network, status = (as_object(answer.get(n)) for n in ("StatusNET", "Status"))
    if (mac := hardware_address(network.get("Mac"))) is None:
        return None
    friendly = status.get("FriendlyName")
    names = (
        status.get("DeviceName"),
        friendly[0] if isinstance(friendly, list) and friendly else friendly,
        network.get("Hostname"),
    )
    name = next(filter(None, map(as_text, names)), mac)
    firmware = as_text(as_object(answer.get("StatusFWR")).get("Version"))
    return DeviceIdentity(mac, name, manufacturer="Tasmota", firmware=firmware)


class _Mqtt:
    """Tasmota over MQTT, in either of the usual orders of prefix and topic."""

    search_topics: tuple[str, ...] = (
        f"{_DISCOVERY}/+/config",
        "tele/+/SENSOR",
        "tele/+/LWT",
        "stat/+/STATUS5",
        "stat/+/STATUS8",
        "+/tele/SENSOR",
        "+/tele/LWT",
        "+/stat/STATUS5",
        "+/stat/STATUS8",
    )
    # What devices send by themselves comes every five minutes only. All of them
    # listen to their group as well, which had another name in old firmware.
    prompts: tuple[tuple[str, str], ...] = tuple(
        (topic, number)
        for number in ("5", "8")
        for topic in (
            "cmnd/tasmotas/STATUS",
            "cmnd/sonoffs/STATUS",
            "tasmotas/cmnd/STATUS",
        )
    )

    def search(self) -> _Search:
        """Begin a search."""
        return _Search()

    def topics(self, address: Address) -> tuple[str, ...]:
        """Return the topics of a device's values and of its last will."""
        # What it announced of its sensors is retained: a search needs not wait.
        names = ("will", "sensors", "status", "sensor")
        return tuple(topic for name in names if (topic := as_text(address.get(name))))

    def decode(self, address: Address, topic: str, payload: str) -> Decoded:
        """Return what a message of the device says."""
        if topic != address.get("will"):
            return decode_sensor_message(payload)
        if payload == address.get("online"):
            return Decoded(online=True)
        return Decoded(online=False if payload == address.get("offline") else None)

    def follow_topics(self, identity_key: str) -> tuple[str, ...]:
        """Return where a device announces new topics, if it does that at all."""
        mac = hardware_address(identity_key)
        return (f"{_DISCOVERY}/{mac.upper()}/config",) if mac else ()


class _Http:
    """Tasmota's web server."""

    auth = HttpAuth.QUERY
    identify_path = _STATUS_ALL
    interval_s = 10.0
    uses_tls = False
    event_path: str | None = None

    def identity(self, body: object) -> DeviceIdentity | None:
        """Return which device gave this answer to status 0."""
        return _identity(body)

    def setup_paths(self) -> tuple[str, ...]:
        """Return nothing: all devices answer at the same place."""
        return ()

    def address(self, bodies: Mapping[str, object]) -> Address:
        """Return nothing: all devices answer at the same place."""
        return {}

    def read_paths(self, address: Address) -> tuple[str, ...]:
        """Return where the values of the sensors are."""
        return (_STATUS_SENSORS,)

    def decode(self, address: Address, path: str, body: object) -> Decoded:
        """Return the values of an answer; none while the device wants a password."""
        return decode_sensors(body)


DIALECT = Dialect("tasmota", "Tasmota", circuits, _Mqtt(), _Http())
