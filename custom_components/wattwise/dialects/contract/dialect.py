"""What WattWise knows of a kind of device: how to find it and to read its messages.

A dialect computes and does nothing else: transports subscribe, publish and request.
No function of a dialect raises on what a device sent, whatever that is.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from .circuit import Circuit
from .field import Decoded, Field

type Address = Mapping[str, Any]
"""Where a device is found, in JSON types: topics for MQTT, paths for HTTP."""


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """Which device it is.

    `key` is lasting and the same over all transports: the MAC or IEEE address in
    lower case hexadecimal digits without separators, else the serial number, else
    `dialect:topic`.
    """

    key: str
    name: str
    model: str = ""
    manufacturer: str = ""
    firmware: str = ""


@dataclass(frozen=True, slots=True)
class MqttFinding:
    """A device that a search has found, and where its messages come."""

    identity: DeviceIdentity
    address: Address


class MqttSearch(Protocol):
    """Recognises devices by the messages on a broker; one object for one search."""

    def note(self, topic: str, payload: str) -> None:
        """Take a message of one of the dialect's search topics into account."""

    def findings(self) -> Iterable[MqttFinding]:
        """Return the devices known from the messages so far."""


class MqttDialect(Protocol):
    """How devices of a kind speak MQTT."""

    search_topics: tuple[str, ...]
    """Filters under which such devices are found."""
    prompts: tuple[tuple[str, str], ...]
    """Topics and payloads that make devices introduce themselves."""

    def search(self) -> MqttSearch:
        """Begin a search."""

    def topics(self, address: Address) -> tuple[str, ...]:
        """Return the filters of all messages of a device."""

    def decode(self, address: Address, topic: str, payload: str) -> Decoded:
        """Return what a message of the device says."""

    def follow_topics(self, identity_key: str) -> tuple[str, ...]:
        """Return the filters under which a device tells that its topics changed."""


class HttpAuth(StrEnum):
    """How a device wants to be asked, once it has a password."""

    NONE = "none"
    BASIC = "basic"
    DIGEST = "digest"
    QUERY = "query"
    """User and password in the query string, as Tasmota wants it."""
    BEARER = "bearer"
    """A token that the device gave out: see Pairing."""


class HttpDialect(Protocol):
    """How devices of a kind answer HTTP requests."""

    auth: HttpAuth
    identify_path: str
    """What to ask to learn whether a device is of this kind, and which it is."""
    interval_s: float
    """How often such a device may well be asked [s]."""
    uses_tls: bool
    """Whether it answers over HTTPS, with a certificate of its own making."""
    event_path: str | None
    """Where the device sends its values by itself as server-sent events, if it does."""

    def identity(self, body: object) -> DeviceIdentity | None:
        """Return which device gave this answer; None if it is of another kind."""

    def setup_paths(self) -> tuple[str, ...]:
        """Return what to ask once more to know the device's address."""

    def address(self, bodies: Mapping[str, object]) -> Address:
        """Return what to keep of the answers to the set-up paths, by path."""

    def read_paths(self, address: Address) -> tuple[str, ...]:
        """Return what to ask for the values, in this order."""

    def decode(self, address: Address, path: str, body: object) -> Decoded:
        """Return what an answer, or the data of an event, says."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """How a device gives out a token, to who can press its button.

    It is asked for the token once so that it waits for its button, and again after
    that was pressed. Until then it forbids to have one: status 401 or 403.
    """

    path: str
    """Where to post the request for a token."""
    request: Callable[[str], object]
    """Returns the JSON to post, for an asker of this name."""
    token: Callable[[object], str | None]
    """Returns the token in an answer; None if there is none in it."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """A kind of device, over all transports it speaks.

    `circuits` says which meters the fields seen so far make, the newest of each key.
    """

    name: str
    """As config entries keep it."""
    title: str
    """As people call it."""
    circuits: Callable[[Mapping[str, Field]], list[Circuit]]
    mqtt: MqttDialect | None = None
    http: HttpDialect | None = None
    http_headers: Mapping[str, str] = field(default_factory=dict)
    """What each HTTP request has to say besides, as the version of an interface."""
    pairing: Pairing | None = None
    """How its devices give out tokens, for HttpAuth.BEARER."""
