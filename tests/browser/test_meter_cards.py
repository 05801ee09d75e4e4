"""Devices that were just discovered, as a person sees them in the frontend."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import require_program
from tests.firmware.environment import require_esphome
from wattwise_dev.browser import Frontend, open_chromium
from wattwise_dev.demo.commissioning import set_up_household
from wattwise_dev.demo.devices import esphome_node, mqtt_meter
from wattwise_dev.demo.devices.equipment import Equipment
from wattwise_dev.demo.devices.wiring import Wiring
from wattwise_dev.demo.discovery import card_of, connect_broker, connect_node
from wattwise_dev.demo.household import demo_household
from wattwise_dev.demo.live import Live
from wattwise_dev.demo.plan import PLACE
from wattwise_dev.esphome.host_program import IDENTITY as NODE_IDENTITY
from wattwise_dev.home_assistant import HomeAssistant, free_port

from .flow_dialog import SCREENSHOTS, FlowDialog, assert_readable, said

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(400),
]

_CARDS = "/config/integrations/dashboard"
_PATIENCE_S = 40.0


@pytest.fixture
async def discovered(tmp_path: Path) -> AsyncIterator[tuple[HomeAssistant, str]]:
    """Return a home with a card for each kind of discovery, and the plug's name."""
    require_program("chromium")
    require_program("g++")
    require_esphome()
    program = esphome_node.program_of_node()
    wiring = Wiring.new(with_node=True)
    assert wiring.node_port is not None
    home = HomeAssistant(
        tmp_path / "home", free_port(), place=PLACE, extra_configuration="zeroconf:\n"
    )
    equipment = Equipment(tmp_path, wiring, home.client, program)
    live = Live(demo_household(datetime.now(UTC)), home.url)
    try:
        await equipment.start()
        await live.begin(equipment.devices)
        await home.start()
        await home.onboard()
        await set_up_household(home)
        await connect_broker(home, equipment.broker, wiring.broker_port)
        await connect_node(home, wiring.node_port)
        await card_of(home, mqtt_meter.IDENTITY, _PATIENCE_S)
        announcement = equipment.plug.announcement
        await card_of(home, wiring.plug_mac, _PATIENCE_S, announcement)
        await card_of(home, NODE_IDENTITY, _PATIENCE_S)
        yield home, equipment.plug.name
    finally:
        await live.stop()
        await home.stop()
        await equipment.stop()


async def test_discovered_devices_are_added(
    discovered: tuple[HomeAssistant, str],
) -> None:
    """Each has a card with its name; its dialog shows values and leads to a meter."""
    home, plug = discovered
    async with (
        open_chromium() as browser,
        Frontend.open(browser, home.url, "demo", "demo") as frontend,
    ):
        await frontend.visit(_CARDS)
        await frontend.screenshot(SCREENSHOTS / "discovered-cards.png", height=1300)
        text = await frontend.visible_text()
        assert_readable(text)
        for kind, name, values in (
            ("mqtt", "Main meter", ("V", "Hz", "kWh")),
            ("http", plug, ("W", "kWh")),
            ("esphome", "Meter 5c1e07", ("W", "kWh")),
        ):
            assert name in text
            await frontend.visit(_CARDS)
            card = frontend.page.locator("ha-config-flow-card").filter(has_text=name)
            await card.get_by_role("button", name="Add").click()
            dialog = FlowDialog(frontend)
            shown = await dialog.look(f"discovered-{kind}-1-card")
            assert "Demo home" in shown
            for unit in values:
                assert f" {unit}" in shown
            await dialog.submit()
            await dialog.look(f"discovered-{kind}-2-meter")
            await dialog.submit()
            added = await dialog.look(f"discovered-{kind}-3-added")
            assert said("config.abort.meter_added").partition("{")[0] in added
        await frontend.visit(_CARDS)
        text = await frontend.visible_text()
        assert plug not in text
