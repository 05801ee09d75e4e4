"""WattWise as a person sees it in the frontend."""

from collections.abc import AsyncIterator
import re
from typing import Final

from aiohttp import ClientSession
import pytest

from custom_components.wattwise.const import DOMAIN
from tests.conftest import require_program
from tests.firmware.environment import require_esphome
from tests.real.demo_process import COMPLETE_HOME, HOMES
from wattwise_dev.browser import DESKTOP, PHONE, Frontend, Screen, open_chromium
from wattwise_dev.home_assistant import Client, open_discovered_flow
from wattwise_dev.home_assistant.onboarding import load_credentials

from .flow_dialog import SCREENSHOTS, FlowDialog, assert_readable, said

pytestmark = [
    pytest.mark.browser,
    # They share one demo home, which is set up once.
    pytest.mark.xdist_group("demo"),
    pytest.mark.timeout(300),
]

_INTEGRATION = "/config/integrations/integration/wattwise"
_ESPHOME = "/config/integrations/integration/esphome"
_METER = "config_subentries.meter.step"
_ALL_CARDS = {DESKTOP.name: 1300, PHONE.name: 2900}


@pytest.fixture
async def frontend(demo_url: str) -> AsyncIterator[Frontend]:
    """Return a tab in which the demo user is logged in."""
    async with (
        open_chromium() as browser,
        Frontend.open(browser, demo_url, "demo", "demo") as frontend,
    ):
        yield frontend


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=lambda screen: screen.name)
async def test_the_dashboard_shows_the_home(demo_url: str, screen: Screen) -> None:
    """It is what is seen first, every number is there and nothing is cut."""
    async with (
        open_chromium() as browser,
        Frontend.open(browser, demo_url, "demo", "demo", screen) as frontend,
    ):
        await frontend.visit("/")
        assert frontend.page.url == f"{demo_url}/demo-home/home"
        await frontend.screenshot(
            SCREENSHOTS / f"dashboard-{screen.name}.png",
            height=_ALL_CARDS[screen.name],
        )
        text = await frontend.visible_text()
        too_wide = await frontend.page.evaluate(
            "() => document.documentElement.scrollWidth > window.innerWidth"
        )
    assert_readable(text, values=True)
    assert not too_wide
    assert text.count("Connected") == 4
    assert len(re.findall(r"[\d,.]+ W$", text, re.MULTILINE)) >= 5
    assert len(re.findall(r"[\d,.]+ kWh$", text, re.MULTILINE)) >= 10
    assert "No statistics found" not in text, "the last days are empty"
    assert re.search(r"€[\d.]+", text)


async def test_the_energy_dashboard_shows_the_past(frontend: Frontend) -> None:
    """What happened before the demo began is in Home Assistant's own charts."""
    await frontend.visit("/energy")
    await frontend.page.get_by_text("Energy distribution").wait_for()
    await frontend.page.get_by_role("button", name="Previous").first.click()
    await frontend.settle()
    await frontend.screenshot(SCREENSHOTS / "energy-dashboard.png", height=1500)
    text = await frontend.visible_text()
    used = [float(kwh) for kwh in re.findall(r"([\d.]+) kWh", text)]
    assert used, text
    assert max(used) > 5


