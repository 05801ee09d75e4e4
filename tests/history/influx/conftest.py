"""What tests on real InfluxDB servers share."""

from collections.abc import Iterator
import os
from pathlib import Path
import secrets
from typing import Any

import pytest
import pytest_socket

from custom_components.wattwise.history.influx.server import InfluxServer
from custom_components.wattwise.history.influx.settings import (
    InfluxSettings,
    InfluxVersion,
)
from wattwise_dev.influxdb.influx_server import InfluxServer as RealServer
from wattwise_dev.influxdb.server_program import ServerMissingError, ServerProgram


@pytest.fixture(autouse=True)
def _real_sockets(socket_enabled: None) -> None:
    """Let these tests talk to servers of this machine."""


def start[T: ServerProgram](server: type[T], folder: Path, **options: Any) -> T:
    """Start a server; the test is skipped where its program is missing.

    Where everything must be there, it fails.
    """
    # Servers of a module are set up before the first test's own fixtures.
    pytest_socket.enable_socket()
    try:
        program = server(folder, **options)
    except ServerMissingError as err:
        if os.environ.get("CI") == "true":
            pytest.fail(str(err))
        pytest.skip(str(err))
    program.start()
    return program


def settings_for(url: str, database: str, **others: Any) -> InfluxSettings:
    """Return settings of a server of the first generation, unless told otherwise."""
    known: dict[str, Any] = {
        "username": None,
        "password": None,
        "token": None,
        "org": None,
        "verify_tls": True,
        "version": InfluxVersion.V1,
    }
    return InfluxSettings(url=url, database=database, **known | others)


@pytest.fixture(scope="module")
def influx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """Return a real InfluxDB 1 without users."""
    server = start(RealServer, tmp_path_factory.mktemp("influxdb"))
    yield server
    server.kill()


@pytest.fixture
def database(influx: RealServer) -> Iterator[str]:
    """Return a database of the test's own."""
    name = f"test_{secrets.token_hex(4)}"
    influx.run(f"CREATE DATABASE {name}")
    yield name
    influx.run(f"DROP DATABASE {name}")


@pytest.fixture
def server(influx: RealServer, database: str) -> Iterator[InfluxServer]:
    """Return the connection to that database."""
    server = InfluxServer(settings_for(influx.url, database))
    yield server
    server.close()
