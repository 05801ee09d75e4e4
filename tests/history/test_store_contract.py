"""Both stores keep the same contract: the history's own file, and a real InfluxDB."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from pathlib import Path

import pytest

from custom_components.wattwise.history.influx.settings import InfluxSettings
from wattwise_dev.influxdb.influx_server import InfluxServer
from wattwise_dev.store_contract.bench import Bench
from wattwise_dev.store_contract.checks import CHECKS
from wattwise_dev.store_contract.influx_bench import influx_bench
from wattwise_dev.store_contract.sqlite_bench import sqlite_bench

from ..influx_servers import prepared_server, settings_of

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def influx(tmp_path_factory: pytest.TempPathFactory) -> Generator[InfluxSettings]:
    """Return the settings of a server that asks for a password."""
    server: InfluxServer = prepared_server(tmp_path_factory.mktemp("influxdb"))
    yield settings_of(server)
    server.kill()


@pytest.fixture(params=["sqlite", "packed", "influxdb"])
async def bench(
    request: pytest.FixtureRequest, tmp_path: Path, socket_enabled: None
) -> AsyncGenerator[Bench]:
    """Return each store in turn."""
    if request.param != "influxdb":
        packed = request.param == "packed"
        async with sqlite_bench(tmp_path, packed=packed) as found:
            yield found
    else:
        async with influx_bench(tmp_path, request.getfixturevalue("influx")) as found:
            yield found


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_contract(
    bench: Bench, check: Callable[[Bench], Awaitable[None]]
) -> None:
    """The check passes."""
    await check(bench)
