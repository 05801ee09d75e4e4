"""A plug with Tasmota that is asked over HTTP, as a small server of this machine."""

from typing import Any, Final

from aiohttp import web

from wattwise_dev.home_assistant import HOST
from wattwise_dev.simulator.household import ENERGY_IMPORT, POWER
from wattwise_dev.simulator.sample import Sample

from .announcement import Announcement
from .device import CURRENT, VOLTAGE, measured

_STATUS_ALL: Final = "Status 0"
_STATUS_SENSORS: Final = "Status 8"
_TASMOTA: Final = "14.6.0(release-tasmota32)"


class TasmotaPlug:
    """Answers as Tasmota's web server does; it knows nothing but its energy meter."""

    def __init__(self, port: int, mac: str) -> None:
        """Prepare a plug with a hardware address of 12 digits."""
        self._port = port
        self._mac = mac.upper()
        self._sensors: dict[str, Any] | None = None
        self._server: web.AppRunner | None = None

    @property
    def name(self) -> str:
        """What its owner calls it, with the end of the hardware address."""
        return f"Boiler plug {self._mac[6:]}"

    @property
    def address(self) -> str:
        """Where it answers, as people enter it."""
        return f"{HOST}:{self._port}"

    @property
    def announcement(self) -> Announcement:
        """What it says of itself in the network."""
        return Announcement("_http._tcp.local.", self._host_name, self._port)

    async def start(self) -> None:
        """Switch it on; until it has measured, it answers without values."""
        app = web.Application()
        app.router.add_get("/cm", self._command)
        self._server = web.AppRunner(app, access_log=None)
        await self._server.setup()
        await web.TCPSite(self._server, HOST, self._port, reuse_address=True).start()

    async def show(self, sample: Sample) -> None:
        """Let it measure; it tells nothing until it is asked."""
        power, current = measured(sample, POWER), measured(sample, CURRENT)
        voltage = measured(sample, VOLTAGE)
        self._sensors = {
            "ENERGY": {
                "Total": round(measured(sample, ENERGY_IMPORT), 3),
                "Power": round(power),
                "ApparentPower": round(power),
                "ReactivePower": 0,
                "Factor": 1.0 if power else 0.0,
                "Voltage": round(voltage),
                "Current": current,
            }
        }

    async def stop(self) -> None:
        """Switch it off."""
        if self._server is not None:
            await self._server.cleanup()

    @property
    def _host_name(self) -> str:
        """Its name in the network, as Tasmota makes it: the end of the MAC twice."""
        end = self._mac[6:]
        return f"tasmota-{end}-{int(end, 16) & 0x1FFF:04d}"

    async def _command(self, request: web.Request) -> web.Response:
        sensors = {"StatusSNS": self._sensors or {}}
        match request.query.get("cmnd"):
            case command if command == _STATUS_ALL:
                return web.json_response(self._status() | sensors)
            case command if command == _STATUS_SENSORS:
                return web.json_response(sensors)
        return web.json_response({"Command": "Unknown"})

    def _status(self) -> dict[str, Any]:
        pairs = [self._mac[i : i + 2] for i in range(0, 12, 2)]
        return {
            "Status": {
                "DeviceName": self.name,
                "FriendlyName": [self.name],
                "Topic": f"tasmota_{self._mac[6:]}",
                "Power": "1",
            },
            "StatusFWR": {"Version": _TASMOTA},
            "StatusNET": {
                "Hostname": self._host_name,
                "IPAddress": HOST,
                "Mac": ":".join(pairs),
            },
        }
