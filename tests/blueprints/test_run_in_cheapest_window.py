"""The blueprint that starts an appliance when it is cheapest, in a real home."""

from datetime import datetime
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    mock_restore_cache,
)

from custom_components.wattwise.const import CONF_PRICE_ENTITY, CONF_TARIFF
from homeassistant.core import CoreState, HomeAssistant, State

from ..homes import async_add_household, push_meter
from ..test_forecast import ZONE
from ..test_window_action import PRICE, rows, show_price
from .automations import automate, settle, switches, wait

NAME: Final = "run_in_cheapest_window"
READY: Final = "input_boolean.dishes"
STARTED: Final = {"action": "notify.phone", "data": {"message": "{{ best.saves }}"}}


@pytest.fixture(autouse=True)
async def now(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock in a German morning, when prices are high until 13 o'clock."""
    await hass.config.async_set_time_zone(str(ZONE))
    freezer.move_to(datetime(2026, 6, 17, 8, tzinfo=ZONE))


async def home(hass: HomeAssistant, dishes: str = "off") -> MockConfigEntry:
    """Return a home with a price that varies, and a toggle for the dishes."""
    await switches(hass, dishes=dishes)
    show_price(hass, raw_today=rows(0, 24), raw_tomorrow=rows(24, 48))
    return await async_add_household(
        hass,
        push_meter(),
        options={CONF_TARIFF: "entity", CONF_PRICE_ENTITY: PRICE},
    )


async def plan(hass: HomeAssistant, entry: MockConfigEntry, **inputs: Any) -> list[str]:
    """Make the automation; return what is started, as it grows."""
    usual = {
        "household": entry.entry_id,
        "ready": READY,
        "start": [STARTED],
        "done_by": "19:00:00",
    }
    return await automate(hass, NAME, **(usual | inputs))


async def toggle(hass: HomeAssistant, state: str) -> None:
    """Say that the appliance may run, or may not."""
    await hass.services.async_call(
        "input_boolean", f"turn_{state}", {"entity_id": READY}, blocking=True
    )
    await settle(hass)


def ready(hass: HomeAssistant) -> str:
    """Return whether the toggle is on."""
    state = hass.states.get(READY)
    assert state
    return state.state


async def test_it_starts_when_it_is_cheapest(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Prices are lowest from 13 o'clock on; then it starts, and only once."""
    started = await plan(wattwise, await home(wattwise))
    await toggle(wattwise, "on")
    await wait(wattwise, freezer, 299)
    assert (started, ready(wattwise)) == ([], "on")
    await wait(wattwise, freezer, 2)
    assert len(started) == 1
    assert float(started[0]) == pytest.approx(0.5 * (0.8 - 0.18), abs=0.001)
    assert ready(wattwise) == "off"
    await wait(wattwise, freezer, 600)
    assert len(started) == 1


async def test_it_is_done_in_time(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What has to be done by 11 o'clock does not wait for the cheap hours."""
    started = await plan(wattwise, await home(wattwise), done_by="11:00:00")
    await toggle(wattwise, "on")
    await wait(wattwise, freezer, 61)
    assert len(started) == 1


async def test_too_late_for_today(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What cannot be done by then any more today is done by then tomorrow."""
    started = await plan(wattwise, await home(wattwise), done_by="09:30:00")
    await toggle(wattwise, "on")
    await wait(wattwise, freezer, 299)
    assert started == []
    await wait(wattwise, freezer, 2)
    assert len(started) == 1


async def test_it_can_be_called_off(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Who switches the toggle off has nothing started; on again, it is planned anew."""
    started = await plan(wattwise, await home(wattwise))
    await toggle(wattwise, "on")
    await wait(wattwise, freezer, 100)
    await toggle(wattwise, "off")
    await wait(wattwise, freezer, 250)
    assert started == []
    await toggle(wattwise, "on")
    await wait(wattwise, freezer, 1)
    assert len(started) == 1


async def test_when_nobody_knows(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Without prices it asks again, and then starts so late that it is just done."""
    entry = await home(wattwise)
    show_price(wattwise)
    started = await plan(
        wattwise, entry, start=[{"action": "notify.phone", "data": {"message": "go"}}]
    )
    await toggle(wattwise, "on")
    for _ in range(3):
        await wait(wattwise, freezer, 3.1)
    await wait(wattwise, freezer, 530)
    assert started == []
    await wait(wattwise, freezer, 2)
    assert started == ["go"]


async def test_prices_that_come_late(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Right after a restart little is known; minutes later it is."""
    entry = await home(wattwise)
    show_price(wattwise)
    started = await plan(wattwise, entry)
    await toggle(wattwise, "on")
    show_price(wattwise, raw_today=rows(0, 24), raw_tomorrow=rows(24, 48))
    await wait(wattwise, freezer, 3.1)
    await wait(wattwise, freezer, 298)
    assert len(started) == 1


async def test_a_restart_in_between(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What was planned before a restart is planned again after it."""
    entry = await home(wattwise, dishes="on")
    wattwise.set_state(CoreState.not_running)
    started = await plan(wattwise, entry)
    await wattwise.async_start()
    await settle(wattwise)
    await wait(wattwise, freezer, 299)
    assert (started, ready(wattwise)) == ([], "on")
    await wait(wattwise, freezer, 2)
    assert len(started) == 1
    assert ready(wattwise) == "off"


@pytest.mark.parametrize(
    ("planned", "done_by", "at_once"),
    [
        # It should have begun at 7 at the latest, an hour ago.
        (datetime(2026, 6, 17, 4, tzinfo=ZONE), "09:00:00", True),
        # It was planned after that, for the next day.
        (datetime(2026, 6, 17, 7, 30, tzinfo=ZONE), "09:00:00", False),
        # That was yesterday.
        (datetime(2026, 6, 16, 4, tzinfo=ZONE), "09:00:00", False),
        # There still is time for what was planned.
        (datetime(2026, 6, 17, 4, tzinfo=ZONE), "19:00:00", False),
    ],
)
async def test_a_start_that_was_missed(
    wattwise: HomeAssistant, planned: datetime, done_by: str, at_once: bool
) -> None:
    """What should have begun while Home Assistant was off begins once it is back."""
    entry = await home(wattwise, dishes="on")
    wattwise.set_state(CoreState.not_running)
    last = {"last_triggered": planned.isoformat()}
    mock_restore_cache(wattwise, [State("automation.made", "on", last)])
    start = [{"action": "notify.phone", "data": {"message": "go"}}]
    started = await plan(wattwise, entry, done_by=done_by, start=start)
    await wattwise.async_start()
    await settle(wattwise)
    expected = (["go"], "off") if at_once else ([], "on")
    assert (started, ready(wattwise)) == expected
    if not at_once:
        await toggle(wattwise, "off")
