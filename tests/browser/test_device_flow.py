"""How a meter that WattWise asks over HTTP is added, as a person sees it."""

from playwright.async_api import expect
import pytest

from wattwise_dev.browser import Frontend

from ..flow_devices import HomeMade
from ..http_devices.server import LOOPBACK
from .flow_dialog import said
from .test_frontend import _add_meter, frontend

__all__ = ["frontend"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("demo"),
    pytest.mark.timeout(300),
]

_METER = "config_subentries.meter.step"


async def test_a_device_of_no_known_kind(frontend: Frontend) -> None:
    """Its values stand beside what they may mean; a reading shows what came out."""
    async with HomeMade() as device:
        dialog = await _add_meter(frontend)
        await dialog.choose(said(f"{_METER}.user.menu_options.http"))
        await dialog.look("device-1-address")
        address = f"{LOOPBACK}:{device.endpoint.port}/values.json"
        await dialog.fill("ha-selector-text", address)
        await dialog.submit()
        await dialog.look("device-2-unknown")
        await dialog.fill("ha-selector-text", "Workshop")
        await dialog.submit()
        text = await dialog.look("device-3-fields")
        for field in ("a · 0.412", "b · 1.5", "c · 1234.5", "d · 230"):
            assert field in text
        await dialog.close()


async def test_a_search_that_finds_nothing_new(frontend: Frontend) -> None:
    """The user learns what to check, and may enter a topic instead."""
    dialog = await _add_meter(frontend)
    await dialog.choose(said(f"{_METER}.user.menu_options.mqtt"))
    title = said(f"{_METER}.mqtt_nothing.title")
    await expect(frontend.page.get_by_text(title)).to_be_visible(timeout=30_000)
    text = await dialog.look("device-4-nothing-new")
    assert said(f"{_METER}.mqtt_nothing.menu_options.mqtt_topic") in text
    await dialog.close()
