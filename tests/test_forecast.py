"""Forecasts as a home sees them: sensors, the action, the Energy dashboard."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.energy import async_get_solar_forecast
from custom_components.wattwise.forecasts.home_energy import HomeEnergy
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError

from .homes import async_add_household, push_meter
from .test_actions import call
from .test_meters import pass_time

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 6, 17, 10, 1, tzinfo=ZONE).astimezone(UTC)
HALF_HOUR = timedelta(minutes=30)
DAYS = 40


def used_w(moment: datetime) -> float:
    """Return the power of a home whose dinner is at seven."""
    local = moment.astimezone(ZONE)
    return 300.0 + (2000.0 if local.hour == 19 else 0.0) + 10.0 * (local.day % 3)


def produced_w(moment: datetime) -> float:
    """Return the power of a roof in the sun from six to twenty o'clock."""
    hour = moment.astimezone(ZONE).hour
    return max(0.0, 3000.0 - 430.0 * abs(hour - 13))


def counter(channel: Channel, power: Any, days: int) -> list[Reading]:
    """Return a counter that was read every half hour."""
    shown = 0.0
    moment = (NOW.astimezone(ZONE) - timedelta(days=days)).replace(hour=0, minute=0)
    moment = moment.astimezone(UTC)
    readings = []
    while moment <= NOW:
        readings.append(Reading(channel, int(moment.timestamp() * 1000), shown))
        shown += power(moment) / 2
        moment += HALF_HOUR
    return readings


async def home_of(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    days: int = DAYS,
    *,
    roof: bool = False,
    **options: Any,
) -> MockConfigEntry:
    """Return a household that is so many days old, a lesson after its start."""
    await hass.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOW)
    meters = [push_meter(interval=1800)]
    if roof:
        meters.append(
            push_meter("roof", "Roof", role=MeterRole.PRODUCTION, interval=1800)
        )
    entry = await async_add_household(hass, *meters, options=options)
    for meter in entry.runtime_data.meters.values():
        channel, power = Channel.ENERGY_IMPORT, used_w
        if meter.profile.role is MeterRole.PRODUCTION:
            channel, power = Channel.ENERGY_EXPORT, produced_w
        if days:
            readings = counter(channel, power, days)
            await meter.history.append(meter.profile, readings)
        if roof and meter.profile.role is MeterRole.GRID:
            nothing = counter(Channel.ENERGY_EXPORT, lambda _: 0.0, days)
            await meter.history.append(meter.profile, nothing)
    await pass_time(hass, freezer, 360)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


def state(hass: HomeAssistant, key: str) -> str:
    """Return the state of a sensor of the household."""
    found = hass.states.get(f"sensor.home_{key}")
    assert found, key
    return found.state


