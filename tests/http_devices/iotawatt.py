"""An IoTaWatt with a voltage and two circuits, which answers queries of its log."""

from typing import Any, override
from urllib.parse import parse_qs, urlsplit

from .passwords import digest
from .server import HttpDevice

_SINCE_2016_S = 1_451_606_400


class IoTaWatt(HttpDevice):
    """Energy is told as the amount in the time that was asked for."""

    def __init__(self, password: str | None = None) -> None:
        """Want a digest of the password, if there is one."""
        super().__init__(digest("admin", password, "user") if password else None)

    @override
    def answer_to(self, path: str) -> Any:
        digits = [self.mac[i : i + 2].lower() for i in range(0, 12, 2)]
        if path.startswith("/status?"):
            return {
                "stats": {"version": "02_08_03", "runseconds": 3600, "cyclerate": 35},
                "wifi": {"SSID": "home", "mac": ":".join(digits), "RSSI": -61},
            }
        query = parse_qs(urlsplit(path).query)
        if query.get("show") == ["series"]:
            named = {"mains": "Volts", "Heat_pump": "Watts", "Sauna": "Watts"}
            return {"series": [{"name": n, "unit": u} for n, u in named.items()]}
        if "select" not in query:
            return None
        columns = query["select"][0].strip("[]").split(",")
        # Columns without begin, end and group are refused.
        if not {"begin", "end", "group"} <= query.keys():
            return None
        is_total = query["group"] == ["all"]
        assert not is_total or int(query["begin"][0]) == _SINCE_2016_S
        return [[self._column(column) for column in columns]]

    def _column(self, column: str) -> float:
        name, _, method = column.partition(".")
        share = 2 if name == "Sauna" else 1
        values = {
            "utc": 1_790_000_000,
            "watts": self.power * share,
            "wh": self.energy_wh * share,
            "volts": 230.1,
            "hz": 50.0,
        }
        return values[method.partition(".")[0]]
