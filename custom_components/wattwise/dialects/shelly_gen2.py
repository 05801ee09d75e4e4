"""Shelly's second generation and all since, over MQTT and HTTP."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import re
from typing import Any, Final

from .contract.dialect import Address, DeviceIdentity, Dialect, HttpAuth, MqttFinding
from .contract.field import Decoded
from .contract.hardware_address import hardware_address
from .contract.number import epoch_ms, number, parse_json
from .field_reader import as_object, as_text, read_object
from .shelly_gen2_components import circuits, decode_states

_MANUFACTURER: Final = "Shelly"
_NOTIFICATIONS: Final = ("NotifyStatus", "NotifyFullStatus")
# What ends a device's own name, which topics begin with unless people chose another.
_ADDRESS_IN_NAME: Final = re.compile(r".*-([0-9a-fA-F]{12})")
# A clock that was not set yet counts from 1970.
_CLOCK_SET_MS: Final = 1_577_836_800_000


def _identity(body: object) -> DeviceIdentity | None:
    """Return which device says this of itself; None if none of this generation."""
    if not isinstance(body, Mapping):
        return None
    generation, mac = number(body.get("gen")), hardware_address(body.get("mac"))
    if generation is None or generation < 2 or mac is None:
        return None
    app = as_text(body.get("app")) or as_text(body.get("model"))
    name = as_text(body.get("name")) or f"{_MANUFACTURER} {app} {mac[-6:].upper()}"
    model, firmware = as_text(body.get("model")), as_text(body.get("ver"))
    return DeviceIdentity(mac, name, model, _MANUFACTURER, firmware)


@dataclass(slots=True)
class _Heard:
    """What was heard below one beginning of topics."""

    mac: str | None
    has_states: bool = False
    """Whether whole states come, besides changes."""
    has_changes: bool = False


@dataclass(slots=True)
class _Search:
    """Knows devices by what they say of themselves, else by their topics."""

    _heard: dict[str, _Heard] = field(default_factory=dict)
    """By the beginning of topics."""
    _identities: dict[str, DeviceIdentity] = field(default_factory=dict)

    def note(self, topic: str, payload: str) -> None:
        """Take a message of one of the search topics into account."""
        body = as_object(parse_json(payload))
        if topic.endswith("/announce"):
            if identity := _identity(body):
                self._identities[identity.key] = identity
        elif topic.endswith("/events/rpc"):
            if body.get("method") in _NOTIFICATIONS:
                heard = self._of(topic.removesuffix("/events/rpc"))
                heard.mac = _mac_in(as_text(body.get("src"))) or heard.mac
                heard.has_changes = True
        else:
            self._note_state(*topic.rpartition("/status/")[::2], body)

    def _note_state(self, prefix: str, component: str, body: Mapping[str, Any]) -> None:
        if prefix and component == "sys":
            heard = self._of(prefix)
            heard.mac = hardware_address(body.get("mac")) or heard.mac
        elif prefix and decode_states({component: body}).fields:
            self._of(prefix).has_states = True

    def _of(self, prefix: str) -> _Heard:
        named = _mac_in(prefix.rpartition("/")[2])
        return self._heard.setdefault(prefix, _Heard(named))

    def findings(self) -> Iterable[MqttFinding]:
        """Return the devices known so far."""
        for prefix, heard in self._heard.items():
            if heard.has_states or heard.has_changes:
                key = heard.mac or f"shelly_gen2:{prefix}"
                yield MqttFinding(
                    self._identities.get(key)
                    or DeviceIdentity(key, prefix, "", _MANUFACTURER),
                    {"prefix": prefix, "states": heard.has_states},
                )


def _mac_in(name: str) -> str | None:
    match = _ADDRESS_IN_NAME.fullmatch(name)
    return match[1].lower() if match else None


class _Mqtt:
    """States of components, and notifications of their changes."""

    search_topics: tuple[str, ...] = (
        "+/events/rpc",
        "+/+/events/rpc",
        "+/status/+",
        "+/+/status/+",
        "+/announce",
        "+/+/announce",
    )
    prompts: tuple[tuple[str, str], ...] = (
        ("shellies/command", "announce"),
        ("shellies/command", "status_update"),
    )

    def search(self) -> _Search:
        """Begin a search."""
        return _Search()

    def topics(self, address: Address) -> tuple[str, ...]:
        """Return the topics of a device's values and of its last will."""
        prefix = as_text(address.get("prefix"))
        kinds = ("online", "status/+", "events/rpc")
        return tuple(f"{prefix}/{kind}" for kind in kinds) if prefix else ()

    def decode(self, address: Address, topic: str, payload: str) -> Decoded:
        """Return what a message of the device says.

        Notifications have a time of their own. Where the same values come as states
        too, which have none, all count when they arrive: two clocks for one counter
        would make it seem to fall.
        """
        relative = topic.removeprefix(f"{address.get('prefix')}/")
        if relative == "online":
            return Decoded(online={"true": True, "false": False}.get(payload))
        decoded = Decoded()
        body = read_object(decoded, payload)
        if decoded.refused:
            return decoded
        if relative != "events/rpc":
            return decode_states({relative.removeprefix("status/"): body})
        if body.get("method") not in _NOTIFICATIONS:
            return decoded
        params = as_object(body.get("params"))
        time_ms = None if address.get("states") is True else epoch_ms(params.get("ts"))
        if time_ms is not None and time_ms < _CLOCK_SET_MS:
            time_ms = None
        return decode_states(params, time_ms)

    def follow_topics(self, identity_key: str) -> tuple[str, ...]:
        """Return nothing: a device does not tell when its topics are changed."""
        return ()


class _Http:
    """The web server, which asks for a digest of the password."""

    auth = HttpAuth.DIGEST
    identify_path = "/shelly"
    interval_s = 5.0
    uses_tls = False
    event_path: str | None = None

    def identity(self, body: object) -> DeviceIdentity | None:
        """Return which device gave this answer."""
        return _identity(body)

    def setup_paths(self) -> tuple[str, ...]:
        """Return nothing: all devices answer at the same place."""
        return ()

    def address(self, bodies: Mapping[str, object]) -> Address:
        """Return nothing: all devices answer at the same place."""
        return {}

    def read_paths(self, address: Address) -> tuple[str, ...]:
        """Return where the states of all components are."""
        return ("/rpc/Shelly.GetStatus",)

    def decode(self, address: Address, path: str, body: object) -> Decoded:
        """Return the values of an answer."""
        return decode_states(body)


DIALECT = Dialect(
    "shelly_gen2", "Shelly (second generation and later)", circuits, _Mqtt(), _Http()
)
