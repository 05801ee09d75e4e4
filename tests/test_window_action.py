"""When to run an appliance: the action and the sensors of the household."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.wattwise.const import CONF_PRICE_ENTITY, CONF_TARIFF
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er

from .homes import async_add_household, push_meter
from .test_actions import call
from .test_forecast import NOW, ZONE, counter, home_of, produced_w, state, used_w
from .test_meters import pass_time

MIDNIGHT = datetime(2026, 6, 17, tzinfo=ZONE)
HOUR = timedelta(hours=1)
PRICE = "sensor.price"


def price_at(hour: int) -> float:
    """Return a price that is lowest from 13 to 16 o'clock, and by night."""
    return {13: 0.10, 14: 0.08, 15: 0.10}.get(hour % 24, 0.2 if hour % 24 < 5 else 0.4)


def rows(first: int, last: int) -> list[dict[str, Any]]:
    """Return prices from some hour to another one, counted from midnight."""
    return [
        {
            "start": MIDNIGHT + hour * HOUR,
            "end": MIDNIGHT + (hour + 1) * HOUR,
            "value": price_at(hour),
        }
        for hour in range(first, last)
    ]


def show_price(hass: HomeAssistant, **attributes: Any) -> None:
    """Let a price be known."""
    hass.states.async_set(
        PRICE, "0.4", {"unit_of_measurement": "EUR/kWh", **attributes}
    )


async def refused(hass: HomeAssistant, **data: Any) -> str | None:
    """Return the key of the refusal of a question."""
    with pytest.raises(ServiceValidationError) as error:
        await call(hass, "find_window", **data)
    return error.value.translation_key


