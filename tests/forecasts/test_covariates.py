"""What forecasts look at beside energy, gathered for a household."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import CONF_AWAY, CONF_WEATHER, DOMAIN
from custom_components.wattwise.forecasts.covariates import CovariateSource
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component

from ..homes import async_add_household, push_meter
from ..test_forecast import home_of, state
from .weather_entity import (
    ENTITY,
    async_add_weather,
    async_fall_silent,
    async_forecast,
)

ZONE: Final = ZoneInfo("Europe/Berlin")
NOW: Final = datetime(2026, 6, 17, 10, 1, tzinfo=ZONE).astimezone(UTC)
AWAY: Final = "input_boolean.away"


@pytest.fixture
async def berlin(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> HomeAssistant:
    """Live in Berlin, with a switch for journeys."""
    await wattwise.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOW)
    assert await async_setup_component(
        wattwise, "input_boolean", {"input_boolean": {"away": {"name": "Away"}}}
    )
    return wattwise


def sunny_hours() -> list[dict[str, Any]]:
    """Return a forecast of two days from this hour on."""
    return [
        {
            "datetime": (NOW + timedelta(hours=hour)).isoformat(),
            "condition": "sunny",
            "temperature": 20,
            "cloud_coverage": 30,
        }
        for hour in range(48)
    ]


def source_of(hass: HomeAssistant, entry: MockConfigEntry) -> CovariateSource:
    """Return a source of its own for a household."""
    return CovariateSource(hass, entry)


async def test_each_part_is_gathered(berlin: HomeAssistant) -> None:
    """Holidays, weather and absence; the weather is asked a few times an hour at most."""
    await async_add_weather(berlin, "hourly")
    await async_forecast(berlin, hourly=sunny_hours())
    entry = await async_add_household(
        berlin, push_meter(), options={CONF_WEATHER: ENTITY, CONF_AWAY: AWAY}
    )
    source = source_of(berlin, entry)
    await source.async_load()
    await berlin.services.async_call(
        "input_boolean", "turn_on", {"entity_id": AWAY}, blocking=True
    )
    known = await source.async_known(NOW)
    assert date(2026, 10, 3) in known.free
    assert set(known.temperature.values()) == {20.0}
    assert set(known.cloud.values()) == {0.3}
    assert date(2026, 6, 18) in known.away
    assert known.of_the_sun().away == frozenset()

    await async_forecast(berlin, hourly=[])
    again = await source.async_known(NOW + timedelta(minutes=5))
    assert again.temperature == known.temperature
    source.async_stop()


async def test_a_household_without_any_of_it(berlin: HomeAssistant) -> None:
    """Nothing chosen, nothing asked, nothing told; holidays are known all the same."""
    entry = await async_add_household(berlin, push_meter())
    source = source_of(berlin, entry)
    await source.async_load()
    known = await source.async_known(NOW)
    assert known.free
    assert not known.temperature
    assert not known.away
    source.async_stop()


async def test_what_fails_is_missing_and_breaks_nothing(
    berlin: HomeAssistant, issue_registry: ir.IssueRegistry
) -> None:
    """Weather that falls silent is no repair; what was known of it before stays."""
    await async_add_weather(berlin, "hourly")
    await async_forecast(berlin, hourly=sunny_hours())
    entry = await async_add_household(
        berlin, push_meter(), options={CONF_WEATHER: ENTITY}
    )
    source = source_of(berlin, entry)
    await source.async_load()
    assert (await source.async_known(NOW)).temperature
    await async_fall_silent(berlin)
    for hours in (1, 2):
        known = await source.async_known(NOW + timedelta(hours=hours))
        assert known.temperature
        assert known.free
    assert not [key for key in issue_registry.issues if key[0] == DOMAIN]


async def test_what_a_later_version_kept_breaks_no_forecast(
    berlin: HomeAssistant,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What cannot be read is missing; the other parts are known."""
    for part in ("weather", "away"):
        key = f"{DOMAIN}.{part}.household-Home"
        hass_storage[key] = {"version": 9, "minor_version": 1, "key": key, "data": []}
    await async_add_weather(berlin, "hourly")
    await async_forecast(berlin, hourly=sunny_hours())
    entry = await async_add_household(
        berlin, push_meter(), options={CONF_WEATHER: ENTITY, CONF_AWAY: AWAY}
    )
    source = source_of(berlin, entry)
    await source.async_load()
    known = await source.async_known(NOW)
    assert known.free
    assert known.temperature
    assert not known.away
    assert "cannot be found out" in caplog.text
    source.async_stop()


async def test_an_entity_that_is_gone_is_told(
    berlin: HomeAssistant,
    issue_registry: ir.IssueRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    """Who removes an entity learns that forecasts do without; going back ends it."""
    weather = entity_registry.async_get_or_create("weather", "met", "home")
    away = entity_registry.async_get_or_create("person", "person", "anna")
    entry = await async_add_household(
        berlin, push_meter(), options={CONF_WEATHER: weather.id, CONF_AWAY: away.id}
    )
    await entry.runtime_data.forecast.async_refresh()
    ours = f"household-{entry.title}"
    issues = [f"weather_entity_missing_{ours}", f"away_entity_missing_{ours}"]
    assert not [i for i in issues if issue_registry.async_get_issue(DOMAIN, i)]
    entity_registry.async_remove(weather.entity_id)
    entity_registry.async_remove(away.entity_id)
    await berlin.async_block_till_done()
    # The household was started anew.
    await entry.runtime_data.forecast.async_refresh()
    for issue in issues:
        found = issue_registry.async_get_issue(DOMAIN, issue)
        assert found
        assert found.translation_placeholders == {"household": "Home"}
    berlin.config_entries.async_update_entry(entry, options={})
    await berlin.async_block_till_done()
    await entry.runtime_data.forecast.async_refresh()
    assert not [i for i in issues if issue_registry.async_get_issue(DOMAIN, i)]


async def test_nothing_is_left_of_a_removed_household(
    berlin: HomeAssistant,
    issue_registry: ir.IssueRegistry,
    hass_storage: dict[str, Any],
) -> None:
    """Its weather, its days away and its repairs go with it."""
    await async_add_weather(berlin, "hourly")
    await async_forecast(berlin, hourly=sunny_hours())
    entry = await async_add_household(
        berlin,
        push_meter(),
        options={CONF_WEATHER: ENTITY, CONF_AWAY: "person.nobody"},
    )
    await berlin.async_block_till_done(wait_background_tasks=True)
    await entry.runtime_data.forecast.async_refresh()
    kept = [f"{DOMAIN}.{part}.household-Home" for part in ("weather", "away")]
    assert all(key in hass_storage for key in kept)
    assert await berlin.config_entries.async_remove(entry.entry_id)
    await berlin.async_block_till_done()
    assert not any(key in hass_storage for key in kept)
    assert not [key for key in issue_registry.issues if key[0] == DOMAIN]


@pytest.mark.timeout(120)
async def test_a_journey_is_forecast(
    berlin: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Who turns on the switch before a journey sees a small tomorrow."""
    entry = await home_of(berlin, freezer, **{CONF_AWAY: AWAY})
    usual = float(state(berlin, "consumption_forecast_tomorrow"))
    await berlin.services.async_call(
        "input_boolean", "turn_on", {"entity_id": AWAY}, blocking=True
    )
    await entry.runtime_data.forecast.async_refresh()
    await berlin.async_block_till_done()
    away = float(state(berlin, "consumption_forecast_tomorrow"))
    # 310 W flow all day, and dinner is not cooked.
    assert away == pytest.approx(24 * 0.31, rel=0.15)
    assert away < usual - 1
