"""The demo, from the outside."""

from collections.abc import Mapping
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

from .demo_process import REPOSITORY, run_demo, running_demo

pytestmark = [
    pytest.mark.real,
    # A first build of the ESPHome node takes about a minute.
    pytest.mark.timeout(400),
    # Homes that are set up at the same time would hear each other's announcements.
    pytest.mark.xdist_group("demo"),
]

METERS = ("grid", "pv", "water_heater", "ac")
# Some seconds on an idle computer.
SECOND_START_S = 30.0


def test_smoke_sees_every_meter_live() -> None:
    """One line of JSON tells what was seen, everything else goes to stderr."""
    require_program("mosquitto")
    require_program("g++")
    require_esphome()
    seen = smoke()

    manifest = REPOSITORY / "custom_components" / const.DOMAIN / "manifest.json"
    assert seen["wattwise"] == json.loads(manifest.read_text())["version"]
    assert seen["seconds_to_first_reading"] <= seen["seconds"]
    assert seen["broker"] == "mosquitto"
    assert seen["fallbacks"] == {}
    assert seen["meters"] == {
        "grid": {"transport": "mqtt", "found_by": "mqtt"},
        "pv": {"transport": "push", "found_by": "user"},
        "water_heater": {"transport": "http", "found_by": "zeroconf"},
        "ac": {"transport": "esphome", "found_by": "integration_discovery"},
    }


def test_smoke_on_a_computer_with_python_alone(tmp_path: Path) -> None:
    """A broker of Python, sensors instead of a node; what is missing is told."""
    seen = smoke("--no-esphome", environment=os.environ | {"PATH": str(tmp_path)})

    assert seen["broker"] == "amqtt"
    assert seen["meters"]["grid"] == {"transport": "mqtt", "found_by": "mqtt"}
    assert seen["meters"]["ac"] == {"transport": "entities", "found_by": "user"}
    assert list(seen["fallbacks"]) == ["ac"]


def smoke(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Set a home up, see that all its meters are live, and return what was seen."""
    port = str(free_port())
    result = run_demo(
        *("--smoke", "--name", "test-smoke", "--port", port, *arguments),
        environment=environment,
    )
    assert result.returncode == 0, result.stderr
    (line,) = result.stdout.splitlines()
    seen: dict[str, Any] = json.loads(line)
    assert seen["ok"] is True
    assert seen["missing"] == []
    assert {name: seen["entities"][f"{name}.connected"] for name in METERS} == (
        dict.fromkeys(METERS, "on")
    )
    complaints = (
        REPOSITORY / ".wattwise/demo/test-smoke/home-assistant.log"
    ).read_text()
    assert [
        line
        for line in complaints.splitlines()
        if "custom_components.wattwise" in line
        and ("WARNING" in line or "ERROR" in line)
    ] == []
    assert "Detected" not in complaints
    return seen


def test_a_home_goes_on_where_it_was_left() -> None:
    """Ctrl-C ends it in order; the second start finds the same home."""
    home = REPOSITORY / ".wattwise" / "demo" / "test-home"
    shutil.rmtree(home, ignore_errors=True)
    port = free_port()
    arguments = ("--name", home.name, "--port", str(port))

    with running_demo(*arguments) as first:
        known = (home / "demo_home.json").read_text()
    assert first.returncode == 0
    assert is_free(port)

    begun = time.monotonic()
    with running_demo(*arguments) as second:
        assert time.monotonic() - begun < SECOND_START_S
        assert (home / "demo_home.json").read_text() == known
    assert second.returncode == 0

    wiring = json.loads(known)["wiring"]
    with socket.create_server(("127.0.0.1", wiring["broker_port"])):
        third = run_demo(*arguments)
    assert third.returncode == 1
    assert str(wiring["broker_port"]) in third.stderr


def test_a_home_of_another_version_is_kept() -> None:
    """It is not deleted; the message says how to begin anew."""
    home = REPOSITORY / ".wattwise" / "demo" / "test-other-version"
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
