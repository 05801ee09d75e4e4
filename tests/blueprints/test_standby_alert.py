"""The blueprint that tells of rising standby, in a real automation of a real home."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    mock_restore_cache,
)

from custom_components.wattwise.analytics.anomalies.anomaly import AnomalyKind
from custom_components.wattwise.anomalies.anomaly_coordinator import AnomalyCoordinator
from custom_components.wattwise.anomalies.told_anomaly import ToldAnomaly
from custom_components.wattwise.anomalies.unusual import Unusual
from custom_components.wattwise.const import DOMAIN
from homeassistant.const import STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant, State

from ..anomalies.test_told_anomaly import ANOMALY, TOLD
from ..homes import async_add_household, push_meter
from ..test_actions import call
from ..test_meters import pass_time
from ..test_simulated_meter import device_of, simulated
from ..translated_flows import translated_flows
from .automations import TELL, automate, settle, wait

__all__ = ["simulated", "translated_flows"]

NAME: Final = "standby_alert"
STANDBY: Final = "binary_sensor.home_standby_rising"
RISING: Final = replace(
    TOLD, anomaly=replace(ANOMALY, kind=AnomalyKind.STANDBY_RISING, energy=9.0)
)
SAID: Final = (
    "Home: What the home always draws has risen (8 kWh more than expected so far)"
)
DAY: Final = 24 * 60.0

type Rises = Callable[[bool], Awaitable[None]]


@pytest.fixture(autouse=True)
def now(freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock, which only the tests move."""
    freezer.move_to("2026-06-17 10:00:00+00:00")


@pytest.fixture
def rises(wattwise: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> Rises:
    """Let the looks of a home find a risen base load, or none any more."""
    found: list[ToldAnomaly] = []

    async def told(*_: Any) -> tuple[ToldAnomaly, ...]:
        return tuple(found)

    monkeypatch.setattr(AnomalyCoordinator, "_async_told", told)
    monkeypatch.setattr(Unusual, "judges_use", True)

    async def standby(is_high: bool) -> None:
        found[:] = [RISING] if is_high else []
        (entry,) = wattwise.config_entries.async_entries(DOMAIN)
        await entry.runtime_data.anomalies.async_refresh()
        await settle(wattwise)
        shown = wattwise.states.get(STANDBY)
        assert shown
        assert shown.state == (STATE_ON if is_high else STATE_OFF)

    return standby


async def notify(hass: HomeAssistant, **inputs: Any) -> list[str]:
    """Return what is told, as it grows."""
    await async_add_household(hass, push_meter())
    return await automate(hass, NAME, standby=STANDBY, tell=TELL, **inputs)


async def test_a_home_whose_standby_rose(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, simulated: MockConfigEntry
) -> None:
    """What has been drawn day and night for days is found, and told."""
    standby = "binary_sensor.try_out_standby_rising"
    told = await automate(wattwise, NAME, standby=standby, tell=TELL)
    await call(
        wattwise,
        "simulate",
        device_id=device_of(wattwise, "sensor.pretender_power"),
        condition="standby_raised",
        duration={"days": 1},
        past_days=60,
        since_days=6,
    )
    # The forecast reads the new past, and anomalies are learned after it.
    await pass_time(wattwise, freezer, 65)
    await pass_time(wattwise, freezer, 125)
    await settle(wattwise)
    (said,) = told
    assert said.startswith("Try-out: What the home always draws has risen (")


async def test_it_is_told_once_a_week(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, rises: Rises
) -> None:
    """What rises again within the week is not told again then."""
    told = await notify(wattwise)
    await rises(True)
    assert told == [SAID]
    for _ in range(6):
        await wait(wattwise, freezer, DAY)
        await rises(False)
        await rises(True)
    await rises(False)
    await wait(wattwise, freezer, DAY)
    assert told == [SAID]
    await rises(True)
    assert told == [SAID] * 2


async def test_what_stays_is_told_after_the_week(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, rises: Rises
) -> None:
    """What rose again within the week and stays is told at its end, once."""
    told = await notify(wattwise)
    await rises(True)
    await wait(wattwise, freezer, 2 * DAY)
    await rises(False)
    await rises(True)
    await wait(wattwise, freezer, 4.9 * DAY)
    assert told == [SAID]
    await wait(wattwise, freezer, 0.2 * DAY)
    assert told == [SAID] * 2
    await wait(wattwise, freezer, 10 * DAY)
    assert told == [SAID] * 2


@pytest.mark.parametrize("stays", [True, False])
async def test_a_restart_does_not_forget(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, rises: Rises, stays: bool
) -> None:
    """The week counts from when it was told, over restarts."""
    last = datetime(2026, 6, 12, 10, tzinfo=UTC).isoformat()
    before = State("automation.made", "on", {"last_triggered": last})
    mock_restore_cache(wattwise, [before])
    told = await notify(wattwise)
    await rises(True)
    assert told == []
    await wait(wattwise, freezer, 1.9 * DAY)
    assert told == []
    await rises(stays)
    await wait(wattwise, freezer, 0.2 * DAY)
    assert told == [SAID] * stays


async def test_other_days(wattwise: HomeAssistant, rises: Rises) -> None:
    """Who wants to be told each time is."""
    told = await notify(wattwise, days=0)
    await rises(True)
    await rises(False)
    await rises(True)
    assert told == [SAID] * 2
