"""What weather entities forecast, and how it is kept as it was issued."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.forecasts.weather_archive import WeatherArchive
from custom_components.wattwise.forecasts.weather_forecast import (
    WeatherHours,
    WeatherUnavailableError,
    async_weather_forecast,
    hours_of,
)
from homeassistant.components.demo import weather as demo_weather
from homeassistant.components.weather.const import DATA_COMPONENT
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component
from homeassistant.util.unit_system import METRIC_SYSTEM, US_CUSTOMARY_SYSTEM

from .weather_entity import (
    ENTITY,
    async_add_weather,
    async_fall_silent,
    async_forecast,
)

ZONE: Final = ZoneInfo("Europe/Berlin")
NOW: Final = datetime(2026, 6, 10, 0, 2, tzinfo=ZONE).astimezone(UTC)
HOUR: Final = timedelta(hours=1)


@pytest.fixture(autouse=True)
async def _berlin(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, tmp_path: Path
) -> None:
    """Live in Berlin, in a folder of its own."""
    hass.config.config_dir = str(tmp_path)
    await hass.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOW)


def at(day: int, hour: int, minute: int = 0) -> int:
    """Return a time of June 2026 in Berlin [s since the epoch]."""
    return int(datetime(2026, 6, day, hour, minute, tzinfo=ZONE).timestamp())


def hourly(
    first: int, count: int, step: int = 1, **values: Any
) -> list[dict[str, Any]]:
    """Return a forecast of equal hours; temperature rises by one each hour."""
    return [
        {
            "datetime": datetime.fromtimestamp(first + 3600 * index, UTC).isoformat(),
            "condition": "sunny",
            "temperature": 10 + index,
            **values,
        }
        for index in range(0, count, step)
    ]


async def test_hours_are_taken_as_told(hass: HomeAssistant) -> None:
    """Temperature and clouds of each hour, by its start."""
    await async_add_weather(hass, "hourly")
    await async_forecast(hass, hourly=hourly(at(10, 1), 50, cloud_coverage=80))
    found = await async_weather_forecast(hass, ENTITY, NOW)
    assert len(found.temperature) == 50
    assert found.temperature[at(10, 1)] == 10
    assert found.temperature[at(12, 2)] == 59
    assert set(found.cloud.values()) == {0.8}


async def test_steps_of_three_hours_are_lines(hass: HomeAssistant) -> None:
    """Between what is told, the temperature changes evenly; no clouds are no clouds."""
    await async_add_weather(hass, "hourly")
    told = hourly(at(10, 0), 60, step=3)
    told[1]["temperature"] = None
    told[4]["datetime"] = "soon"
    told[5]["cloud_coverage"] = "many"
    await async_forecast(hass, hourly=told)
    found = await async_weather_forecast(hass, ENTITY, NOW)
    assert found.temperature[at(10, 4)] == 14
    assert found.temperature[at(10, 11)] == 21
    assert found.cloud == {}


async def test_fahrenheit_is_converted(hass: HomeAssistant) -> None:
    """However Home Assistant shows temperatures, forecasts count in degrees Celsius."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    await async_add_weather(hass, "hourly", unit="°F")
    await async_forecast(hass, hourly=hourly(at(10, 0), 3))
    found = await async_weather_forecast(hass, ENTITY, NOW)
    assert found.temperature[at(10, 0)] == pytest.approx((10 - 32) / 1.8, abs=0.3)
    hass.config.units = METRIC_SYSTEM


async def test_days_are_cold_in_the_morning(hass: HomeAssistant) -> None:
    """Of who tells only the lowest and the highest, hours lie between the two."""
    await async_add_weather(hass, "daily")
    days = [
        {
            "datetime": f"2026-06-{10 + index}T00:00:00+02:00",
            "condition": "sunny",
            "temperature": 24,
            "templow": 14,
            "cloud_coverage": 50,
        }
        for index in range(5)
    ]
    await async_forecast(hass, daily=days)
    found = await async_weather_forecast(hass, ENTITY, NOW)
    assert set(found.temperature) == set(hours_of(date(2026, 6, 10), 4))
    assert found.temperature[at(11, 5)] == 14
    assert found.temperature[at(11, 15)] == 24
    assert found.temperature[at(11, 10)] == 19
    assert found.temperature[at(10, 0)] == 14
    assert set(found.cloud.values()) == {0.5}


async def test_hours_that_end_soon_go_on_as_days(hass: HomeAssistant) -> None:
    """A service that tells twelve hours and five days is used for both."""
    await async_add_weather(hass, "hourly", "daily")
    days = [
        {
            "datetime": f"2026-06-{10 + index}T12:00:00+02:00",
            "condition": "sunny",
            "temperature": 24,
            "templow": 14,
        }
        for index in range(5)
    ]
    await async_forecast(hass, hourly=hourly(at(10, 0), 12), daily=days)
    found = await async_weather_forecast(hass, ENTITY, NOW)
    assert found.temperature[at(10, 11)] == 21
    assert found.temperature[at(11, 15)] == 24


