"""What a household set by its entities, in one file."""

from typing import Any

import pytest

from custom_components.wattwise.household_settings import HouseholdSettings
from homeassistant.core import HomeAssistant

from .homes import async_add_household, push_meter
from .test_meters import report

BUDGET = "number.home_monthly_energy_budget"
PERIOD = "select.home_demand_period"
INTERVAL = "select.{}_usage_interval"


async def choose(hass: HomeAssistant, entity_id: str, option: str) -> None:
    """Choose an option."""
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": entity_id, "option": option},
        blocking=True,
    )


async def budget(hass: HomeAssistant, kilowatt_hours: float) -> None:
    """Set a budget."""
    await hass.services.async_call(
        "number",
        "set_value",
        {"entity_id": BUDGET, "value": kilowatt_hours},
        blocking=True,
    )


async def test_all_that_is_set_at_once_is_kept(
    wattwise: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """Numbers and choices of several entities, one right after another, reach the file."""
    entry = await async_add_household(
        wattwise, push_meter(), push_meter("cellar", "Cellar")
    )
    for meter in ("Grid", "Cellar"):
        await report(wattwise, entry, meter, power=300.0)
    await wattwise.async_block_till_done()
    await choose(wattwise, INTERVAL.format("grid"), "minutes_5")
    await choose(wattwise, INTERVAL.format("cellar"), "minutes_60")
    await budget(wattwise, 400)
    await choose(wattwise, PERIOD, "minutes_30")
    await wattwise.async_block_till_done(wait_background_tasks=True)
    expected = {
        "monthly_energy_budget": 400.0,
        "demand_period": 30.0,
        "usage_interval_meter-key-of-the-grid-meter": 5.0,
        "usage_interval_meter-cellar": 60.0,
    }
    assert entry.runtime_data.amounts == expected
    key = f"wattwise.amounts.{entry.unique_id}"
    assert hass_storage[key]["data"] == expected
    # Who removes a meter does not keep its settings.
    (cellar,) = (
        key for key, m in entry.runtime_data.meters.items() if m.name == "Cellar"
    )
    wattwise.config_entries.async_remove_subentry(entry, cellar)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert "usage_interval_meter-cellar" not in entry.runtime_data.amounts
    await budget(wattwise, 500)
    assert await wattwise.config_entries.async_unload(entry.entry_id)
    assert hass_storage[key]["data"] == {
        "monthly_energy_budget": 500.0,
        "demand_period": 30.0,
        "usage_interval_meter-key-of-the-grid-meter": 5.0,
    }
    await wattwise.config_entries.async_remove(entry.entry_id)
    assert key not in hass_storage


async def test_a_file_that_was_changed_by_hand(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What is no number is left out, and said."""
    kept = {"a": 1, "b": "two", "c": None, "d": "nan", "e": "5.5"}
    hass_storage["wattwise.amounts.home"] = {"version": 1, "data": kept}
    settings = HouseholdSettings(hass, "home")
    await settings.async_load(())
    assert settings.amounts == {"a": 1.0, "e": 5.5}
    for key in "bcd":
        assert f"The setting {key} cannot be read" in caplog.text
