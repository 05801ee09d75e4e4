"""A real InfluxDB for tests of what the user sees of it."""

from collections.abc import Generator
import os
from pathlib import Path

import pytest
import pytest_socket

from custom_components.wattwise.history.influx.settings import (
    InfluxSettings,
    InfluxVersion,
)
from wattwise_dev.influxdb.influx_server import InfluxServer
from wattwise_dev.influxdb.server_program import ServerMissingError

DATABASE = "wattwise"
USER = "home"
PASSWORD = "a-password"


def prepared_server(folder: Path) -> InfluxServer:
    """Return a server that runs, with a database and a user who may use it.

    Without the program the test is skipped, except where everything must be there.
    """
    # Servers of a module are set up before the first test's own fixtures.
    pytest_socket.enable_socket()
    try:
        server = InfluxServer(folder, users=True)
    except ServerMissingError as err:
        if os.environ.get("CI") == "true":
            pytest.fail(str(err))
        pytest.skip(str(err))
    server.start()
    server.run(f"CREATE DATABASE {DATABASE}")
    server.run(f"CREATE USER {USER} WITH PASSWORD '{PASSWORD}'")
    server.run(f"GRANT ALL ON {DATABASE} TO {USER}")
    return server


def settings_of(server: InfluxServer) -> InfluxSettings:
    """Return how WattWise reaches it."""
    return InfluxSettings(
        url=server.url,
        database=DATABASE,
        username=USER,
        password=PASSWORD,
        token=None,
        org=None,
        verify_tls=True,
        version=InfluxVersion.V1,
    )


@pytest.fixture
def influx(
    socket_enabled: None, tmp_path_factory: pytest.TempPathFactory
) -> Generator[InfluxServer]:
    """Return a server of the test's own, to be killed at will."""
    server = prepared_server(tmp_path_factory.mktemp("influxdb"))
    yield server
    server.kill()
