"""What all blueprints have in common."""

from pathlib import Path
import re
from typing import Any, Final
from urllib.parse import parse_qs, urlparse

import pytest
from pytest_homeassistant_custom_component.test_util.aiohttp import (
    AiohttpClientMocker,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
import yaml

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from .automations import BLUEPRINTS

ROOT: Final = BLUEPRINTS.parents[2]
FILES: Final = sorted(BLUEPRINTS.glob("*.yaml"))
PROJECT: Final = "wattwise-home/wattwise"


def source(path: Path) -> str:
    """Return where a blueprint is imported from."""
    place = path.relative_to(ROOT).as_posix()
    return f"https://github.com/{PROJECT}/blob/main/{place}"


def name_of(path: Path) -> str:
    """Return a short name for a test's parameter."""
    return path.stem


def blueprint(path: Path) -> dict[str, Any]:
    """Return what a file says of itself; its inputs are named by their place."""

    class Loader(yaml.SafeLoader):
        """Reads inputs, too."""

    Loader.add_constructor("!input", lambda loader, node: node.value)
    content = yaml.load(path.read_text(), Loader=Loader)
    assert isinstance(content, dict)
    return content


@pytest.mark.parametrize("path", FILES, ids=name_of)
async def test_it_can_be_imported(
    hass: HomeAssistant,
    aioclient_mock: AiohttpClientMocker,
    hass_ws_client: WebSocketGenerator,
    path: Path,
) -> None:
    """Home Assistant takes it from where docs/alerts.md links to."""
    text = (ROOT / "docs" / "alerts.md").read_text()
    links = re.findall(r"https://my\.home-assistant\.io/redirect/[^\s)]+", text)
    imported = [parse_qs(urlparse(link).query)["blueprint_url"][0] for link in links]
    assert source(path) in imported
    raw = source(path).replace("github.com", "raw.githubusercontent.com")
    aioclient_mock.get(raw.replace("/blob/", "/"), text=path.read_text())
    assert await async_setup_component(hass, "automation", {})
    assert await async_setup_component(hass, "blueprint", {})
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "blueprint/import", "url": source(path)})
    answer = await client.receive_json()
    assert answer["success"], answer
    result = answer["result"]
    assert result["validation_errors"] is None
    assert result["suggested_filename"] == f"wattwise-home/{path.stem}"
    metadata = result["blueprint"]["metadata"]
    assert metadata["source_url"] == source(path)
    assert metadata["name"].startswith("WattWise: ")


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_inputs_are_used(path: Path) -> None:
    """Each input is used, and each that is used is there."""
    used = set(re.findall(r"!input (\w+)", path.read_text()))
    assert used == set(blueprint(path)["blueprint"]["input"])


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("notify_of_problem", ["problems"]),
        ("standby_alert", ["standby"]),
        ("shed_load_before_peak", ["peak", "loads"]),
        ("run_in_cheapest_window", ["household", "ready", "start"]),
    ],
)
def test_few_answers_are_needed(name: str, needed: list[str]) -> None:
    """Whatever has a usual answer has it already; nobody has to write YAML."""
    inputs = blueprint(BLUEPRINTS / f"{name}.yaml")["blueprint"]["input"]
    assert [key for key, field in inputs.items() if "default" not in field] == needed


def test_nothing_links_to_what_is_not_there() -> None:
    """Each link for an import leads to a blueprint."""
    text = (ROOT / "docs" / "alerts.md").read_text()
    links = re.findall(r"https://my\.home-assistant\.io/redirect/[^\s)]+", text)
    imported = {parse_qs(urlparse(link).query)["blueprint_url"][0] for link in links}
    assert imported == {source(path) for path in FILES}
