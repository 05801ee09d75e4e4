"""The demo, from the outside."""

import json
import os
from pathlib import Path
import shutil
import socket
import time
from typing import Any

import pytest

from custom_components.wattwise import const
from tests.conftest import require_program
from tests.firmware.environment import require_esphome
from wattwise_dev.home_assistant import free_port, is_free

from .demo_process import (
    COMPLETE_HOME,
    HOMES,
    REPOSITORY,
    SHORT_PAST,
    Smoke,
    complete_home,
    run_demo,
    running_demo,
    smoke,
)

pytestmark = [
    pytest.mark.real,
    # A first build of the ESPHome node takes about a minute.
    pytest.mark.timeout(400),
]

METERS = ("grid", "pv", "water_heater", "ac")
PER_DAY = 288


# The tests with a browser go on with this home.
@pytest.mark.xdist_group("demo")
def test_smoke_sees_every_meter_live() -> None:
    """One line of JSON tells what was seen, everything else goes to stderr."""
    require_program("mosquitto")
    require_program("g++")
    require_esphome()
    seen = sound(complete_home())

    manifest = REPOSITORY / "custom_components" / const.DOMAIN / "manifest.json"
    assert seen["wattwise"] == json.loads(manifest.read_text())["version"]
    assert seen["seconds_to_first_reading"] <= seen["seconds"]
    assert seen["broker"] == "mosquitto"
    assert seen["fallbacks"] == {}
    assert rows_of_past(HOMES / COMPLETE_HOME) == 14 * PER_DAY
    assert seen["meters"] == {
        "grid": {"transport": "mqtt", "found_by": "mqtt"},
        "pv": {"transport": "push", "found_by": "user"},
        "water_heater": {"transport": "http", "found_by": "zeroconf"},
        "ac": {"transport": "esphome", "found_by": "integration_discovery"},
    }


def test_a_computer_with_python_alone(tmp_path: Path) -> None:
    """A broker of Python, sensors instead of a node; the home goes on where it was left.

    Ctrl-C ends it in order, and the second start finds the same home.
    """
    home = HOMES / "test-python-alone"
    environment = os.environ | {"PATH": str(tmp_path)}
    port = free_port()

    seen = sound(
        smoke(home.name, port, "--no-esphome", *SHORT_PAST, environment=environment)
    )
    assert seen["broker"] == "amqtt"
    assert seen["meters"]["grid"] == {"transport": "mqtt", "found_by": "mqtt"}
    assert seen["meters"]["ac"] == {"transport": "entities", "found_by": "user"}
    assert list(seen["fallbacks"]) == ["ac"]
    assert rows_of_past(home) == 14 * PER_DAY
    known = (home / "demo_home.json").read_text()
    assert is_free(port)

    arguments = ("--name", home.name, "--port", str(port))
    begun = time.monotonic()
    with running_demo(*arguments, environment=environment) as second:
        # However busy this computer is, a start is quicker than a set-up.
        assert time.monotonic() - begun < seen["seconds"]
        assert (home / "demo_home.json").read_text() == known
    assert second.returncode == 0
    assert is_free(port)

    wiring = json.loads(known)["wiring"]
    with socket.create_server(("127.0.0.1", wiring["broker_port"])):
        third = run_demo(*arguments, environment=environment)
    assert third.returncode == 1
    assert str(wiring["broker_port"]) in third.stderr


def rows_of_past(home: Path) -> int:
    """Return how many rows the files hold from which each meter's past was loaded."""
    rows = {
        len((home / "wattwise" / f"{meter}.csv").read_text().splitlines()) - 1
        for meter in METERS
    }
    (count,) = rows
    return count


def sound(home: Smoke) -> dict[str, Any]:
    """Return what a demo saw of its home, in which all meters were live."""
    assert home.demo.returncode == 0, home.demo.stderr
    (line,) = home.demo.stdout.splitlines()
    seen: dict[str, Any] = json.loads(line)
    assert seen["ok"] is True
    assert seen["missing"] == []
    assert {meter: seen["entities"][f"{meter}.connected"] for meter in METERS} == (
        dict.fromkeys(METERS, "on")
    )
    assert [
        line
        for line in home.log.splitlines()
        if "custom_components.wattwise" in line
        and ("WARNING" in line or "ERROR" in line)
    ] == []
    assert "Detected" not in home.log
    return seen


def test_a_home_of_another_version_is_kept() -> None:
    """It is not deleted; the message says how to begin anew."""
    home = HOMES / "test-other-version"
    home.mkdir(parents=True, exist_ok=True)
    remembered = home / "demo_home.json"
    remembered.write_text('{"entry_id": "1", "meters": {}}')
    try:
        result = run_demo("--name", home.name, "--port", str(free_port()))
        assert remembered.exists()
    finally:
        shutil.rmtree(home)
    assert result.returncode == 1
    assert "--fresh" in result.stderr


def test_a_taken_port_is_named() -> None:
    """The message says what to do."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        result = run_demo("--name", "test-port", "--port", str(port))
    assert result.returncode == 1
    assert "--port" in result.stderr
    assert str(port) in result.stderr
