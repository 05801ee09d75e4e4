"""A kind of device that tests make up, as simple and as quick as they need it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
import json
from typing import Any, Final, override

from aiohttp import web

from custom_components.wattwise.dialects.contract.circuit import Circuit, Formula
from custom_components.wattwise.dialects.contract.dialect import (
    Address,
    DeviceIdentity,
    Dialect,
    HttpAuth,
)
from custom_components.wattwise.dialects.contract.field import Decoded, Field
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.sources.device_settings import DeviceSettings

from .passwords import Guard
from .server import HttpDevice

UNITS: Final = {"power": "W", "energy": "Wh"}
CHANNELS: Final = {Channel.POWER: "power", Channel.ENERGY_IMPORT: "energy"}
EVENTS: Final = "/events"
# What the device tells of; meters can be made of the first two.
CIRCUITS = 2


@dataclass(slots=True)
class PlainHttp:
    """How the made-up device speaks HTTP: values of circuit 0 and 1 by path."""

    auth: HttpAuth = HttpAuth.NONE
    identify_path: str = "/who"
    interval_s: float = 0.05
    uses_tls: bool = False
    event_path: str | None = None
    paths: tuple[str, ...] = ("/values",)

    def identity(self, body: object) -> DeviceIdentity | None:
        """Return the device that said its address."""
        if not isinstance(body, Mapping) or "mac" not in body:
            return None
        return DeviceIdentity(str(body["mac"]).lower(), "Plain")

    def setup_paths(self) -> tuple[str, ...]:
        """Return that nothing else needs to be known."""
        return ()

    def address(self, bodies: Mapping[str, object]) -> Address:
        """Return that all such devices are alike."""
        return {}

    def read_paths(self, address: Address) -> tuple[str, ...]:
        """Return where the values are."""
        return self.paths

    def decode(self, address: Address, path: str, body: object) -> Decoded:
        """Return the values of both circuits."""
        decoded = Decoded()
        values = body.get("values") if isinstance(body, Mapping) else None
        if isinstance(values, Mapping):
            for key, value in values.items():
                decoded.add(key, value, UNITS[key.partition(":")[0]])
        return decoded


def plain_circuits(fields: Mapping[str, Field]) -> list[Circuit]:
    """Return a circuit for each number that the fields name."""
    return [
        Circuit(
            index,
            {
                channel: Formula.of(f"{name}:{index}", UNITS[name])
                for channel, name in CHANNELS.items()
            },
        )
        for index in ("0", "1")
        if f"power:{index}" in fields
    ]


def plain_dialect(http: PlainHttp) -> Dialect:
    """Return the dialect of the made-up device."""
    return Dialect("plain", "Plain", plain_circuits, http=http)


def plain_settings(circuit: str = "0") -> DeviceSettings:
    """Return the settings of a meter that is one of the device's circuits."""
    channels = {c: Formula.of(f"{n}:{circuit}", UNITS[n]) for c, n in CHANNELS.items()}
    return DeviceSettings("aabbccddee01", "plain", {}, circuit, channels)


class PlainDevice(HttpDevice):
    """The made-up device; its second circuit has double the values of the first."""

    def __init__(self, guard: Guard | None = None) -> None:
        """Be switched off."""
        super().__init__(guard)
        self.streams = 0
        self.listened_to = asyncio.Event()
        """Whether somebody listens to the events now."""
        self.left = asyncio.Event()
        """Whether nobody does."""
        self.stream_status = 200
        self._changed = asyncio.Condition()
        self._streaming = True

    @override
    def answers(self) -> Mapping[str, Any]:
        values = {"values": self.values()}
        return {
            "/who": {"mac": self.mac},
            "/values": values,
            "/values?of=[a b]&d=1": values,
        }

    def values(self) -> dict[str, Any]:
        """Return what both circuits measure."""
        return {
            f"{name}:{index}": value * (index + 1)
            for index in range(CIRCUITS)
            for name, value in (("power", self.power), ("energy", self.energy_wh))
        }

    async def say(self) -> None:
        """Tell the values to those who listen."""
        async with self._changed:
            self._changed.notify_all()

    async def hang_up(self) -> None:
        """End all streams."""
        self._streaming = False
        await self.say()
        await self.left.wait()
        self._streaming = True

    @override
    async def stream(self, request: web.Request) -> web.StreamResponse | None:
        if request.path != EVENTS:
            return None
        if self.stream_status != 200:
            return web.Response(status=self.stream_status)
        self.streams += 1
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"retry: 30000\r\nevent: ping\r\ndata: hello\r\n\r\n")
        self.listened_to.set()
        self.left.clear()
        try:
            while True:
                async with self._changed:
                    await self._changed.wait()
                if not self._streaming:
                    return response
                data = json.dumps({"values": self.values()})
                event = f"event: state\r\ndata: {data}\r\n\r\n"
                await response.write(event.encode())
        finally:
            self.listened_to.clear()
            self.left.set()