async def test_the_dashboard_shows_what_is_wrong(frontend: Frontend) -> None:
    """Alerts, zones and the bill are there, and in words."""
    await frontend.visit("/demo-home/alerts")
    await frontend.screenshot(SCREENSHOTS / "alerts.png", height=900)
    text = await frontend.visible_text()
    assert_readable(text)
    for words in ("Is anything wrong?", "As usual?", "The bill", "What happened"):
        assert words in text
    assert "Advice: Demo home" in text
    assert text.count("OK") + text.count("Safe") >= 4


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=lambda screen: screen.name)
async def test_the_quality_of_the_voltage_can_be_printed(
    demo_url: str, screen: Screen
) -> None:
    """The page shows each phase of a week, weeks before, and what goes to the printer."""
    async with (
        open_chromium() as browser,
        Frontend.open(browser, demo_url, "demo", "demo", screen) as frontend,
    ):
        page = frontend.page
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        await frontend.visit("/demo-home/voltage-quality")
        await page.get_by_role("heading", name="Voltage quality: Grid").wait_for()
        await frontend.settle()
        newest = await frontend.visible_text()
        await frontend.screenshot(
            SCREENSHOTS / f"voltage-quality-{screen.name}.png", height=1300
        )
        await page.get_by_role("button", name="Earlier").click()
        await (
            page.get_by_role("button", name="Later")
            .and_(page.locator(":enabled"))
            .wait_for()
        )
        await frontend.settle()
        earlier = await frontend.visible_text()
        await page.get_by_role("button", name="Later").click()
        await (
            page.get_by_role("button", name="Later")
            .and_(page.locator(":disabled"))
            .wait_for()
        )
        await page.evaluate(_WAIT_FOR_PRINT)
        await page.get_by_role("button", name="Print").click()
        printed = await page.evaluate("window.printed")
    for text in (newest, earlier, printed):
        for phase in (1, 2, 3):
            assert text.count(f"Phase {phase}") >= 2, text
        assert re.search(r"Within 10 % of nominal\n?[\d.]+\xa0%", text), text
    assert "Kept" in newest
    assert errors == []


# The dialog of the browser would wait for somebody.
_WAIT_FOR_PRINT: Final = """() => {
  window.printed = new Promise((resolve) => {
    new MutationObserver((changes, observer) => {
      const frame = changes.flatMap((change) => [...change.addedNodes])
        .find((node) => node.tagName === "IFRAME");
      if (!frame) return;
      observer.disconnect();
      frame.contentWindow.print = () => {};
      setTimeout(() => resolve(frame.contentDocument.body.textContent));
    }).observe(document.body, { childList: true });
  });
}"""


async def test_the_devices_show_every_entity(frontend: Frontend) -> None:
    """The pages of the household and its meters name what they show."""
    await frontend.visit(_INTEGRATION)
    text = await frontend.visible_text()
    for name in ("Demo home", "Grid", "Solar", "Water heater", "Air conditioner"):
        assert name in text
    assert_readable(text)
    for name in ("Demo home", "Grid", "Solar", "Water heater"):
        await _look_at_device(frontend, _INTEGRATION, name)


async def test_the_node_shows_what_is_counted(frontend: Frontend) -> None:
    """An ESPHome node keeps its device; what WattWise counts stands on it too."""
    require_esphome()
    require_program("g++")
    text = await _look_at_device(frontend, _ESPHOME, "Meter 5c1e07")
    assert "Energy today" in text


# A home that was set up a minute ago has not learned yet what is usual, nor how good its
# forecasts are; nothing has happened in it, and nobody has looked for advice.
_STILL_TO_COME: Final = re.compile(
    r"[^\n]*(?:[Ff]orecast|Advice|Possible saving|Left on|Standby rising|Alerts"
    r"|Production too low|Unusual consumption|[Uu]sage zone|High use|in 7 days"
    r"|Clock wrong|Day type|Daily rhythm|[Ss]imilar homes|[Yy]early use)[^\n]*\n(?:Unknown|Unavailable)"
)


async def _look_at_device(frontend: Frontend, integration: str, name: str) -> str:
    """Open the page of an integration's device, and return the words on it."""
    await frontend.visit(integration)
    await frontend.page.get_by_text(name, exact=True).last.click()
    await frontend.settle()
    slug = name.lower().replace(" ", "-")
    await frontend.screenshot(SCREENSHOTS / f"device-{slug}.png", height=1900)
    text = await frontend.visible_text()
    assert name in text
    # What happened before the last restart is in the activity, gaps included.
    now, _, _ = text.partition("\nActivity\nToday")
    assert_readable(_STILL_TO_COME.sub("", now), values=True)
    return text


