"""What a household shows while midnight passes from meter to meter."""

from datetime import timedelta
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.wattwise.const import CONF_PRICE, CONF_TARIFF, DOMAIN
from custom_components.wattwise.coordinator import MeterSnapshot
from custom_components.wattwise.history.questions.queries import EnergyTotals
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .homes import async_add_household, only_meter, push_meter
from .test_meters import pass_time, report


def household_state(hass: HomeAssistant, key: str) -> State:
    """Return the state of a sensor of the household."""
    entity_id = er.async_get(hass).async_get_entity_id(
        "sensor", DOMAIN, f"household-Home_{key}"
    )
    assert entity_id
    state = hass.states.get(entity_id)
    assert state
    return state


async def test_meters_cross_midnight_one_after_the_other(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What a meter counted yesterday is never shown as of today."""
    entry = await async_add_household(
        wattwise,
        push_meter("late", "Late"),
        push_meter("early", "Early"),
        options={CONF_TARIFF: "flat", CONF_PRICE: 0.30},
    )
    for name in ("Late", "Early"):
        await report(wattwise, entry, name, energy_import=0)
    late, early = entry.runtime_data.meters.values()
    today = dt_util.utcnow().replace(hour=0, minute=0, second=0, microsecond=0)

    def snapshot(day: int, wh: float, cost: float) -> MeterSnapshot:
        start = today + timedelta(days=day)
        totals = EnergyTotals(wh, 200.0, 9_000.0, int(start.timestamp() * 1000))
        return MeterSnapshot(start, {Channel.ENERGY_IMPORT: totals}, cost)

    late.coordinator.async_set_updated_data(snapshot(-1, 5_000.0, 1.5))
    early.coordinator.async_set_updated_data(snapshot(-1, 3_000.0, 0.9))
    await pass_time(wattwise, freezer, 6)
    assert float(household_state(wattwise, "consumption_today").state) == 8.0

    early.coordinator.async_set_updated_data(snapshot(0, 10.0, 0.01))
    await pass_time(wattwise, freezer, 6)
    energy = household_state(wattwise, "consumption_today")
    assert float(energy.state) == 0.01
    assert energy.attributes["last_reset"] == today.isoformat()
    cost = household_state(wattwise, "cost_today")
    assert float(cost.state) == 0.01
    assert cost.attributes["last_reset"] == today.isoformat()
    assert float(household_state(wattwise, "consumption_this_month").state) == 18.0

    late.coordinator.async_set_updated_data(snapshot(0, 20.0, 0.02))
    await pass_time(wattwise, freezer, 6)
    energy = household_state(wattwise, "consumption_today")
    assert float(energy.state) == 0.03
    assert energy.attributes["last_reset"] == today.isoformat()


async def test_midnight_between_two_answers(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """All sums of a meter are of one day, whenever they are asked."""
    await wattwise.config.async_set_time_zone("UTC")
    freezer.move_to("2026-06-01 23:59:00+00:00")
    entry = await async_add_household(
        wattwise, push_meter(role=MeterRole.GRID), options={}
    )
    await report(wattwise, entry, energy_import=0, energy_export=0)
    freezer.move_to("2026-06-01 23:59:50+00:00")
    await report(wattwise, entry, energy_import=100, energy_export=100)
    meter = only_meter(entry)
    assert meter.coordinator.data.totals[Channel.ENERGY_IMPORT].today == 100
    ask = meter.history.energy_totals

    async def slow(meter_id: str, channel: Channel) -> EnergyTotals:
        totals = await ask(meter_id, channel)
        freezer.move_to("2026-06-02 00:00:01+00:00")
        return totals

    with patch.object(meter.history, "energy_totals", slow):
        await meter.coordinator.async_refresh()
    data = meter.coordinator.data
    assert data.day_start.isoformat() == "2026-06-02T00:00:00+00:00"
    for totals in data.totals.values():
        assert totals.today == 0
        assert totals.yesterday == pytest.approx(100)
