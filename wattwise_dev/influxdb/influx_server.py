"""InfluxDB 1 as a child process."""

from http.client import HTTPConnection
import json
from pathlib import Path
from typing import Any, Final, override
from urllib.parse import urlencode

from urllib3.util import make_headers

from .server_program import HOST, ServerFailedError, ServerProgram

PROGRAM: Final = "influxd"
ADMIN: Final = "admin"
PASSWORD: Final = "admin-password"


class InfluxServer(ServerProgram):
    """InfluxDB 1 on loopback only, which reports to nobody; with users if wanted."""

    program = PROGRAM

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        *,
        users: bool = False,
        largest_request: int = 25_000_000,
    ) -> None:
        """Prepare a server; with `users`, each request must name one of them.

        `largest_request` is in bytes, as they are sent.
        """
        super().__init__(folder, port)
        self._users = users
        self._largest_request = largest_request

    @override
    def arguments(self, folder: Path) -> list[str]:
        config = folder / "influxdb.conf"
        # JSON's strings are TOML's too.
        data = {
            name: json.dumps(str(folder / name)) for name in ("meta", "data", "wal")
        }
        config.write_text(
            "reporting-disabled = true\n"
            f'bind-address = "{HOST}:0"\n'
            "[meta]\n"
            f"dir = {data['meta']}\n"
            "[data]\n"
            f"dir = {data['data']}\n"
            f"wal-dir = {data['wal']}\n"
            "query-log-enabled = false\n"
            "[http]\n"
            f'bind-address = "{HOST}:{self.port}"\n'
            f"auth-enabled = {str(self._users).lower()}\n"
            f"max-body-size = {self._largest_request}\n"
            "log-enabled = false\n"
            "[monitor]\n"
            "store-enabled = false\n",
            encoding="utf-8",
        )
        return ["-config", str(config)]

    @override
    def start(self) -> None:
        """Start the server; the first start makes the administrator."""
        is_new = not (self._folder / "meta").exists()
        super().start()
        if self._users and is_new:
            self.run(
                f"CREATE USER {ADMIN} WITH PASSWORD '{PASSWORD}' WITH ALL PRIVILEGES"
            )

    def version(self) -> str:
        """Return what the server says it is."""
        connection = HTTPConnection(HOST, self.port, timeout=30)
        try:
            connection.request("GET", "/ping")
            return connection.getresponse().headers["X-Influxdb-Version"]
        finally:
            connection.close()

    def run(self, statement: str, database: str = "") -> list[dict[str, Any]]:
        """Run InfluxQL as the administrator; return the series of its first result.

        Times are in milliseconds. Raises ServerFailedError with what the server says.
        """
        parameters = {"q": statement, "db": database, "epoch": "ms"}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if self._users:
            headers |= make_headers(basic_auth=f"{ADMIN}:{PASSWORD}")
        connection = HTTPConnection(HOST, self.port, timeout=30)
        try:
            connection.request("POST", "/query", urlencode(parameters), headers)
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        result: dict[str, Any] = answer if "error" in answer else answer["results"][0]
        if "error" in result:
            raise ServerFailedError(result["error"])
        series: list[dict[str, Any]] = result.get("series", [])
        return series
