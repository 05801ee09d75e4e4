"""The blueprint that tells of rising standby, in a real automation."""

from datetime import UTC, datetime
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import mock_restore_cache

from custom_components.wattwise.alerts.telling.alert_announcements import EVENT_ALERT
from custom_components.wattwise.const import DOMAIN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er

from ..homes import async_add_household, push_meter
from .automations import TELL, automate, wait

NAME: Final = "standby_alert"
SAID: Final = "Home: What the home always draws has risen"
DAY: Final = 24 * 60.0


@pytest.fixture(autouse=True)
def now(freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock, which only the tests move."""
    freezer.move_to("2026-06-17 10:00:00+00:00")


async def standby(hass: HomeAssistant, phase: str = "started") -> None:
    """Let the alert of a home begin, or end."""
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    hass.bus.async_fire(
        EVENT_ALERT,
        {
            "phase": phase,
            "kind": "standby_rising",
            "severity": "notice",
            "entity_id": entity_of(hass),
            "config_entry_id": entry.entry_id,
            "name": "Home",
            "message": "What the home always draws has risen",
        },
    )
    await hass.async_block_till_done()


def entity_of(hass: HomeAssistant) -> str:
    """Return the entity that tells of it."""
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    entity = er.async_get(hass).async_get_or_create(
        "binary_sensor",
        DOMAIN,
        f"{entry.unique_id}_standby_rising",
        config_entry=entry,
        translation_key="standby_rising",
    )
    return entity.entity_id


async def notify(hass: HomeAssistant, **inputs: Any) -> list[str]:
    """Return what is told, as it grows."""
    await async_add_household(hass, push_meter())
    return await automate(hass, NAME, standby=entity_of(hass), tell=TELL, **inputs)


async def test_it_is_told_once_a_week(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What rises again within the week is not told again."""
    told = await notify(wattwise)
    await standby(wattwise)
    assert told == [SAID]
    for _ in range(6):
        await wait(wattwise, freezer, DAY)
        await standby(wattwise, "ended")
        await standby(wattwise)
    assert told == [SAID]
    await wait(wattwise, freezer, DAY)
    await standby(wattwise, "ended")
    await standby(wattwise)
    assert told == [SAID] * 2


async def test_a_restart_does_not_forget(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The week counts from when it was told, over restarts."""
    last = datetime(2026, 6, 12, 10, tzinfo=UTC).isoformat()
    before = State("automation.made", "on", {"last_triggered": last})
    mock_restore_cache(wattwise, [before])
    told = await notify(wattwise)
    await standby(wattwise)
    assert told == []
    await wait(wattwise, freezer, 2 * DAY)
    await standby(wattwise)
    assert told == [SAID]


async def test_other_days(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Who wants to be told each time is."""
    told = await notify(wattwise, days=0)
    await standby(wattwise)
    await standby(wattwise)
    assert told == [SAID] * 2
