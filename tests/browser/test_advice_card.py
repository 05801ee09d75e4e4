"""The advice card, as people of a home see it and press its buttons."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page, expect
import pytest

from custom_components.wattwise.advice.advice_book import AdviceBook
from custom_components.wattwise.analytics.advice.advice import Advice, AdviceKind
from tests.conftest import require_program
from wattwise_dev.browser import Frontend, open_chromium
from wattwise_dev.demo.commissioning import set_up_household
from wattwise_dev.demo.plan import PLACE
from wattwise_dev.home_assistant import HomeAssistant, free_port

from .flow_dialog import SCREENSHOTS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

_DASHBOARD: Final = "advice-only"
_STANDBY: Final = "A lot runs day and night"
_RISING: Final = "More runs day and night than a year ago"
_FOUND: Final = [
    Advice(AdviceKind.STANDBY, {"base_load_w": 310.0, "share": 0.6}, 310.0, 1, 179, 54),
    Advice(
        AdviceKind.STANDBY_RISING,
        {"base_load_w": 310.0, "base_load_a_year_ago_w": 200.0},
        110.0,
        1,
        96,
        29,
    ),
]
# An hour and a bit later, Home Assistant tells something new.
_AN_HOUR_LATER: Final = """(card) => {
  const now = Date.now;
  Date.now = () => now() + 3_660_000;
  card.hass = card._hass;
}"""


@dataclass(frozen=True)
class AdvisedHome:
    """A home that has been looked through, with a dashboard that shows its advice."""

    home: HomeAssistant
    entry_id: str

    async def states(self) -> dict[str, str]:
        """Return what became of each piece, as the integration knows it."""
        return {piece["id"]: piece["state"] for piece in await self.pieces()}

    async def pieces(self) -> list[dict[str, Any]]:
        """Return all pieces."""
        answer = await self.home.client.action(
            "wattwise",
            "get_advice",
            response=True,
            config_entry_id=self.entry_id,
            all=True,
        )
        found: list[dict[str, Any]] = answer["advice"]
        return found

    async def say(self, action: str, **data: Any) -> None:
        """Say something to the first piece, without the card."""
        await self.home.client.action(
            "wattwise",
            action,
            config_entry_id=self.entry_id,
            advice_id="standby",
            **data,
        )


@pytest.fixture
async def advised(
    tmp_path: Path,
) -> AsyncIterator[AdvisedHome]:
    """Return a home in which two pieces were found before it was started anew."""
    require_program("chromium")
    home = HomeAssistant(tmp_path / "home", free_port(), place=PLACE)
    async with home:
        await home.onboard()
        entry_id = await set_up_household(home)
        await _add_guest(home)
        await _add_dashboard(home, entry_id)
    _keep_advice(home.config_dir, entry_id)
    async with home:
        yield AdvisedHome(home, entry_id)


async def _add_guest(home: HomeAssistant) -> None:
    """Let somebody in who administers nothing."""
    made = await home.command(
        "config/auth/create", name="Guest", group_ids=["system-users"]
    )
    await home.command(
        "config/auth_provider/homeassistant/create",
        user_id=made["user"]["id"],
        username="guest",
        password="guest",
    )


async def _add_dashboard(home: HomeAssistant, entry_id: str) -> None:
    await home.command(
        "lovelace/dashboards/create",
        url_path=_DASHBOARD,
        title="Advice",
        require_admin=False,
        show_in_sidebar=True,
    )
    card = {"type": "custom:wattwise-advice", "config_entry_id": entry_id}
    await home.command(
        "lovelace/config/save",
        url_path=_DASHBOARD,
        config={"views": [{"title": "Advice", "path": "all", "cards": [card]}]},
    )


def _keep_advice(config_dir: Path, entry_id: str) -> None:
    """Let a look of last night have found something."""
    storage = config_dir / ".storage"
    known = json.loads((storage / "core.config_entries").read_text())
    (household_id,) = (
        entry["unique_id"]
        for entry in known["data"]["entries"]
        if entry["entry_id"] == entry_id
    )
    book = AdviceBook()
    book.take(_FOUND, 28, datetime.now(UTC) - timedelta(hours=6))
    key = f"wattwise.advice.{household_id}"
    kept = {"version": 1, "minor_version": 1, "key": key, "data": book.as_dict()}
    (storage / key).write_text(json.dumps(kept))


async def _press(page: Page, words: str, title: str) -> None:
    await page.get_by_role("button", name=f"{words}: {title}", exact=True).click()


async def _see(page: Page, *titles: str, aside: int) -> None:
    """Wait until these pieces, and no others, are open, and so many put aside."""
    card = page.locator("wattwise-advice")
    await expect(card.locator(".page > ul h2")).to_have_text(list(titles))
    summary = card.locator("summary")
    if aside:
        await expect(summary).to_have_text(f"Put aside ({aside})")
    else:
        await expect(summary).to_have_count(0)


async def test_the_advice_card(advised: AdvisedHome) -> None:
    """Administrators choose what becomes of advice, others read it, and it stays new."""
    await _say(advised)
    await _read(advised)
    await _read_without_sensor(advised)


async def _say(advised: AdvisedHome) -> None:
    """Each button does what it says, and each can be taken back at once."""
    async with (
        open_chromium() as browser,
        Frontend.open(browser, advised.home.url, "demo", "demo") as frontend,
    ):
        page = frontend.page
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        await frontend.visit(f"/{_DASHBOARD}/all")
        await _see(page, _STANDBY, _RISING, aside=0)
        await _press(page, "Not for us", _STANDBY)
        await _see(page, _RISING, aside=1)
        assert await advised.states() == {
            "standby": "dismissed",
            "standby_rising": "open",
        }
        await _press(page, "Remind me in a month", _RISING)
        await _see(page, aside=2)
        _, rising = await advised.pieces()
        assert rising["state"] == "snoozed"
        until = datetime.fromisoformat(rising["snoozed_until"])
        assert timedelta(days=29) < until - datetime.now(UTC) <= timedelta(days=30)
        await page.locator("wattwise-advice summary").click()
        await frontend.screenshot(SCREENSHOTS / "advice-put-aside.png")
        await _press(page, "Show again", _RISING)
        await _see(page, _RISING, aside=1)
        await _press(page, "Show again", _STANDBY)
        await _see(page, _STANDBY, _RISING, aside=0)
        assert set((await advised.states()).values()) == {"open"}
    assert errors == []


async def _read(advised: AdvisedHome) -> None:
    """Who administers nothing finds the advice without buttons."""
    async with (
        open_chromium() as browser,
        Frontend.open(browser, advised.home.url, "guest", "guest") as frontend,
    ):
        await frontend.visit(f"/{_DASHBOARD}/all")
        await _see(frontend.page, _STANDBY, _RISING, aside=0)
        card = frontend.page.locator("wattwise-advice")
        await expect(card.get_by_text("310 W").first).to_be_visible()
        await expect(card.get_by_role("button")).to_have_count(0)
        # Others hear of it when an administrator says something.
        await advised.say("dismiss_advice")
        await _see(frontend.page, _RISING, aside=0)
        await advised.say("snooze_advice", days=0)
        await _see(frontend.page, _STANDBY, _RISING, aside=0)


async def _read_without_sensor(advised: AdvisedHome) -> None:
    """Where nothing tells that there is other advice, it is asked for each hour."""
    entities = await advised.home.command("config/entity_registry/list")
    (sensor,) = (
        entity["entity_id"]
        for entity in entities
        if entity["platform"] == "wattwise" and entity["translation_key"] == "advice"
    )
    await advised.home.command(
        "config/entity_registry/update", entity_id=sensor, disabled_by="user"
    )
    async with (
        open_chromium() as browser,
        Frontend.open(browser, advised.home.url, "demo", "demo") as frontend,
    ):
        page = frontend.page
        await frontend.visit(f"/{_DASHBOARD}/all")
        await _see(page, _STANDBY, _RISING, aside=0)
        await advised.say("dismiss_advice")
        await frontend.settle()
        await _see(page, _STANDBY, _RISING, aside=0)
        await page.locator("wattwise-advice").evaluate(_AN_HOUR_LATER)
        await _see(page, _RISING, aside=1)
