"""The page of all homes, and the second home of a demo that it shows."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
import re
from typing import Any, Final

from playwright.async_api import ConsoleMessage
import pytest

from tests.conftest import require_program
from wattwise_dev.browser import PHONE, Frontend, open_chromium
from wattwise_dev.demo.commissioning import set_up_household
from wattwise_dev.demo.devices.wiring import Wiring
from wattwise_dev.demo.household import demo_household
from wattwise_dev.demo.live import Live
from wattwise_dev.demo.memory import KnownHome
from wattwise_dev.demo.neighbours import with_neighbours
from wattwise_dev.demo.plan import PLACE
from wattwise_dev.demo.progress import Progress
from wattwise_dev.home_assistant import HomeAssistant, free_port

from .flow_dialog import SCREENSHOTS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

_PAGE: Final = "/wattwise-homes"
_NEIGHBOUR: Final = "Garden flat"
_WEEK: Final = timedelta(days=7)
# It is learned a minute after the past was loaded.
_FORECAST_S: Final = 180
_GUEST: Final = "guest"
_PANELS: Final = (
    "() => Object.keys(document.querySelector('home-assistant').hass.panels)"
)
_SUBSCRIBE: Final = """() => document.querySelector('home-assistant').hass.connection
  .subscribeMessage(() => {}, { type: 'wattwise/provider/subscribe' })
  .then(() => 'let in', (err) => err.code)
"""
_TOO_WIDE: Final = "() => document.documentElement.scrollWidth > window.innerWidth"


@pytest.fixture
async def two_homes(tmp_path: Path) -> AsyncIterator[HomeAssistant]:
    """Return a home with a second household, of which a week is known."""
    require_program("chromium")
    began = datetime.now(UTC).replace(microsecond=0)
    home = HomeAssistant(tmp_path / "home", free_port(), place=PLACE)
    live = Live(demo_household(began), home.url)
    try:
        await home.start()
        await home.onboard()
        known = KnownHome(
            await set_up_household(home), began, Wiring.new(with_node=False), {}, {}
        )
        kept: list[KnownHome] = []
        progress = Progress()
        await with_neighbours(home, live, known, 2, _WEEK, progress, kept.append)
        assert [one.neighbours[_NEIGHBOUR].push_key != "" for one in kept] == [
            False,
            True,
        ]
        # As if it had been broken off in between: the half made one is made anew.
        await live.silence(_NEIGHBOUR)
        again = await with_neighbours(
            home, live, kept[0], 2, _WEEK, progress, kept.append
        )
        entries = await home.rest(
            "GET", "/api/config/config_entries/entry?domain=wattwise"
        )
        assert {entry["entry_id"] for entry in entries} == {
            known.entry_id,
            again.neighbours[_NEIGHBOUR].entry_id,
        }
        await _until_forecast(home)
        yield home
    finally:
        await live.stop()
        await home.stop()


async def _until_forecast(home: HomeAssistant) -> None:
    async with asyncio.timeout(_FORECAST_S):
        while True:
            told = await home.client.action(
                "wattwise", "get_provider_overview", response=True
            )
            if "forecast" in (told["forecast"]["consumption"] or {}):
                return
            await asyncio.sleep(2)


async def _add_guest(home: HomeAssistant) -> None:
    """Add a user who is no administrator."""
    answer = await home.command(
        "config/auth/create", name=_GUEST, group_ids=["system-users"]
    )
    await home.command(
        "config/auth_provider/homeassistant/create",
        user_id=answer["user"]["id"],
        username=_GUEST,
        password=_GUEST,
    )


async def test_the_page_of_all_homes(two_homes: HomeAssistant) -> None:
    """An administrator reads it on a phone, in his own settings; a guest has none of it."""
    home = two_homes
    await _add_guest(home)
    await home.command(
        "frontend/set_user_data",
        key="language",
        value={
            "language": "de",
            "number_format": "language",
            "time_format": "language",
        },
    )
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        where: Any = message.location
        if message.type == "error" and "wattwise" in f"{where} {message.text}":
            errors.append(message.text)

    async with open_chromium() as browser:
        async with Frontend.open(browser, home.url, "demo", "demo", PHONE) as frontend:
            page = frontend.page
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("console", note)
            await frontend.visit(_PAGE)
            panel = page.locator("wattwise-provider-panel")
            await panel.locator("svg").wait_for()
            await frontend.screenshot(SCREENSHOTS / "all-homes-phone.png", height=2000)
            text = await frontend.visible_text()
            hours = await panel.locator("svg text.hour").all_text_contents()
            days = await panel.locator("svg text.day").all_text_contents()
            powers = await panel.locator("svg text.power").all_text_contents()
            chart = await panel.locator("svg").get_attribute("aria-label")
            assert not await page.evaluate(_TOO_WIDE)
        async with Frontend.open(browser, home.url, _GUEST, _GUEST, PHONE) as frontend:
            await frontend.visit(_PAGE)
            assert _PAGE.removeprefix("/") not in await frontend.page.evaluate(_PANELS)
            assert await frontend.page.evaluate(_SUBSCRIBE) == "unauthorized"
            assert _NEIGHBOUR not in await frontend.visible_text()
            assert not await frontend.page.locator("wattwise-provider-panel").count()
    assert errors == []
    assert len(hours) >= 3
    assert all(re.fullmatch(r"\d\d:00", hour) for hour in hours), hours
    assert all(re.match(r"(Mo|Di|Mi|Do|Fr|Sa|So)\.?,", day) for day in days), days
    assert days
    assert len(set(powers)) == len(powers) >= 3, powers
    assert all(re.fullmatch(r"\d+(,\d+)?", power) for power in powers), powers
    assert chart is not None
    assert re.match(r"Used, highest expected hour: \d+,\d kW \(\d+,\d to", chart), chart
    for words in (_NEIGHBOUR, "Learning", "No meters yet", "All together", chart):
        assert words in text, text
