"""An ESPHome node with a web server: states by path, and a stream of all of them."""

import asyncio
from collections.abc import Mapping
import json
from typing import Any, override

from aiohttp import web

from .server import HttpDevice


class EsphomeWeb(HttpDevice):
    """A node with three sensors of a meter, and one of something else."""

    def __init__(self) -> None:
        """Be switched off."""
        super().__init__()
        self.title = "Garage"
        self.changed = asyncio.Event()

    def sensors(self) -> dict[str, dict[str, Any]]:
        """Return the states by name."""
        return {
            name: {
                "id": f"sensor-{name}",
                "name": name.replace("_", " ").capitalize(),
                "value": value,
                "state": f"{value:.1f} {unit}",
            }
            for name, value, unit in (
                ("power", self.power, "W"),
                ("energy", self.energy_wh / 1000, "kWh"),
                ("voltage", 230.1, "V"),
                ("temperature", 21.5, "°C"),
            )
        }

    @override
    def answers(self) -> Mapping[str, Any]:
        return {f"/sensor/{name}": state for name, state in self.sensors().items()}

    @override
    async def stream(self, request: web.Request) -> web.StreamResponse | None:
        if request.path != "/events":
            return None
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        hello = {"title": self.title, "comment": "", "ota": True, "log": True}
        hello |= {"lang": "en"}
        await response.write(_event("ping", hello))
        while True:
            for state in self.sensors().values():
                await response.write(_event("state", state))
            await response.write(b"event: log\r\ndata: [D][sensor:093]: 412.0\r\n\r\n")
            await self.changed.wait()
            self.changed.clear()


def _event(kind: str, data: Mapping[str, Any]) -> bytes:
    return f"retry: 30000\r\nevent: {kind}\r\ndata: {json.dumps(data)}\r\n\r\n".encode()
