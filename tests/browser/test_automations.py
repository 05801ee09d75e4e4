"""Automations of alerts as a person makes them in the frontend."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.blueprints.automations import BLUEPRINTS
from tests.real.demo_process import COMPLETE_HOME, HOMES
from wattwise_dev.browser import DESKTOP, Frontend, open_chromium
from wattwise_dev.home_assistant import Client
from wattwise_dev.home_assistant.onboarding import load_credentials

from .flow_dialog import SCREENSHOTS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("demo"),
    pytest.mark.timeout(300),
]

_HOME: Final = {"entity_id": ["event.demo_home_alerts"]}
_AUTOMATION: Final[dict[str, Any]] = {
    "alias": "Alerts",
    "triggers": [
        {
            "trigger": "wattwise.alert_started",
            "target": _HOME,
            "options": {"minimum_severity": "warning", "kind": ["overload"]},
        },
        {"trigger": "wattwise.alert_worsened", "target": _HOME},
        {"trigger": "wattwise.alert_ended", "target": _HOME},
    ],
    "conditions": [{"condition": "wattwise.alert_is_active", "target": _HOME}],
    "actions": [],
}


@pytest.fixture
async def client(demo_url: str) -> AsyncIterator[Client]:
    """Return what asks the demo home, as its owner."""
    credentials = load_credentials(HOMES / COMPLETE_HOME)
    assert credentials
    async with Client(demo_url, credentials.token) as client:
        yield client


def blueprint_files() -> list[Path]:
    """Return the files of all blueprints."""
    return sorted(BLUEPRINTS.glob("*.yaml"))


async def test_the_editor_knows_the_triggers(demo_url: str, client: Client) -> None:
    """Triggers and the condition stand there in words, with their choices."""
    place = "/config/automation/config/wattwise_alerts"
    await client.rest("POST", f"/api{place}", json=_AUTOMATION)
    try:
        async with (
            open_chromium() as browser,
            Frontend.open(browser, demo_url, "demo", "demo", DESKTOP) as frontend,
        ):
            await frontend.visit("/config/automation/edit/wattwise_alerts")
            await frontend.page.get_by_text("WattWise alert started").first.click()
            await frontend.settle()
            await frontend.screenshot(SCREENSHOTS / "automation.png", height=1300)
            text = await frontend.visible_text()
    finally:
        await client.rest("DELETE", f"/api{place}")
    for words in (
        "WattWise alert started",
        "WattWise alert got worse",
        "WattWise alert is over",
        "WattWise alert is active",
        "Minimum severity",
        "Worth a look today",
        "Overload",
        "Cool-down",
    ):
        assert words in text, text
    assert "No target set" not in text


async def test_the_blueprints_are_listed(demo_url: str, client: Client) -> None:
    """Each blueprint is there, with its name."""
    for path in blueprint_files():
        await client.command(
            "blueprint/save",
            domain="automation",
            path=f"wattwise/{path.name}",
            yaml=path.read_text(),
            allow_override=True,
        )
    try:
        async with (
            open_chromium() as browser,
            Frontend.open(browser, demo_url, "demo", "demo", DESKTOP) as frontend,
        ):
            await frontend.visit("/config/blueprint/dashboard")
            await frontend.page.get_by_text("WattWise: ").first.wait_for()
            await frontend.settle()
            await frontend.screenshot(SCREENSHOTS / "blueprints.png")
            text = await frontend.visible_text()
    finally:
        for path in blueprint_files():
            await client.command(
                "blueprint/delete", domain="automation", path=f"wattwise/{path.name}"
            )
    for path in blueprint_files():
        name = path.read_text().split('"')[1]
        assert name in text, text
