"""The examples in clients/ do what they say."""

import asyncio
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import sys
from typing import Any

from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.wattwise.metering.quantity import Channel
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import Secrets, load_yaml_dict

from ..homes import KEY, async_add_household, only_meter, push_meter
from ..repository.markdown import examples
from ..repository.test_push_examples import run_curl
from .conftest import CLIENTS

PYTHON_EXAMPLES = CLIENTS / "python" / "examples"


@pytest.fixture
async def client(
    wattwise: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> TestClient[Any, Any]:
    """Return a device's HTTP client."""
    return await hass_client_no_auth()


async def start_example(
    folder: Path, client: TestClient[Any, Any], name: str, *arguments: str
) -> asyncio.subprocess.Process:
    """Start an example program as a person would."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(PYTHON_EXAMPLES / name),
        *arguments,
        cwd=folder,
        env={
            "PYTHONPATH": str(CLIENTS / "python"),
            "WATTWISE_URL": str(client.make_url("/")),
            "WATTWISE_KEY": KEY,
        },
    )


async def test_measure(
    wattwise: HomeAssistant, client: TestClient[Any, Any], tmp_path: Path
) -> None:
    """The first example sends until it is ended."""
    entry = await async_add_household(wattwise, push_meter())
    program = await start_example(tmp_path, client, "measure.py")
    latest = only_meter(entry).coordinator.latest
    try:
        async with asyncio.timeout(20):
            while Channel.ENERGY_IMPORT not in latest:
                await asyncio.sleep(0.05)
                latest = only_meter(entry).coordinator.latest
    finally:
        program.kill()
        await program.wait()
    assert latest[Channel.POWER].value == 412


async def test_send_csv(
    wattwise: HomeAssistant, client: TestClient[Any, Any], tmp_path: Path
) -> None:
    """The second sends a file and ends."""
    entry = await async_add_household(wattwise, push_meter())
    now = datetime.now(UTC)
    rows = [
        f"{(now - timedelta(seconds=10 * i)).isoformat()},{500 - i},"
        for i in range(60, 0, -1)
    ]
    table = tmp_path / "readings.csv"
    table.write_text("\n".join(["time,power,energy_import", *rows]))
    program = await start_example(tmp_path, client, "send_csv.py", str(table))
    async with asyncio.timeout(30):
        assert await program.wait() == 0
    assert only_meter(entry).coordinator.latest[Channel.POWER].value == 499


async def test_curl(wattwise: HomeAssistant, client: TestClient[Any, Any]) -> None:
    """The line for curl is taken."""
    entry = await async_add_household(wattwise, push_meter())
    (example,) = examples(CLIENTS / "curl.md")
    command = example.code.replace(
        "$(date +%s)", str(int(datetime.now(UTC).timestamp()))
    )
    status, answer = await run_curl(client, command, {"HA": "", "KEY": KEY})
    assert (status, answer["accepted"]) == (202, 2)
    assert only_meter(entry).coordinator.latest[Channel.POWER].value == 412


@pytest.mark.usefixtures("socket_enabled")
async def test_rest_command(
    wattwise: HomeAssistant, client: TestClient[Any, Any], tmp_path: Path
) -> None:
    """Home Assistant takes the REST command, and it sends a reading."""
    entry = await async_add_household(wattwise, push_meter())
    (tmp_path / "secrets.yaml").write_text(f"wattwise_key: {KEY}\n")
    copy = tmp_path / "configuration.yaml"
    copy.write_text(
        (CLIENTS / "home-assistant-rest-command.yaml")
        .read_text()
        .replace("http://192.168.1.10:8123", str(client.make_url("")).rstrip("/"))
    )
    configuration = await wattwise.async_add_executor_job(
        load_yaml_dict, str(copy), Secrets(tmp_path)
    )
    assert await async_setup_component(wattwise, "rest_command", configuration)
    assert await async_setup_component(wattwise, "automation", configuration)
    automation = wattwise.states.get("automation.send_the_summer_house_to_wattwise")
    assert automation is not None
    assert automation.state == "on"
    run = {"entity_id": automation.entity_id, "skip_condition": False}
    wattwise.states.async_set("sensor.summer_house_power", "612.5")
    await wattwise.services.async_call("automation", "trigger", run, blocking=True)
    # A sensor is missing: the condition holds the reading back.
    assert Channel.POWER not in only_meter(entry).coordinator.latest
    wattwise.states.async_set("sensor.summer_house_energy", "17.25")
    await wattwise.services.async_call("automation", "trigger", run, blocking=True)
    latest = only_meter(entry).coordinator.latest
    assert latest[Channel.POWER].value == 612.5
    assert latest[Channel.ENERGY_IMPORT].value == pytest.approx(17_250)
    await wattwise.services.async_call(
        "automation", "turn_off", {"entity_id": automation.entity_id}, blocking=True
    )


def test_node_red_flow() -> None:
    """The flow is one: its nodes are wired to each other and know the endpoint."""
    nodes = json.loads((CLIENTS / "node-red-flow.json").read_text())
    by_id = {node["id"]: node for node in nodes}
    assert len(by_id) == len(nodes)
    (tab,) = (node for node in nodes if node["type"] == "tab")
    others = [node for node in nodes if node is not tab]
    assert all(node["z"] == tab["id"] for node in others)
    (start,) = (node for node in others if node["type"] == "inject")
    way = [start["type"]]
    node = start
    while targets := node["wires"][0]:
        (target,) = targets
        node = by_id[target]
        way.append(node["type"])
    assert way == ["inject", "function", "http request", "function"]
    (request,) = (node for node in others if node["type"] == "http request")
    assert request["url"].endswith("/api/wattwise/data")
    assert json.loads(start["payload"]).keys() == {"power", "energy_import"}
