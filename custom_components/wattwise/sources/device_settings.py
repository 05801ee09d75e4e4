"""What a config entry keeps of a meter that is read over MQTT or HTTP."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_TOKEN,
    CONF_USERNAME,
)

from ..const import (
    CONF_ADDRESS,
    CONF_CHANNELS,
    CONF_CIRCUIT,
    CONF_DEVICE,
    CONF_DIALECT,
)
from ..dialects.contract.circuit import Formula
from ..dialects.contract.dialect import Address
from ..metering.quantity import Channel


@dataclass(frozen=True, slots=True)
class HttpEndpoint:
    """Where a device answers, and with which password."""

    host: str
    port: int | None = None
    """None for the usual one of HTTP or HTTPS."""
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Return the endpoint that a config entry keeps."""
        return cls(
            data[CONF_HOST],
            data.get(CONF_PORT),
            data.get(CONF_USERNAME),
            data.get(CONF_PASSWORD),
            data.get(CONF_TOKEN),
        )

    def as_data(self) -> dict[str, Any]:
        """Return what a config entry keeps; what is not set is left out."""
        data = {
            CONF_HOST: self.host,
            CONF_PORT: self.port,
            CONF_USERNAME: self.username,
            CONF_PASSWORD: self.password,
            CONF_TOKEN: self.token,
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
