"""A device that was found, with what it just told."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..dialects.contract.circuit import Circuit
from ..dialects.contract.dialect import Address, DeviceIdentity
from ..dialects.contract.field import Field
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