async def test_the_cheapest_hours_of_a_price_that_varies(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The action and the sensor find them; the sensor holds them until they are over."""
    show_price(wattwise, raw_today=rows(0, 24), raw_tomorrow=[])
    entry = await home_of(
        wattwise, freezer, 8, **{CONF_TARIFF: "entity", CONF_PRICE_ENTITY: PRICE}
    )
    question = {"config_entry_id": entry.entry_id, "duration": {"hours": 2}}
    answer = await call(wattwise, "find_window", **question, power=1.5)
    assert answer["start"] == "2026-06-17T13:00:00+02:00"
    assert answer["end"] == "2026-06-17T15:00:00+02:00"
    assert answer["cost"] == pytest.approx(1.5 * 0.18)
    assert answer["saves"] == pytest.approx(1.5 * (0.8 - 0.18))
    assert (answer["energy"], answer["currency"]) == (3.0, "EUR")
    assert answer["own_share"] == 0
    assert answer["prices_known_until"] == "2026-06-18T00:00:00+02:00"
    assert answer["windows"] == [
        {k: answer[k] for k in ("start", "end", "cost", "saves", "own_share")}
    ]
    later = await call(
        wattwise,
        "find_window",
        **question,
        energy=1,
        earliest="2026-06-17 16:00:00",
        latest="2026-06-17 20:00:00",
        count=3,
    )
    assert later["start"] == "2026-06-17T16:00:00+02:00"
    assert later["energy"] == 1
    assert later["saves"] == 0
    assert len(later["windows"]) == 2

    assert state(wattwise, "cheapest_hours_begin") == "2026-06-17T11:00:00+00:00"
    sensor = wattwise.states.get("sensor.home_cheapest_hours_begin")
    assert sensor
    assert sensor.attributes["cost"] == pytest.approx(0.28)
    assert sensor.attributes["end"] == MIDNIGHT + 16 * HOUR
    # Tomorrow's prices come: tonight is dear, tomorrow noon is more than a day ahead.
    show_price(wattwise, raw_today=rows(0, 24), raw_tomorrow=rows(24, 48))
    await pass_time(wattwise, freezer, 4 * 3600)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert state(wattwise, "cheapest_hours_begin") == "2026-06-17T11:00:00+00:00"
    await pass_time(wattwise, freezer, 2 * 3600)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert state(wattwise, "cheapest_hours_begin") == "2026-06-18T11:00:00+00:00"


async def sunny_home(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, **options: Any
) -> MockConfigEntry:
    """Return a household whose roof gives more by day than it uses."""
    await hass.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOW)
    roof = push_meter("roof", "Roof", role=MeterRole.PRODUCTION, interval=1800)
    entry = await async_add_household(
        hass, push_meter(interval=1800), roof, options=options
    )
    flows: dict[str, dict[Channel, Callable[[datetime], float]]] = {
        "Grid": {
            Channel.ENERGY_IMPORT: lambda m: max(0.0, used_w(m) - produced_w(m)),
            Channel.ENERGY_EXPORT: lambda m: max(0.0, produced_w(m) - used_w(m)),
        },
        "Roof": {Channel.ENERGY_EXPORT: produced_w},
    }
    for meter in entry.runtime_data.meters.values():
        for channel, power in flows[meter.name].items():
            await meter.history.append(meter.profile, counter(channel, power, 20))
    await pass_time(hass, freezer, 360)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


async def test_a_flat_price_and_a_roof(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """At a flat price, cheapest is when the roof leaves most over."""
    entry = await sunny_home(wattwise, freezer, tariff="flat", price=0.5)
    question = {
        "config_entry_id": entry.entry_id,
        "duration": "03:00:00",
        "power": 2.5,
        "latest": "2026-06-18 00:00:00",
    }
    cheapest = await call(wattwise, "find_window", **question)
    assert cheapest["start"] == "2026-06-17T12:00:00+02:00"
    # Of 2.5 kW, the hours from twelve on leave 2.26, 2.69 and 2.26 over.
    assert cheapest["own_share"] == pytest.approx(100 * 7.02 / 7.5, abs=8)
    assert cheapest["cost"] == pytest.approx(
        7.5 * 0.5 * (1 - cheapest["own_share"] / 100), abs=0.01
    )
    assert cheapest["saves"] > 0
    greenest = await call(wattwise, "find_window", **question, aim="greenest")
    assert greenest["start"] == cheapest["start"]
    # The sensor's 1 kW finds enough from now on.
    sensor = wattwise.states.get("sensor.home_greenest_hours_begin")
    assert sensor
    assert sensor.attributes["own_share"] == 100
    assert datetime.fromisoformat(sensor.state) < NOW + HOUR
    assert wattwise.states.get("sensor.home_cheapest_hours_begin") is None


async def test_what_cannot_be_told_is_said(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """No prices, no roof, no time, no such household: each has its sentence."""
    freezer.move_to(NOW)
    await wattwise.config.async_set_time_zone(str(ZONE))
    show_price(wattwise)
    priced = await async_add_household(
        wattwise,
        push_meter(),
        options={CONF_TARIFF: "entity", CONF_PRICE_ENTITY: PRICE},
    )
    home = {"config_entry_id": priced.entry_id, "duration": "02:00:00"}
    assert (
        await refused(wattwise, **home, power=1.0, energy=2.0)
        == "window_power_or_energy"
    )
    assert await refused(wattwise, **home) == "window_needs_prices"
    assert await refused(wattwise, **home, aim="greenest") == "window_needs_roof"
    show_price(wattwise, raw_today=rows(0, 13))
    assert (
        await refused(wattwise, **home | {"duration": "03:00:00"})
        == "window_not_known_long_enough"
    )
    assert (
        await refused(wattwise, **home, latest="2026-06-17 11:00:00")
        == "window_too_long"
    )
    home["config_entry_id"] = "nobody"
    assert await refused(wattwise, **home) == "service_config_entry_not_found"
    assert state(wattwise, "cheapest_hours_begin") == STATE_UNKNOWN


def nordpool(call: ServiceCall) -> ServiceResponse:
    """Answer as Home Assistant's own Nord Pool does; tomorrow is not known yet."""
    if call.data["date"] != MIDNIGHT.date().isoformat():
        return {"NL": [], "SE3": []}
    told = [
        {
            "start": row["start"].isoformat(),
            "end": row["end"].isoformat(),
            "price": row["value"] * 1000,
        }
        for row in rows(0, 24)
    ]
    dear = [row | {"price": 9000.0} for row in told]
    return {"NL": dear, "SE3": told}


def tibber(_call: ServiceCall) -> ServiceResponse:
    """Answer as Tibber does, in quarters of an hour."""
    return {
        "prices": {
            "Street 1": [
                {
                    "start_time": (
                        row["start"] + timedelta(minutes=minute)
                    ).isoformat(),
                    "price": row["value"],
                }
                for row in rows(0, 24)
                for minute in (0, 15, 30, 45)
            ]
        }
    }


def energyzero(call: ServiceCall) -> ServiceResponse:
    """Answer as EnergyZero does, and fail for a day that is not known yet."""
    if call.data["start"] != MIDNIGHT.date().isoformat():
        raise HomeAssistantError("no data")
    return {
        "prices": [
            {"timestamp": str(row["start"]), "price": row["value"]}
            for row in rows(0, 24)
        ]
    }


def amber(_call: ServiceCall) -> ServiceResponse:
    """Answer as Amber Electric does."""
    return {
        "forecasts": [
            {
                "start_time": row["start"].isoformat(),
                "end_time": row["end"].isoformat(),
                "per_kwh": row["value"],
                "spot_per_kwh": 0.0,
            }
            for row in rows(0, 24)
        ]
    }


@pytest.mark.parametrize(
    ("platform", "action", "answer"),
    [
        ("nordpool", "get_prices_for_date", nordpool),
        ("tibber", "get_prices", tibber),
        ("energyzero", "get_energy_prices", energyzero),
        ("easyenergy", "get_energy_usage_prices", energyzero),
        ("amberelectric", "get_forecasts", amber),
    ],
)
async def test_prices_are_asked_where_no_attribute_tells_them(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    platform: str,
    action: str,
    answer: Callable[[ServiceCall], ServiceResponse],
) -> None:
    """Home Assistant's own integrations tell coming prices by an action."""
    freezer.move_to(NOW)
    await wattwise.config.async_set_time_zone(str(ZONE))
    wattwise.services.async_register(
        platform, action, answer, supports_response=SupportsResponse.ONLY
    )
    entity = er.async_get(wattwise).async_get_or_create(
        "sensor", platform, "SE3-current_price", suggested_object_id="price"
    )
    show_price(wattwise)
    entry = await async_add_household(
        wattwise,
        push_meter(),
        options={CONF_TARIFF: "entity", CONF_PRICE_ENTITY: entity.id},
    )
    found = await call(
        wattwise, "find_window", config_entry_id=entry.entry_id, duration="03:00:00"
    )
    assert found["start"] == "2026-06-17T13:00:00+02:00"
    assert found["cost"] == pytest.approx(0.28)


def asked_price(
    hass: HomeAssistant, platform: str, action: str, answer: Callable[..., Any]
) -> dict[str, Any]:
    """Return the options of a home whose price has to be asked for by an action."""
    hass.services.async_register(
        platform, action, answer, supports_response=SupportsResponse.ONLY
    )
    entity = er.async_get(hass).async_get_or_create(
        "sensor", platform, "SE3-current_price", suggested_object_id="price"
    )
    show_price(hass)
    return {CONF_TARIFF: "entity", CONF_PRICE_ENTITY: entity.id}


async def test_prices_that_cannot_be_asked_are_only_missing(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The greenest hours need none; who asks for the cheapest is told in plain words."""

    def fail(_call: ServiceCall) -> ServiceResponse:
        raise aiohttp.ClientError("connection lost")

    options = asked_price(wattwise, "energyzero", "get_energy_prices", fail)
    entry = await sunny_home(wattwise, freezer, **options)
    assert state(wattwise, "cheapest_hours_begin") == STATE_UNKNOWN
    assert datetime.fromisoformat(state(wattwise, "greenest_hours_begin")) < NOW + HOUR
    question = {"config_entry_id": entry.entry_id, "duration": "03:00:00"}
    found = await call(wattwise, "find_window", **question, aim="greenest")
    assert found["own_share"] == 100
    assert (found["cost"], found["prices_known_until"]) == (None, None)
    with pytest.raises(HomeAssistantError) as error:
        await call(wattwise, "find_window", **question)
    assert error.value.translation_key == "window_prices_not_asked"


@pytest.mark.parametrize("error", [aiohttp.ClientError("lost"), KeyError("price")])
async def test_prices_of_today_stay_when_tomorrow_fails(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, error: Exception
) -> None:
    """Whatever goes wrong with one day, the other one is known."""
    freezer.move_to(NOW)
    await wattwise.config.async_set_time_zone(str(ZONE))

    def half(call: ServiceCall) -> ServiceResponse:
        if call.data["date"] != MIDNIGHT.date().isoformat():
            raise error
        return nordpool(call)

    options = asked_price(wattwise, "nordpool", "get_prices_for_date", half)
    entry = await async_add_household(wattwise, push_meter(), options=options)
    found = await call(
        wattwise, "find_window", config_entry_id=entry.entry_id, duration="03:00:00"
    )
    assert found["start"] == "2026-06-17T13:00:00+02:00"


async def test_prices_are_not_waited_for_for_ever(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An integration that never answers is one that could not be asked."""
    freezer.move_to(NOW)
    await wattwise.config.async_set_time_zone(str(ZONE))
    monkeypatch.setattr(
        "custom_components.wattwise.prices.coming_prices._ANSWERED_WITHIN_S", 0
    )

    async def sleep(_call: ServiceCall) -> ServiceResponse:
        await asyncio.Event().wait()
        return {}

    options = asked_price(wattwise, "amberelectric", "get_forecasts", sleep)
    entry = await async_add_household(wattwise, push_meter(), options=options)
    with pytest.raises(HomeAssistantError) as error:
        await call(
            wattwise, "find_window", config_entry_id=entry.entry_id, duration="03:00:00"
        )
    assert error.value.translation_key == "window_prices_not_asked"


async def test_nothing_is_waited_for_after_the_household_is_gone(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Hours were just over, and prices asked for: the answer comes too late to matter."""
    freezer.move_to(NOW)
    await wattwise.config.async_set_time_zone(str(ZONE))
    gate, asked = asyncio.Event(), asyncio.Event()
    gate.set()

    async def slow(call: ServiceCall) -> ServiceResponse:
        asked.set()
        await gate.wait()
        return amber(call)

    options = asked_price(wattwise, "amberelectric", "get_forecasts", slow)
    entry = await async_add_household(wattwise, push_meter(), options=options)
    await pass_time(wattwise, freezer, 61)
    assert state(wattwise, "cheapest_hours_begin") == "2026-06-17T11:00:00+00:00"
    gate.clear()
    asked.clear()
    freezer.tick(6 * 3600)
    async_fire_time_changed(wattwise)
    async with asyncio.timeout(5):
        await asked.wait()
    assert await wattwise.config_entries.async_unload(entry.entry_id)
    gate.set()
    await wattwise.async_block_till_done(wait_background_tasks=True)
    loop: Any = wattwise.loop
    armed = [h for h in loop._scheduled if not h.cancelled() and "Window" in repr(h)]
    assert armed == []
    assert "Unexpected error" not in caplog.text


async def test_octopus_tells_its_rates_in_events(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The rates beside the sensor of the price, on the same device, are found."""
    freezer.move_to(NOW)
    await wattwise.config.async_set_time_zone(str(ZONE))
    entry = await async_add_household(
        wattwise,
        push_meter(),
        options={CONF_TARIFF: "entity", CONF_PRICE_ENTITY: PRICE},
    )
    registry = er.async_get(wattwise)
    device_id = er.async_entries_for_config_entry(registry, entry.entry_id)[0].device_id
    for domain, key in (
        ("sensor", "current_rate"),
        ("event", "current_day_rates"),
        ("event", "next_day_rates"),
    ):
        entity = registry.async_get_or_create(
            domain,
            "octopus_energy",
            f"octopus_energy_electricity_1_2_{key}",
            suggested_object_id="price" if domain == "sensor" else key,
        )
        registry.async_update_entity(entity.entity_id, device_id=device_id)
    show_price(wattwise)
    for key, first in (("current_day_rates", 0), ("next_day_rates", 24)):
        rates = [
            {
                "start": row["start"],
                "end": row["end"],
                "value_inc_vat": row["value"] - first / 1000,
            }
            for row in rows(first, first + 24)
        ]
        wattwise.states.async_set(f"event.{key}", "2026", {"rates": rates})
    # The household is loaded anew when the entity of its price changes.
    await wattwise.async_block_till_done(wait_background_tasks=True)
    found = await call(
        wattwise, "find_window", config_entry_id=entry.entry_id, duration="03:00:00"
    )
    assert found["start"] == "2026-06-18T13:00:00+02:00"
