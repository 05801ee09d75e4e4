"""A roof that fails, as its people see it: the alert, the action, the button."""

from datetime import UTC, datetime, timedelta
import random
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import CONF_CHARGES, CONF_PRICE, CONF_TARIFF
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from custom_components.wattwise.prices.present_tariff import CONF_FEED_IN
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant

from .homes import async_add_household, only_meter, push_meter
from .test_actions import call
from .test_anomalies import no_lessons
from .test_forecast import ZONE
from .test_meters import pass_time

__all__ = ["no_lessons"]

NOW = datetime(2026, 6, 17, 20, 1, tzinfo=ZONE).astimezone(UTC)
DROP = "binary_sensor.home_production_too_low"
STAGE = "sensor.home_anomaly_detection"
BUTTON = "button.home_this_was_normal"


def produced_wh(moment: datetime, works: bool) -> float:
    """Return what a roof gives in half an hour, on days of any weather."""
    local = moment.astimezone(ZONE)
    sky = random.Random(str(local.date())).uniform(0.2, 1.0)
    return works * sky * max(0.0, 1500.0 - 215.0 * abs(local.hour - 13))


async def roof_of(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    days: int,
    broken_days: int,
    **options: Any,
) -> MockConfigEntry:
    """Return a home whose roof worked for some days, and then did not."""
    await hass.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOW)
    entry = await async_add_household(
        hass,
        push_meter(name="Roof", role=MeterRole.PRODUCTION, interval=1800),
        options={CONF_TARIFF: "flat", CONF_PRICE: 0.5, **options},
    )
    await produce(entry, NOW - timedelta(days), NOW, NOW - timedelta(broken_days))
    # The forecast reads everything for its first lesson, anomalies follow.
    await pass_time(hass, freezer, 310)
    await pass_time(hass, freezer, 200)
    return entry


async def produce(
    entry: MockConfigEntry, begin: datetime, end: datetime, broken: datetime
) -> None:
    """Let the roof be read each half hour; it gives nothing from a time on."""
    moment, shown, readings = begin, 5e6, []
    meter = only_meter(entry)
    if Channel.ENERGY_EXPORT in meter.coordinator.latest:
        shown = meter.coordinator.latest[Channel.ENERGY_EXPORT].value
    while moment <= end:
        time_ms = int(moment.timestamp() * 1000)
        readings.append(Reading(Channel.ENERGY_EXPORT, time_ms, shown))
        shown += produced_wh(moment, moment < broken)
        moment += timedelta(minutes=30)
    await meter.history.append(meter.profile, readings)


def shown(hass: HomeAssistant, entity_id: str) -> str:
    """Return a state."""
    found = hass.states.get(entity_id)
    assert found, sorted(hass.states.async_entity_ids())
    return found.state


async def test_an_inverter_that_is_off(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Three days of nothing are told, explained, over restarts, until somebody objects."""
    entry = await roof_of(wattwise, freezer, 40, 3)
    assert shown(wattwise, STAGE) == "ready"
    assert shown(wattwise, DROP) == STATE_ON
    state = wattwise.states.get(DROP)
    assert state
    said = state.attributes
    assert said["reason"] == "inverter_off"
    assert said["severity"] == "warning"
    assert said["energy_kwh"] == pytest.approx(0, abs=1.5)
    assert said["expected_low_kwh"] < -said["excess_kwh"] < said["expected_high_kwh"]
    assert said["cost"] == pytest.approx(-0.5 * said["excess_kwh"], abs=0.01)
    began = said["start"].astimezone(ZONE)
    assert began.date().isoformat() == "2026-06-15"
    assert "unusual_use" not in {
        e.split(".home_")[-1] for e in wattwise.states.async_entity_ids()
    }

    await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    await pass_time(wattwise, freezer, 130)
    assert shown(wattwise, DROP) == STATE_ON

    home = {"config_entry_id": entry.entry_id}
    answer = await call(wattwise, "get_anomalies", **home)
    (one,) = answer["anomalies"]
    assert (answer["stage"], answer["currency"]) == ("ready", "EUR")
    assert one["id"] == said["anomaly_id"]
    assert (one["kind"], one["ongoing"], one["normal"]) == (
        "production_drop",
        True,
        False,
    )
    assert one["alert"] == "production_drop"

    await wattwise.services.async_call(
        "button", "press", {"entity_id": BUTTON}, blocking=True
    )
    assert shown(wattwise, DROP) == STATE_OFF
    assert shown(wattwise, BUTTON) == STATE_UNAVAILABLE
    # Until it works again, it stays said.
    freezer.move_to(NOW + timedelta(hours=26))
    await produce(entry, NOW + timedelta(minutes=30), NOW + timedelta(hours=26), NOW)
    await pass_time(wattwise, freezer, 3600)
    answer = await call(wattwise, "get_anomalies", **home)
    assert [one["normal"] for one in answer["anomalies"]] == [True]
    assert shown(wattwise, DROP) == STATE_OFF
    undone = await call(wattwise, "mark_normal", **home, normal=False)
    assert undone["id"] == said["anomaly_id"]
    assert shown(wattwise, DROP) == STATE_ON


async def test_what_is_missing_of_a_roof_that_sells(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """It is worth what the grid would have paid for it, where that is known."""
    charges = {CONF_CHARGES: {CONF_FEED_IN: 0.08}}
    await roof_of(wattwise, freezer, 40, 3, **charges)
    state = wattwise.states.get(DROP)
    assert state
    assert state.state == STATE_ON
    said = state.attributes
    assert said["cost"] == pytest.approx(-0.08 * said["excess_kwh"], abs=0.01)


async def test_a_roof_that_works_again(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The first hour that gives something ends the alert."""
    entry = await roof_of(wattwise, freezer, 40, 3)
    assert shown(wattwise, DROP) == STATE_ON
    works, until = NOW + timedelta(minutes=30), NOW + timedelta(hours=18)
    freezer.move_to(until)
    await produce(entry, works, until, broken=until)
    await pass_time(wattwise, freezer, 600)
    assert shown(wattwise, DROP) == STATE_OFF


async def test_a_young_roof(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """While it is learned what it gives, nothing is said of it, and that is told."""
    entry = await roof_of(wattwise, freezer, 20, 3)
    assert shown(wattwise, DROP) == STATE_UNKNOWN
    assert shown(wattwise, STAGE) == "learning"
    state = wattwise.states.get(STAGE)
    assert state
    assert 0 < state.attributes["production_days_known"] < 28
    assert state.attributes["production_days_needed"] == 28
    answer = await call(wattwise, "get_anomalies", config_entry_id=entry.entry_id)
    assert answer["stage"] == "learning"
    assert answer["anomalies"] == []
