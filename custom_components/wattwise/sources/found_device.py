"""A device that was found, with what it just told."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..dialects.contract.circuit import Circuit, Formula
from ..dialects.contract.dialect import Address, DeviceIdentity
from ..dialects.contract.field import Field
from ..metering.quantity import Channel
from .device_settings import HttpEndpoint


@dataclass(frozen=True, slots=True)
class FoundDevice:
    """A device of a known dialect, ready to be offered to the user."""

    identity: DeviceIdentity
    source: str
    """The transport over which it was found: SOURCE_MQTT or SOURCE_HTTP."""
    dialect: str
    address: Address
    fields: Mapping[str, Field]
    """The newest of each key."""
    circuits: tuple[Circuit, ...]
    """The meters its fields make; the first is offered first."""
    endpoint: HttpEndpoint | None = None
    """Where it answers, for SOURCE_HTTP."""
    guesses: Mapping[Channel, Formula] = field(default_factory=dict)
    """What fields may be by nothing but their behaviour: the user has to confirm it."""
