"""Whether the budget of a month is at risk: before it happens, and without flapping."""

from datetime import datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.wattwise.alerts.telling.alert_announcements import EVENT_ALERT
from custom_components.wattwise.const import CONF_PRICE, CONF_TARIFF, TARIFF_FLAT
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .homes import async_add_household, only_meter, push_meter
from .test_bill import DAYS, FLAT, NOON, ZONE, home, shown
from .test_meters import pass_time


def alert(hass: HomeAssistant) -> str:
    """Return whether the budget is at risk."""
    return shown(hass, "budget_at_risk", "binary_sensor").state


async def set_amount(hass: HomeAssistant, key: str, value: float) -> None:
    """Let the user set an amount."""
    await hass.services.async_call(
        "number",
        "set_value",
        {"entity_id": shown(hass, key, "number").entity_id, "value": value},
        blocking=True,
    )
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    ("key", "calm", "risky", "grave", "unit"),
    [
        ("monthly_budget", 130, 120, 60, "EUR"),
        ("monthly_energy_budget", 370, 350, 200, "kWh"),
    ],
)
async def test_budget(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    key: str,
    calm: float,
    risky: float,
    grave: float,
    unit: str,
) -> None:
    """On while more than the budget is expected; what is next to sure is critical."""
    entry = await home(wattwise, freezer, **FLAT)
    assert alert(wattwise) == STATE_OFF
    await set_amount(wattwise, key, calm)
    assert alert(wattwise) == STATE_OFF
    await set_amount(wattwise, key, risky)
    state = shown(wattwise, "budget_at_risk", "binary_sensor")
    assert state.state == STATE_ON
    assert state.attributes["severity"] == "warning"
    details = state.attributes["details"]
    assert (details["budget"], details["unit"]) == (risky, unit)
    assert details["days_left"] == 20
    assert details["so_far"] < details["low"] < details["expected"] < details["high"]
    assert details["low"] < risky < details["expected"]
    told = async_capture_events(wattwise, EVENT_ALERT)
    await wattwise.config_entries.async_reload(entry.entry_id)
    await pass_time(wattwise, freezer, 200)
    await pass_time(wattwise, freezer, 6)
    assert alert(wattwise) == STATE_ON
    assert told == [], "it went on over the restart"
    await set_amount(wattwise, key, grave)
    state = shown(wattwise, "budget_at_risk", "binary_sensor")
    assert state.attributes["severity"] == "critical"
    await set_amount(wattwise, key, 0)
    assert alert(wattwise) == STATE_OFF


async def test_spent_before_anything_is_expected(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A budget that is spent is told of, even of a home that is not known yet."""
    await home(wattwise, freezer, days=4, **{CONF_TARIFF: TARIFF_FLAT, CONF_PRICE: 1.0})
    await set_amount(wattwise, "monthly_budget", 500)
    assert alert(wattwise) == STATE_UNKNOWN
    await set_amount(wattwise, "monthly_budget", 40)
    state = shown(wattwise, "budget_at_risk", "binary_sensor")
    assert state.state == STATE_ON
    assert state.attributes["severity"] == "critical"
    assert state.attributes["details"]["expected"] is None


async def test_it_begins_after_hours_and_ends_with_the_month(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A home that uses more and more is warned once, in time, until the month is over."""
    entry = await home(wattwise, freezer, **FLAT)
    await set_amount(wattwise, "monthly_energy_budget", 400)
    assert alert(wattwise) == STATE_OFF
    meter = only_meter(entry)
    counter, moment = 1_000_000 + (DAYS + 0.5) * 12_000, NOON
    changes: list[tuple[datetime, str]] = []

    async def live(hours: int, watts: float) -> None:
        nonlocal counter, moment
        for _ in range(hours):
            moment += timedelta(hours=1)
            counter += watts
            freezer.move_to(moment)
            at_ms = int(moment.timestamp() * 1000)
            await meter.history.append(
                meter.profile, [Reading(Channel.ENERGY_IMPORT, at_ms, counter)]
            )
            await pass_time(wattwise, freezer, 260)
            await pass_time(wattwise, freezer, 6)
            if not changes or changes[-1][1] != alert(wattwise):
                changes.append((moment, alert(wattwise)))

    await live(20, 3_000.0)
    assert [state for _, state in changes] == [STATE_OFF, STATE_ON]
    began = changes[-1][0]
    so_far = shown(wattwise, "expected_grid_energy").attributes
    assert so_far["days_left"] == 19
    assert began - NOON >= timedelta(hours=3)
    freezer.move_to(datetime(2026, 7, 1, 0, 0, 20, tzinfo=ZONE))
    await pass_time(wattwise, freezer, 1)
    await pass_time(wattwise, freezer, 3_700)
    await pass_time(wattwise, freezer, 6)
    assert shown(wattwise, "expected_grid_energy").attributes["days_left"] == 31
    assert alert(wattwise) == STATE_OFF


async def test_no_budget_without_a_grid_meter(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Only what the grid meter counts can be held against a budget."""
    entry = await async_add_household(
        wattwise, push_meter(role=MeterRole.APPLIANCE), options=FLAT
    )
    ids = {
        entity.unique_id.removeprefix("household-Home_")
        for entity in er.async_entries_for_config_entry(
            er.async_get(wattwise), entry.entry_id
        )
    }
    assert not ids & {"budget_at_risk", "monthly_budget", "expected_grid_energy"}
    assert entry.runtime_data.bill is None
