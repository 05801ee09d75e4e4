"""The options of a household's forecasts."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import (
    CONF_AWAY,
    CONF_CHARGERS,
    CONF_CONTRACTED_POWER,
    CONF_FORECAST_METERS,
    CONF_FORECAST_MODEL,
    CONF_TARIFF,
    CONF_WEATHER,
    MODEL_AUTOMATIC,
    TARIFF_NONE,
)
from custom_components.wattwise.metering.profile import MeterRole
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from .homes import async_add_household, push_meter
from .household_flows import open_options, submit_options, suggested
from .translated_flows import translated_flows

__all__ = ["translated_flows"]

OTHERS = {CONF_TARIFF: TARIFF_NONE, CONF_CONTRACTED_POWER: 20.0}


@pytest.fixture(autouse=True)
def _wattwise(wattwise: HomeAssistant) -> None:
    """Run in a folder of its own."""


async def home_with_a_car(hass: HomeAssistant) -> tuple[MockConfigEntry, str, str]:
    """Return a household, the id of its roof and that of its wallbox."""
    entry = await async_add_household(
        hass,
        push_meter(),
        push_meter("roof", "Roof", role=MeterRole.PRODUCTION),
        push_meter("wallbox", "Wallbox", role=MeterRole.APPLIANCE),
    )
    ids = {meter.title: meter.subentry_id for meter in entry.subentries.values()}
    return entry, ids["Roof"], ids["Wallbox"]


def choices(result: object, field: str) -> list[str]:
    """Return what can be chosen in a field."""
    schema = result["data_schema"].schema  # type: ignore[index]
    options = schema[field].config["options"]
    return [
        option if isinstance(option, str) else option["value"] for option in options
    ]


async def test_everything_is_kept_by_what_lasts(
    hass: HomeAssistant, entity_registry: er.EntityRegistry
) -> None:
    """Entities are kept by their registry ids, meters by theirs; others stay as they are."""
    weather = entity_registry.async_get_or_create("weather", "met", "home")
    hass.states.async_set(weather.entity_id, "sunny", {"supported_features": 3})
    assert await async_setup_component(
        hass, "input_boolean", {"input_boolean": {"away": {"name": "Away"}}}
    )
    entry, roof, wallbox = await home_with_a_car(hass)
    result = await open_options(hass, entry, "forecasts")
    assert result["step_id"] == "forecasts"
    assert choices(result, CONF_FORECAST_METERS) == [roof, wallbox]
    assert choices(result, CONF_CHARGERS) == [wallbox]
    assert choices(result, CONF_FORECAST_MODEL)[0] == MODEL_AUTOMATIC
    assert "analog_days" in choices(result, CONF_FORECAST_MODEL)
    assert suggested(result, CONF_FORECAST_MODEL) == MODEL_AUTOMATIC
    result = await submit_options(
        hass,
        result,
        weather=weather.entity_id,
        away="input_boolean.away",
        forecast_meters=[roof],
        chargers=[wallbox],
        forecast_model="analog_days",
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    away = entity_registry.async_get("input_boolean.away")
    assert dict(entry.options) == OTHERS | {
        CONF_WEATHER: weather.id,
        CONF_AWAY: away.id if away else "input_boolean.away",
        CONF_FORECAST_METERS: [roof],
        CONF_CHARGERS: [wallbox],
        CONF_FORECAST_MODEL: "analog_days",
    }
    assert entry.state is ConfigEntryState.LOADED
    forecast = entry.runtime_data.forecast
    assert forecast
    assert roof in {series.key for series in forecast.series}

    entity_registry.async_update_entity(
        weather.entity_id, new_entity_id="weather.renamed"
    )
    await hass.async_block_till_done()
    hass.config_entries.async_remove_subentry(entry, roof)
    await hass.async_block_till_done()
    result = await open_options(hass, entry, "forecasts")
    assert suggested(result, CONF_WEATHER) == "weather.renamed"
    assert suggested(result, CONF_AWAY) == "input_boolean.away"
    assert suggested(result, CONF_FORECAST_METERS) == []
    assert suggested(result, CONF_CHARGERS) == [wallbox]
    # Everything can be emptied again.
    await submit_options(hass, result, forecast_model=MODEL_AUTOMATIC)
    assert dict(entry.options) == OTHERS


async def test_a_removed_meter_is_dropped(hass: HomeAssistant) -> None:
    """A meter that was removed while the form was open is not kept."""
    entry, roof, wallbox = await home_with_a_car(hass)
    result = await open_options(hass, entry, "forecasts")
    hass.config_entries.async_remove_subentry(entry, roof)
    await hass.async_block_till_done()
    await submit_options(hass, result, forecast_meters=[roof, wallbox])
    assert dict(entry.options) == OTHERS | {CONF_FORECAST_METERS: [wallbox]}


async def test_what_cannot_be_used_is_told(hass: HomeAssistant) -> None:
    """An entity that is not there, and weather without a forecast, are refused."""
    entry = await async_add_household(hass, push_meter())
    hass.states.async_set("weather.plain", "sunny", {"supported_features": 0})
    result = await open_options(hass, entry, "forecasts")
    fields = {str(marker) for marker in result["data_schema"].schema}
    # There is no appliance to choose.
    assert fields == {CONF_WEATHER, CONF_AWAY, CONF_FORECAST_MODEL}
    result = await submit_options(
        hass, result, weather="weather.plain", away="person.nobody"
    )
    assert result["errors"] == {
        CONF_WEATHER: "weather_without_forecast",
        CONF_AWAY: "entity_not_found",
    }
    assert suggested(result, CONF_WEATHER) == "weather.plain"
    hass.states.async_set("weather.plain", "unavailable")
    result = await submit_options(hass, result, weather="weather.plain")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert dict(entry.options) == OTHERS | {CONF_WEATHER: "weather.plain"}
