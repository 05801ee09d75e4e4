"""What a config entry keeps of a meter that is read over MQTT or HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from yarl import URL

from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_SSL,
    CONF_TOKEN,
    CONF_USERNAME,
)

from ..const import (
    CONF_ADDRESS,
    CONF_CHANNELS,
    CONF_CIRCUIT,
    CONF_DEVICE,
    CONF_DIALECT,
    CONF_FINGERPRINT,
)
from ..dialects.contract.circuit import Formula
from ..dialects.contract.dialect import Address
from ..metering.quantity import Channel

ENDPOINT_KEYS: Final = (
    CONF_HOST,
    CONF_PORT,
    CONF_USERNAME,
    CONF_PASSWORD,
    CONF_TOKEN,
    CONF_SSL,
    CONF_FINGERPRINT,
)
"""Where a config entry keeps what belongs to an endpoint."""
_HTTP_PORT: Final = 80
_HTTPS_PORT: Final = 443


@dataclass(frozen=True, slots=True)
class HttpEndpoint:
    """Where a device answers, and with which password."""

    host: str
    port: int | None = None
    """None for the usual one of HTTP or HTTPS."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    uses_tls: bool = False
    """Whether it answers over HTTPS, whatever devices of its kind usually do."""
    fingerprint: str | None = None
    """SHA-256 of the only certificate it may show, in hexadecimal digits.

    None where it shows one that is vouched for.
    """

    def __post_init__(self) -> None:
        """Name the usual port in one way, so that equal endpoints are equal."""
        if self.port == self.usual_port:
            object.__setattr__(self, "port", None)

    @property
    def usual_port(self) -> int:
        """The port that needs not be named."""
        return _HTTPS_PORT if self.uses_tls else _HTTP_PORT

    def url(self, path: str) -> URL:
        """Return the whole address of a path."""
        scheme = "https" if self.uses_tls else "http"
        return URL(f"{scheme}://{self.place}/{path.removeprefix('/')}")

    @property
    def place(self) -> str:
        """Host and port as people write them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Return the endpoint that a config entry keeps."""
        return cls(
            data[CONF_HOST],
            data.get(CONF_PORT),
            data.get(CONF_USERNAME),
            data.get(CONF_PASSWORD),
            data.get(CONF_TOKEN),
            data.get(CONF_SSL, False),
            data.get(CONF_FINGERPRINT),
        )

    def as_data(self) -> dict[str, Any]:
        """Return what a config entry keeps; what is not set is left out."""
        data = {
            CONF_HOST: self.host,
            CONF_PORT: self.port,
            CONF_USERNAME: self.username,
            CONF_PASSWORD: self.password,
            CONF_TOKEN: self.token,
            CONF_SSL: self.uses_tls or None,
            CONF_FINGERPRINT: self.fingerprint,
        }
        return {key: value for key, value in data.items() if value is not None}


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """Which circuit of which device a meter is, and how its channels come about."""

    device: str
    """The key of the device's identity."""
    dialect: str
    address: Address
    circuit: str
    channels: Mapping[Channel, Formula]

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Return the settings that a config entry keeps."""
        return cls(
            data[CONF_DEVICE],
            data[CONF_DIALECT],
            data[CONF_ADDRESS],
            data[CONF_CIRCUIT],
            {
                Channel(channel): Formula.from_dict(formula)
                for channel, formula in data[CONF_CHANNELS].items()
            },
        )

    def as_data(self) -> dict[str, Any]:
        """Return what a config entry keeps."""
        return {
            CONF_DEVICE: self.device,
            CONF_DIALECT: self.dialect,
            CONF_ADDRESS: dict(self.address),
            CONF_CIRCUIT: self.circuit,
            CONF_CHANNELS: {
                channel.value: formula.as_dict()
                for channel, formula in self.channels.items()
            },
        }

    @property
    def meter_id(self) -> str:
        """What tells the meter from all others, over all transports."""
        return f"{self.device}-{self.circuit}" if self.circuit else self.device
