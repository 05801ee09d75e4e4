"""The InfluxDB of a demo home: a real one, with a user for WattWise."""

import asyncio
from pathlib import Path
from typing import Any, Final

from wattwise_dev.influxdb.influx_server import InfluxServer

DATABASE: Final = "wattwise"
USER: Final = "wattwise"
PASSWORD: Final = "wattwise"
_FOLDER: Final = "influxdb"


class DemoDatabase:
    """A server of this machine only, which keeps its data in the home's folder."""

    def __init__(self, home: Path, port: int) -> None:
        """Prepare the server of a home; raises ServerMissingError."""
        self._folder = home / _FOLDER
        self._server = InfluxServer(self._folder, port, users=True)

    @property
    def url(self) -> str:
        """The address of the server."""
        return self._server.url

    async def start(self) -> None:
        """Start it, with the database and its user; raises ServerFailedError."""
        await asyncio.to_thread(self._start)

    async def stop(self) -> None:
        """Stop it."""
        await asyncio.to_thread(self._server.stop)

    async def ask(self, question: str) -> list[dict[str, Any]]:
        """Return the series that answer a question in InfluxQL; times are in ms.

        Raises ServerFailedError.
        """
        return await asyncio.to_thread(self._server.run, question, DATABASE)

    async def version(self) -> str:
        """Return what the server says it is."""
        return await asyncio.to_thread(self._server.version)

    def _start(self) -> None:
        self._folder.mkdir(exist_ok=True)
        self._server.start()
        # All of this changes nothing at the second start.
        self._server.run(f"CREATE DATABASE {DATABASE}")
        self._server.run(f"CREATE USER {USER} WITH PASSWORD '{PASSWORD}'")
        self._server.run(f"GRANT ALL ON {DATABASE} TO {USER}")
