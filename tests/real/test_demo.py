"""The demo, from the outside."""

import json
import shutil
import socket

import pytest

from custom_components.wattwise import const
from wattwise_dev.home_assistant import free_port, is_free

from .demo_process import REPOSITORY, run_demo, running_demo

pytestmark = [pytest.mark.real, pytest.mark.timeout(400)]


def test_smoke_sees_every_meter_live() -> None:
    """One line of JSON tells what was seen, everything else goes to stderr."""
    result = run_demo("--smoke", "--name", "test-smoke", "--port", str(free_port()))

    assert result.returncode == 0, result.stderr
    (line,) = result.stdout.splitlines()
    seen = json.loads(line)
    assert seen["ok"] is True
    assert seen["missing"] == []
    manifest = REPOSITORY / "custom_components" / const.DOMAIN / "manifest.json"
    assert seen["wattwise"] == json.loads(manifest.read_text())["version"]
    assert seen["seconds_to_first_reading"] <= seen["seconds"]
    connected = {
        name: state
        for name, state in seen["entities"].items()
        if name.endswith(".connected")
    }
    assert connected == {
        "grid.connected": "on",
        "pv.connected": "on",
        "water_heater.connected": "on",
        "ac.connected": "on",
    }


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

    with running_demo(*arguments) as second:
        assert (home / "demo_home.json").read_text() == known
    assert second.returncode == 0


def test_a_taken_port_is_named() -> None:
    """The message says what to do."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        result = run_demo("--name", "test-port", "--port", str(port))
    assert result.returncode == 1
    assert "--port" in result.stderr
    assert str(port) in result.stderr
