"""The demo with a real InfluxDB, from the outside."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from wattwise_dev.demo.database import DATABASE
from wattwise_dev.home_assistant import free_port, is_free
from wattwise_dev.influxdb.influx_server import PROGRAM, InfluxServer
from wattwise_dev.influxdb.server_program import find_program

from .demo_process import HOMES, SHORT_PAST, running_demo, smoke

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]

METERS = {"grid", "solar", "water_heater", "air_conditioner"}


def test_readings_arrive_and_stay(tmp_path: Path) -> None:
    """Each meter's readings and past are in InfluxDB, also at the second start.

    The second start is not told of InfluxDB: the home has one now.
    """
    if find_program(PROGRAM) is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{PROGRAM} is missing")
        pytest.skip(f"{PROGRAM} is missing (scripts/setup --influxdb unpacks it)")
    home = HOMES / "test-influxdb"
    port = free_port()
    first = smoke(home.name, port, "--no-esphome", "--influxdb", *SHORT_PAST)
    assert first.demo.returncode == 0, first.demo.stderr
    seen = json.loads(first.demo.stdout)
    assert seen["missing"] == []
    assert seen["influxdb"]["version"].startswith("1.")
    assert seen["influxdb"]["waiting"]["rejected"] == 0
    assert all(count > 0 for count in seen["influxdb"]["points"].values())
    assert set(seen["influxdb"]["points"]) == {"wattwise_reading", "wattwise_5min"}

    wiring = json.loads((home / "demo_home.json").read_text())["wiring"]
    database_port = wiring["influxdb_port"]
    assert is_free(database_port)
    with running_demo("--name", home.name, "--port", str(port)) as second:
        # Of the running server, only the address is needed.
        server = InfluxServer(tmp_path, database_port, users=True)
        again = _counted(server)
        assert again.keys() >= METERS
        assert sum(again.values()) >= seen["influxdb"]["points"]["wattwise_5min"]
    assert second.returncode == 0
    assert is_free(database_port)


def _counted(server: InfluxServer) -> dict[str, Any]:
    """Return the number of roll-ups by meter."""
    return {
        series["tags"]["meter"]: series["values"][0][1]
        for series in server.run(
            'SELECT count("count") FROM "wattwise_5min" GROUP BY "meter"', DATABASE
        )
    }
