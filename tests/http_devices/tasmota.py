"""A plug with Tasmota."""

from collections.abc import Mapping
from typing import Any, override

from .passwords import query
from .server import HttpDevice


class TasmotaPlug(HttpDevice):
    """A plug with an energy sensor; firmware of long ago refuses with status 200."""

    def __init__(self, password: str | None = None, refusal: int = 401) -> None:
        """Want the password, if there is one."""
        super().__init__(query("admin", password, refusal) if password else None)

    @override
    def answers(self) -> Mapping[str, Any]:
        sensors = {
            "StatusSNS": {
                "Time": "2026-11-21T08:00:00",
                "ENERGY": {
                    "TotalStartTime": "2024-01-01T00:00:00",
                    "Total": self.energy_wh / 1000,
                    "Yesterday": 2.154,
                    "Today": 0.523,
                    "Power": self.power,
                    "ApparentPower": self.power + 4,
                    "ReactivePower": 57,
                    "Factor": 0.98,
                    "Voltage": 230,
                    "Current": 1.791,
                },
            }
        }
        digits = [self.mac[i : i + 2] for i in range(0, 12, 2)]
        return {
            "/cm?cmnd=Status 0": {
                "Status": {
                    "Module": 0,
                    "DeviceName": "Washer",
                    "FriendlyName": ["Washer"],
                    "Topic": "washer",
                    "Power": 1,
                },
                "StatusFWR": {"Version": "15.0.1(release-tasmota)"},
                "StatusNET": {
                    "Hostname": "washer-3585",
                    "IPAddress": "192.0.2.8",
                    "Mac": ":".join(digits),
                },
            }
            | sensors,
            "/cm?cmnd=Status 8": sensors,
        }