async def test_real_half_days(hass: HomeAssistant) -> None:
    """The demo's weather of the north: in Fahrenheit, by hours, half and whole days."""
    assert await async_setup_component(hass, "weather", {})
    entities: list[Entity] = []
    await demo_weather.async_setup_entry(
        hass,
        MockConfigEntry(domain="demo"),
        entities.extend,  # type: ignore[arg-type]
    )
    await hass.data[DATA_COMPONENT].async_add_entities(entities)
    for name in ("north", "south"):
        found = await async_weather_forecast(hass, f"weather.demo_weather_{name}", NOW)
        assert len(found.temperature) > 48
        assert found.cloud == {}
        lowest, highest = (-31, -20) if name == "north" else (5, 23)
        assert lowest < min(found.temperature.values())
        assert max(found.temperature.values()) < highest
    for entity in entities:
        await entity.async_remove()


async def test_a_night_ends_in_its_morning(hass: HomeAssistant) -> None:
    """Half days: the night's temperature is that of the next morning."""
    await async_add_weather(hass, "twice_daily")
    halves = [
        {
            "datetime": f"2026-06-{10 + index // 2}T{'18' if index % 2 else '06'}:00:00+02:00",
            "condition": "sunny",
            "temperature": 8 + index if index % 2 else 24,
            "is_daytime": index % 2 == 0,
        }
        for index in range(8)
    ]
    await async_forecast(hass, twice_daily=halves)
    found = await async_weather_forecast(hass, ENTITY, NOW)
    assert found.temperature[at(11, 5)] == 9
    assert found.temperature[at(12, 5)] == 11
    assert found.temperature[at(12, 15)] == 24


async def test_who_tells_nothing_is_unavailable(hass: HomeAssistant) -> None:
    """No entity, no forecast, an empty one, one of garbage: all are told alike."""
    with pytest.raises(WeatherUnavailableError, match="not there"):
        await async_weather_forecast(hass, "weather.nowhere", NOW)
    await async_add_weather(hass, "hourly")
    with pytest.raises(WeatherUnavailableError, match="no forecast"):
        await async_weather_forecast(hass, ENTITY, NOW)
    await async_fall_silent(hass)
    with pytest.raises(WeatherUnavailableError):
        await async_weather_forecast(hass, ENTITY, NOW)

    async def fail(_call: ServiceCall) -> None:
        raise KeyError("somebody else's mistake")

    async def sleep(_call: ServiceCall) -> None:
        await asyncio.sleep(60)

    only = SupportsResponse.ONLY
    hass.states.async_set(ENTITY, "sunny", {"supported_features": 2})
    hass.services.async_register(
        "weather", "get_forecasts", fail, supports_response=only
    )
    with pytest.raises(WeatherUnavailableError, match="somebody"):
        await async_weather_forecast(hass, ENTITY, NOW)
    hass.services.async_register(
        "weather", "get_forecasts", sleep, supports_response=only
    )
    with (
        patch(
            "custom_components.wattwise.forecasts.weather_forecast._ANSWERED_WITHIN_S",
            0,
        ),
        pytest.raises(WeatherUnavailableError, match="in time"),
    ):
        await async_weather_forecast(hass, ENTITY, NOW)


def weather(first: int, count: int, degrees: float) -> WeatherHours:
    """Return hours of one temperature, under half a sky of clouds."""
    hours = range(first, first + 3600 * count, 3600)
    return WeatherHours(dict.fromkeys(hours, degrees), dict.fromkeys(hours, 0.5))


