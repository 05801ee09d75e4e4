"""What was kept outlasts a start that takes its time."""

from datetime import date, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory

from custom_components.wattwise.const import CONF_WEATHER
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant

from ..homes import async_add_household, push_meter
from ..test_forecast import NOW, home_of, state
from ..test_meters import pass_time
from .weather_entity import ENTITY, async_add_weather, async_forecast

WEATHER = "wattwise.weather.household-Home"
FORECASTS = "wattwise.forecasts.household-Home"


async def end_start(hass: HomeAssistant) -> None:
    """Let Home Assistant be up."""
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_the_weather_of_before_is_not_written_over(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    """A start over the minute in which forecasts are made loses no archived day."""
    await wattwise.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to(NOW)
    first = date(2025, 5, 13)
    days = {
        (first + timedelta(day)).isoformat(): {"t": [200] * 24, "c": [30] * 24}
        for day in range(400)
    }
    hass_storage[WEATHER] = {
        "version": 1,
        "minor_version": 1,
        "key": WEATHER,
        "data": {"days": days, "ahead": {}},
    }
    await async_add_weather(wattwise, "hourly")
    hourly = [
        {
            "datetime": (NOW + timedelta(hours=hour)).isoformat(),
            "condition": "sunny",
            "temperature": 20,
            "cloud_coverage": 30,
        }
        for hour in range(48)
    ]
    await async_forecast(wattwise, hourly=hourly)
    wattwise.set_state(CoreState.starting)
    await async_add_household(wattwise, push_meter(), options={CONF_WEATHER: ENTITY})
    # The clock passes two minutes past the hour.
    await pass_time(wattwise, freezer, 68)
    assert len(hass_storage[WEATHER]["data"]["days"]) == 400
    assert state(wattwise, "forecast_stage") == "unknown"
    await end_start(wattwise)
    assert len(hass_storage[WEATHER]["data"]["days"]) >= 400
    assert state(wattwise, "forecast_stage") == "waiting"


async def test_what_was_learned_is_not_written_over(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    """A past that grows while Home Assistant starts is learned from after the start."""
    entry = await home_of(wattwise, freezer, 40)
    before = len(hass_storage[FORECASTS]["data"]["consumption"])
    await wattwise.config_entries.async_unload(entry.entry_id)
    wattwise.set_state(CoreState.starting)
    await wattwise.config_entries.async_setup(entry.entry_id)
    await wattwise.async_block_till_done()
    entry.runtime_data.forecast.async_past_grew()
    await pass_time(wattwise, freezer, 61)
    assert len(hass_storage[FORECASTS]["data"]["consumption"]) == before
    await end_start(wattwise)
    assert state(wattwise, "forecast_skill_over_30_days") != "unknown"
    await pass_time(wattwise, freezer, 360)
    assert len(hass_storage[FORECASTS]["data"]["consumption"]) > before / 2