async def test_a_meter_that_pushes_is_added(frontend: Frontend, demo_url: str) -> None:
    """Every step can be read, and the meter's first reading is shown."""
    dialog = await _add_meter(frontend)
    await dialog.look("meter-1-menu")
    await dialog.choose(said(f"{_METER}.user.menu_options.push"))
    await dialog.look("meter-2-push")
    await dialog.fill("ha-selector-text", "Garage")
    await dialog.submit()
    text = await dialog.look("meter-3-connect")
    (key,) = re.findall(r"X-API-Key: ([\w-]+)'", text)
    assert f"{demo_url}/api/wattwise/data" in text
    await dialog.submit()
    text = await dialog.look("meter-4-nothing-arrived")
    assert said("config_subentries.meter.error.nothing_arrived") in text

    async with (
        ClientSession() as session,
        session.post(
            f"{demo_url}/api/wattwise/data",
            json={"power": 412, "energy_import": 1234.567},
            headers={"X-API-Key": key},
        ) as response,
    ):
        assert response.status == 503
    await dialog.submit()
    text = await dialog.look("meter-5-energy")
    assert "412" in text
    assert "1,234.6 kWh" in text
    await dialog.submit()
    await dialog.look("meter-6-created")


async def test_a_meter_of_sensors_is_offered(frontend: Frontend) -> None:
    """Sensors of Home Assistant can be chosen one by one."""
    dialog = await _add_meter(frontend)
    await dialog.choose(said(f"{_METER}.user.menu_options.entities"))
    await dialog.look("sensors-1-channels")
    await dialog.close()


async def test_meter_and_options_can_be_changed(frontend: Frontend) -> None:
    """The forms behind the cogwheels can be read."""
    await frontend.visit(_INTEGRATION)
    dialog = FlowDialog(frontend)
    meter = frontend.page.locator("ha-config-sub-entry-row").filter(has_text="Solar")
    await meter.locator("ha-icon-button").nth(1).click()
    await dialog.look("change-1-menu")
    await dialog.choose(said(f"{_METER}.reconfigure.menu_options.settings"))
    await dialog.look("change-2-settings")
    await dialog.close()

    household = frontend.page.locator("ha-config-entry-row").first
    await household.locator("ha-icon-button").nth(1).click()
    await dialog.look("options-1-menu")
    await dialog.choose(said("options.step.init.menu_options.tariff_and_power"))
    await dialog.look("options-2-tariff")
    await dialog.close()


async def test_a_household_is_added(frontend: Frontend, demo_url: str) -> None:
    """Every step can be read."""
    await _forget_what_was_discovered(demo_url)
    await frontend.visit("/config/integrations/dashboard/add?domain=wattwise")
    await frontend.page.locator("dialog-box ha-dialog-footer ha-button").last.click()
    dialog = FlowDialog(frontend)
    await dialog.look("household-1-user")
    await dialog.fill("ha-selector-text", "Summer house")
    await dialog.choose(said("selector.nominal_voltage.options.custom"))
    await dialog.choose(said("selector.tariff.options.flat"))
    await dialog.submit()
    await dialog.look("household-2-voltage")
    await dialog.fill("ha-selector-number", "127")
    await dialog.submit()
    assert "EUR/kWh" in await dialog.look("household-3-price")
    await dialog.fill("ha-selector-number", "0.31")
    await dialog.submit()
    asked = await dialog.look("household-4-about-home")
    assert said("config.step.about_home.data.dwelling") in asked
    # Every question may stay open.
    await dialog.submit()
    await dialog.look("household-5-created")
    await dialog.submit()
    await frontend.visit(_INTEGRATION)
    assert "Summer house" in await frontend.visible_text()


async def _forget_what_was_discovered(demo_url: str) -> None:
    """Close the cards of plugs that other homes of this machine have announced.

    Where there is a card, the frontend offers it before it begins anew.
    """
    credentials = load_credentials(HOMES / COMPLETE_HOME)
    assert credentials is not None
    async with Client(demo_url, credentials.token) as client:
        for card in await client.command("config_entries/flow/progress"):
            if card["handler"] == DOMAIN:
                flow = await open_discovered_flow(client, card["flow_id"])
                await flow.abandon()


async def _add_meter(frontend: Frontend) -> FlowDialog:
    """Open the menu with which a meter is added."""
    await frontend.visit(_INTEGRATION)
    add = said("config_subentries.meter.initiate_flow.user")
    await frontend.page.get_by_text(add, exact=True).first.click()
    return FlowDialog(frontend)