async def test_a_day_is_kept_as_it_was_forecast_when_it_began(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What was known later does not count; hours before the first answer are older."""
    archive = WeatherArchive(hass, "home")
    await archive.async_load()
    evening = NOW - timedelta(hours=3)
    await archive.async_take(weather(at(9, 21), 60, 11.04), evening)
    # Just after midnight, the hour that has begun is not told any more.
    await archive.async_take(weather(at(10, 1), 60, 12.0), NOW)
    noon = NOW + timedelta(hours=12)
    await archive.async_take(weather(at(10, 12), 60, 19.0), noon)
    known = await archive.async_known(noon)
    assert known.temperature[at(10, 0)] == 11.0
    assert known.temperature[at(10, 11)] == 12.0
    # From now on, the newest one is what is known.
    assert known.temperature[at(10, 12)] == 19.0
    assert known.temperature[at(11, 12)] == 19.0

    # The next day, after a restart during which its midnight passed.
    restarted = WeatherArchive(hass, "home")
    await restarted.async_load()
    late = NOW + timedelta(hours=32)
    known = await restarted.async_known(late)
    assert known.temperature[at(10, 12)] == 12.0
    assert known.temperature[at(11, 3)] == 12.0
    await restarted.async_take(weather(at(11, 8), 60, 25.0), late)
    known = await restarted.async_known(late + timedelta(days=1))
    assert known.temperature[at(10, 12)] == 12.0
    assert known.temperature[at(11, 3)] == 12.0
    assert known.temperature[at(11, 9)] == 25.0
    assert known.cloud[at(11, 9)] == pytest.approx(0.5)


async def test_the_archive_is_written_once_a_day(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """Memory cards wear out: hourly forecasts are not written hourly, and old days go."""
    archive = WeatherArchive(hass, "home")
    await archive.async_load()
    written = []
    with patch.object(archive._store, "async_save", side_effect=written.append) as save:
        for index in range(30):
            moment = NOW + HOUR * index
            await archive.async_take(
                weather(int(moment.timestamp()) // 3600 * 3600, 60, 12.0), moment
            )
        assert save.await_count == 2
        late = NOW + timedelta(days=800)
        first = int(late.timestamp()) // 3600 * 3600
        await archive.async_take(weather(first, 60, 12.0), late)
    assert list(written[-1]["days"]) == ["2028-08-18"]
    row = written[0]["days"]["2026-06-10"]
    assert row == {"t": [120] * 24, "c": [50] * 24}


def keep(storage: dict[str, Any], data: dict[str, Any]) -> None:
    """Let something be what was kept before a restart."""
    storage["wattwise.weather.home"] = {
        "version": 1,
        "minor_version": 1,
        "key": "wattwise.weather.home",
        "data": data,
    }


def many_days() -> dict[str, Any]:
    """Return what is kept of 400 days before the tenth of June."""
    return {
        (date(2026, 6, 9) - timedelta(index)).isoformat(): {
            "t": [200] * 24,
            "c": [30] * 24,
        }
        for index in range(400)
    }


async def test_nothing_is_written_before_it_was_loaded(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """An hour that begins while Home Assistant starts costs nobody 400 days."""
    keep(hass_storage, {"days": many_days(), "ahead": {}})
    archive = WeatherArchive(hass, "home")
    await archive.async_take(weather(at(10, 0), 60, 12.0), NOW)
    assert (await archive.async_known(NOW)).temperature[at(10, 12)] == 12.0
    assert len(hass_storage["wattwise.weather.home"]["data"]["days"]) == 400
    await archive.async_load()
    assert (await archive.async_known(NOW)).temperature[at(8, 12)] == 20.0
    await archive.async_take(weather(at(10, 0), 60, 12.0), NOW)
    assert len(hass_storage["wattwise.weather.home"]["data"]["days"]) == 401


@pytest.mark.parametrize(
    "damaged", [{"t": ["x"]}, {"t": [1e999]}, {"t": 5}, None, "sunny", {"c": [[]]}]
)
async def test_a_damaged_day_costs_no_other(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    damaged: Any,
) -> None:
    """One day that cannot be read is left out, and said; all the others stay."""
    days = many_days() | {"2026-06-01": damaged, "someday": {"t": [200] * 24}}
    keep(hass_storage, {"days": days, "ahead": "soon"})
    archive = WeatherArchive(hass, "home")
    await archive.async_load()
    assert "forecasts of 3 days cannot be read; 399 are kept" in caplog.text
    known = await archive.async_known(NOW)
    assert at(1, 12) not in known.temperature
    assert known.temperature[at(2, 12)] == 20.0
    await archive.async_take(weather(at(10, 0), 60, 12.0), NOW)
    assert len(hass_storage["wattwise.weather.home"]["data"]["days"]) == 400


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"days": [], "ahead": {}},
        {"days": {"yesterday": {"t": []}}, "ahead": {}},
        {"days": {"2026-06-09": {"t": ["warm"]}}, "ahead": {}},
        {"days": {"2026-06-09": None}, "ahead": {}},
    ],
)
async def test_a_damaged_archive_begins_anew(
    hass: HomeAssistant, hass_storage: dict[str, Any], kept: dict[str, Any]
) -> None:
    """What cannot be read is told, and replaced the next day."""
    keep(hass_storage, kept)
    archive = WeatherArchive(hass, "home")
    await archive.async_load()
    assert (await archive.async_known(NOW)).temperature == {}
    await archive.async_take(weather(at(10, 0), 48, 12.0), NOW)
    assert len((await archive.async_known(NOW)).temperature) == 48


async def test_days_of_23_and_25_hours_have_them(hass: HomeAssistant) -> None:
    """Rows are counted from midnight, so that no hour moves when the clock does."""
    archive = WeatherArchive(hass, "home")
    await archive.async_load()
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
        starts = list(hours_of(day))
        assert len(starts) == hours
        told = {start: float(index) for index, start in enumerate(starts)}
        moment = datetime.fromtimestamp(starts[0] + 60, UTC)
        await archive.async_take(WeatherHours(told, {}), moment)
        known = await archive.async_known(moment + timedelta(days=3))
        assert [known.temperature[start] for start in starts] == list(range(hours))