async def test_a_home_knows_what_to_expect(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Six weeks after its first reading, a home's evening is known in the morning."""
    await home_of(wattwise, freezer)
    day = 24 * 0.31 + 2
    assert float(state(wattwise, "consumption_forecast_today")) == pytest.approx(
        day, rel=0.05
    )
    assert float(state(wattwise, "consumption_forecast_tomorrow")) == pytest.approx(
        day, rel=0.05
    )
    assert float(state(wattwise, "consumption_forecast_next_hour")) == pytest.approx(
        0.31, rel=0.15
    )
    rest = float(state(wattwise, "consumption_forecast_rest_of_today"))
    assert rest == pytest.approx(13.9 * 0.31 + 2, rel=0.08)
    peak = datetime.fromisoformat(state(wattwise, "consumption_forecast_peak_time"))
    assert peak == datetime(2026, 6, 17, 19, tzinfo=ZONE)
    # Models share peaks with their neighbours: another day dinner is at eight.
    assert 1500 < float(state(wattwise, "consumption_forecast_peak_power")) < 2700
    assert state(wattwise, "forecast_stage") == "learned"
    assert state(wattwise, "forecast_method") not in {STATE_UNKNOWN, STATE_UNAVAILABLE}
    assert float(state(wattwise, "forecast_error_of_an_hour")) < 0.05
    assert -100 < float(state(wattwise, "forecast_skill_over_30_days")) <= 100
    assert 0 <= float(state(wattwise, "forecast_band_held")) <= 100
    band = wattwise.states.get("sensor.home_consumption_forecast_tomorrow")
    assert band
    assert band.attributes["low"] <= float(band.state) <= band.attributes["high"]


async def test_a_new_home_says_that_it_waits(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Without a whole day nothing is made up."""
    entry = await home_of(wattwise, freezer, days=0)
    assert state(wattwise, "forecast_stage") == "waiting"
    assert state(wattwise, "consumption_forecast_tomorrow") == STATE_UNKNOWN
    with pytest.raises(ServiceValidationError) as error:
        await call(wattwise, "get_forecast", config_entry_id=entry.entry_id)
    assert error.value.translation_key == "forecast_not_known"


async def test_a_young_home_says_that_it_learns(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A forecast from six days is one, and said to be young."""
    await home_of(wattwise, freezer, days=6)
    assert state(wattwise, "forecast_stage") == "learning"
    assert float(state(wattwise, "consumption_forecast_tomorrow")) == pytest.approx(
        24 * 0.31 + 2, rel=0.15
    )


async def test_the_first_hours_are_those_of_other_homes(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A home of this morning is told what homes do, and that they are others."""
    entry = await home_of(wattwise, freezer, days=0)
    (meter,) = entry.runtime_data.meters.values()
    readings = counter(Channel.ENERGY_IMPORT, used_w, 0)
    await meter.history.append(meter.profile, readings, live=False)
    await pass_time(wattwise, freezer, 61)
    assert state(wattwise, "forecast_stage") == "borrowed"
    assert state(wattwise, "forecast_method") == "group_profile"
    assert 3 < float(state(wattwise, "consumption_forecast_tomorrow")) < 20


async def test_the_action_returns_the_curve(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """48 hours in the home's time, with any quantiles, in any unit, with their cost."""
    entry = await home_of(wattwise, freezer, tariff="flat", price=0.4)
    answer = await call(
        wattwise,
        "get_forecast",
        config_entry_id=entry.entry_id,
        quantiles=[0.05, 0.5, 0.95],
        quantity="power",
    )
    assert (answer["unit"], answer["resolution"]) == ("W", 3600)
    assert answer["unit_of_sums"] == "kWh"
    assert len(answer["forecast"]) == 48
    first = answer["forecast"][0]
    assert first["start"] == "2026-06-17T11:00:00+02:00"
    assert first["end"] == "2026-06-17T12:00:00+02:00"
    for hour in answer["forecast"]:
        assert 0 <= hour["p5"] <= hour["p50"] <= hour["p95"]
    dinner = next(h for h in answer["forecast"] if "T19:00" in h["start"])
    assert 1500 < dinner["mean"] < 2700
    assert answer["tomorrow"]["mean"] == pytest.approx(9.44, rel=0.05)
    assert answer["tomorrow"]["cost"] == pytest.approx(9.44 * 0.4, rel=0.05)
    assert sum(answer["models"].values()) == pytest.approx(1, abs=0.01)
    for data, key in (
        ({"config_entry_id": "nobody"}, "service_config_entry_not_found"),
        (
            {"config_entry_id": entry.entry_id, "series": "production"},
            "forecast_not_made",
        ),
    ):
        with pytest.raises(ServiceValidationError) as error:
            await call(wattwise, "get_forecast", **data)
        assert error.value.translation_key == key


async def test_the_energy_dashboard_learns_of_the_sun(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What the roof will give stands in the Energy dashboard."""
    entry = await home_of(wattwise, freezer, roof=True)
    forecast = await async_get_solar_forecast(wattwise, entry.entry_id)
    assert forecast
    hours = {
        datetime.fromisoformat(start).astimezone(ZONE): value
        for start, value in forecast["wh_hours"].items()
    }
    noon = datetime(2026, 6, 17, 13, tzinfo=ZONE)
    assert hours[noon] == pytest.approx(3000, rel=0.1)
    assert hours[noon + timedelta(hours=12)] == pytest.approx(0, abs=50)
    assert await async_get_solar_forecast(wattwise, "nobody") is None
    # What is used is what the grid and the roof gave together.
    tomorrow = float(state(wattwise, "consumption_forecast_tomorrow"))
    sun = float(state(wattwise, "production_forecast_tomorrow"))
    assert tomorrow == pytest.approx(sun + 9.44, rel=0.05)


async def test_a_restart_keeps_the_scores(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """After a restart nothing has to be learned before forecasts stand there again."""
    entry = await home_of(wattwise, freezer)
    before = state(wattwise, "forecast_error_of_an_hour")
    assert await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert state(wattwise, "forecast_error_of_an_hour") == before
    assert await wattwise.config_entries.async_remove(entry.entry_id)
    await wattwise.async_block_till_done()


async def test_what_a_file_brings_is_learned_from_soon(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A loaded past makes the forecast of a minute later; nobody waits for the night."""
    entry = await home_of(wattwise, freezer, days=0)
    assert state(wattwise, "forecast_stage") == "waiting"
    (meter,) = entry.runtime_data.meters.values()
    readings = counter(Channel.ENERGY_IMPORT, used_w, DAYS)
    await meter.history.append(meter.profile, readings, live=False)
    await pass_time(wattwise, freezer, 61)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert state(wattwise, "forecast_stage") == "learned"


async def test_a_silent_inverter_at_night_leaves_no_gap(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What sleeps from dusk to dawn gave nothing; consumption is known all the same."""
    await wattwise.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOW)
    entry = await async_add_household(
        wattwise,
        push_meter(interval=1800),
        push_meter("roof", "Roof", role=MeterRole.PRODUCTION, interval=1800),
    )
    for meter in entry.runtime_data.meters.values():
        channel = Channel.ENERGY_IMPORT
        readings = counter(channel, used_w, 10)
        if meter.profile.role is MeterRole.PRODUCTION:
            by_day = counter(Channel.ENERGY_EXPORT, produced_w, 10)
            readings = [
                reading
                for reading in by_day
                if produced_w(datetime.fromtimestamp(reading.time_ms / 1000, UTC)) > 0
            ]
        else:
            readings += counter(Channel.ENERGY_EXPORT, lambda _: 0.0, 10)
        await meter.history.append(meter.profile, readings)
    await pass_time(wattwise, freezer, 360)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    hours = await HomeEnergy(entry.runtime_data).async_hours(NOW)
    assert len(hours.consumption) > 9 * 24
    night = int(datetime(2026, 6, 12, 2, tzinfo=ZONE).timestamp())
    assert hours.production[night] == pytest.approx(0, abs=1e-6)
    assert hours.consumption[night] == pytest.approx(
        used_w(datetime.fromtimestamp(night, UTC)) / 1000, rel=0.01
    )
