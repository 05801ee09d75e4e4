"""Forecasts of chosen meters: sensors that add up to the household's."""

from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import (
    CONF_CHARGERS,
    CONF_FORECAST_METERS,
    CONF_PARENT,
)
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er

from .homes import async_add_household, push_meter
from .meter_actions import call
from .test_forecast import NOW, ZONE, counter, produced_w, used_w
from .test_meters import pass_time

DAYS = 30
ENERGIES = ("next_hour", "rest_of_today", "today", "tomorrow")


def dish_w(moment: datetime) -> float:
    """Return the power of a dishwasher that runs after dinner."""
    return 900.0 if moment.astimezone(ZONE).hour == 20 else 5.0


def kitchen_w(moment: datetime) -> float:
    """Return the power of the room in which it stands."""
    return 60.0 + dish_w(moment)


def car_w(moment: datetime) -> float:
    """Return the power of a car that is charged each third evening."""
    local = moment.astimezone(ZONE)
    return 7000.0 if local.toordinal() % 3 == 0 and local.hour in {21, 22} else 0.0


def home_w(moment: datetime) -> float:
    """Return the power of the whole home."""
    return used_w(moment) + kitchen_w(moment) + car_w(moment)


POWERS = {
    "Grid": (Channel.ENERGY_IMPORT, lambda at: home_w(at) - produced_w(at)),
    "Kitchen": (Channel.ENERGY_IMPORT, kitchen_w),
    "Dishwasher": (Channel.ENERGY_IMPORT, dish_w),
    "Car": (Channel.ENERGY_IMPORT, car_w),
    "Roof": (Channel.ENERGY_EXPORT, produced_w),
}


def grid_import(moment: datetime) -> float:
    """Return what is drawn from the grid."""
    return max(0.0, home_w(moment) - produced_w(moment))


def grid_export(moment: datetime) -> float:
    """Return what is fed into it."""
    return max(0.0, produced_w(moment) - home_w(moment))


def appliance(name: str, parent: str | None = None) -> ConfigSubentry:
    """Return an appliance's meter, perhaps behind another one."""
    meter = push_meter(name.lower(), name, MeterRole.APPLIANCE, interval=1800)
    if parent is None:
        return meter
    return ConfigSubentry(
        data=MappingProxyType({**meter.data, CONF_PARENT: parent}),
        subentry_type=meter.subentry_type,
        title=meter.title,
        unique_id=meter.unique_id,
    )


async def home_of_meters(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, **options: Any
) -> tuple[MockConfigEntry, dict[str, str]]:
    """Return a home whose kitchen, dishwasher and roof are forecast, and its meters."""
    await hass.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOW)
    kitchen = appliance("Kitchen")
    meters = {
        meter.title: meter
        for meter in (
            push_meter("grid", "Grid", interval=1800),
            kitchen,
            appliance("Dishwasher", kitchen.subentry_id),
            appliance("Car"),
            push_meter("roof", "Roof", MeterRole.PRODUCTION, interval=1800),
        )
    }
    ids = {name: meter.subentry_id for name, meter in meters.items()}
    chosen = [ids[name] for name in ("Kitchen", "Dishwasher", "Roof")]
    entry = await async_add_household(
        hass,
        *meters.values(),
        options={
            CONF_FORECAST_METERS: chosen,
            CONF_CHARGERS: [ids["Car"]],
            **options,
        },
    )
    for key, meter in entry.runtime_data.meters.items():
        name = next(name for name, subentry_id in ids.items() if subentry_id == key)
        if name == "Grid":
            ways = [
                (Channel.ENERGY_IMPORT, grid_import),
                (Channel.ENERGY_EXPORT, grid_export),
            ]
        else:
            ways = [POWERS[name]]
        for channel, power in ways:
            await meter.history.append(meter.profile, counter(channel, power, DAYS))
    # Set up anew it has a past from the start, and no lesson to wait for.
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry, ids


def device_of(hass: HomeAssistant, meter: str) -> str:
    """Return the id of a meter's device."""
    entity = er.async_get(hass).async_get(f"sensor.{meter}_energy_used")
    assert entity
    assert entity.device_id
    return entity.device_id


def states(hass: HomeAssistant, meter: str) -> dict[str, float]:
    """Return what is expected of a meter, or of the household's series."""
    found = {}
    for key in ENERGIES:
        state = hass.states.get(f"sensor.{meter}_forecast_{key}")
        assert state, f"{meter} {key}"
        found[key] = float(state.state)
        low, high = state.attributes["low"], state.attributes["high"]
        assert 0 <= low <= high
    return found


async def test_chosen_meters_add_up(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Each chosen meter has its forecast; parts never exceed what contains them.

    The action returns it by the meter's device; of one that was not chosen there is none.
    """
    entry, ids = await home_of_meters(wattwise, freezer)
    home = states(wattwise, "home_consumption")
    sun = states(wattwise, "home_production")
    kitchen, dishes = states(wattwise, "kitchen"), states(wattwise, "dishwasher")
    assert dishes["tomorrow"] == pytest.approx(0.9 + 23 * 0.005, rel=0.15)
    assert kitchen["tomorrow"] == pytest.approx(dishes["tomorrow"] + 1.44, rel=0.1)
    for key in ENERGIES:
        assert dishes[key] <= kitchen[key] + 1e-3 <= home[key] + 2e-3
    # One roof is all there is of production.
    assert states(wattwise, "roof") == pytest.approx(sun, abs=2e-3)
    data = entry.runtime_data.forecast.data
    assert set(data) == {
        "consumption",
        "production",
        *(ids[name] for name in ("Kitchen", "Dishwasher", "Roof")),
    }
    outlooks = {key: found.outlook for key, found in data.items()}
    for inner, outer in (
        (ids["Dishwasher"], ids["Kitchen"]),
        (ids["Kitchen"], "consumption"),
    ):
        for part, whole in zip(
            outlooks[inner].slots, outlooks[outer].slots, strict=True
        ):
            assert part.start == whole.start
            assert part.energy.mean <= whole.energy.mean + 1e-9
    for part, whole in zip(
        outlooks[ids["Roof"]].slots, outlooks["production"].slots, strict=True
    ):
        assert part.energy.mean == pytest.approx(whole.energy.mean, abs=1e-9)
    # Nobody asked for the car's own forecast, but it is taken out of the home's.
    assert wattwise.states.get("sensor.car_forecast_tomorrow") is None
    evening = int(datetime(2026, 6, 18, 21, tzinfo=ZONE).timestamp())
    (slot,) = (s for s in outlooks["consumption"].slots if s.start == evening)
    due = car_w(datetime.fromtimestamp(evening, UTC)) > 0
    assert (slot.energy.mean > 4) == due
    await action_tells_of_one_meter(wattwise)


async def action_tells_of_one_meter(wattwise: HomeAssistant) -> None:
    """Ask for a meter's curve by its device; of one not chosen there is none."""
    answer = await call(
        wattwise, "get_forecast", device_id=device_of(wattwise, "kitchen")
    )
    assert len(answer["forecast"]) == 48
    assert answer["tomorrow"]["mean"] == pytest.approx(
        states(wattwise, "kitchen")["tomorrow"], abs=1e-3
    )
    with pytest.raises(ServiceValidationError) as error:
        await call(wattwise, "get_forecast", device_id=device_of(wattwise, "car"))
    assert error.value.translation_key == "forecast_meter_not_chosen"
    assert error.value.translation_placeholders == {"meter": "Car"}


async def test_what_is_no_longer_chosen_is_gone(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Sensors come and go with the choice; those of the household stay."""
    await wattwise.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOW)
    oven, grid = appliance("Oven"), push_meter()
    chosen = [oven.subentry_id, grid.subentry_id, "of-a-meter-removed"]
    entry = await async_add_household(
        wattwise, grid, oven, options={CONF_FORECAST_METERS: chosen}
    )
    registry = er.async_get(wattwise)

    def shown(meter: str) -> set[str]:
        return {
            key
            for key in ENERGIES
            if registry.async_get(f"sensor.{meter}_forecast_{key}")
        }

    assert shown("oven") == set(ENERGIES)
    # The grid is what the home makes of it: that is the household's forecast.
    assert shown("grid") == set()
    waiting = wattwise.states.get("sensor.oven_forecast_today")
    assert waiting
    assert waiting.state in {STATE_UNKNOWN, STATE_UNAVAILABLE}
    wattwise.config_entries.async_update_entry(
        entry, options={**entry.options, CONF_FORECAST_METERS: []}
    )
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert shown("oven") == set()
    assert shown("home_consumption") == set(ENERGIES)


async def test_homes_are_added_up(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Of several households the action tells the sum, each hour once, without a cost."""
    await wattwise.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOW)
    entries = []
    for name in ("Home", "Mill"):
        entry = await async_add_household(
            wattwise,
            push_meter(name, f"Grid of {name}", interval=1800),
            name=name,
            options={"tariff": "flat", "price": 0.4},
        )
        (meter,) = entry.runtime_data.meters.values()
        readings = counter(Channel.ENERGY_IMPORT, used_w, 10)
        await meter.history.append(meter.profile, readings)
        entries.append(entry.entry_id)
    await pass_time(wattwise, freezer, 240)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    both = await call(wattwise, "get_forecast", config_entry_id=entries)
    alone = [
        await call(wattwise, "get_forecast", config_entry_id=entry) for entry in entries
    ]
    assert len(both["forecast"]) == 48
    for hour, *parts in zip(
        both["forecast"], *(one["forecast"] for one in alone), strict=True
    ):
        assert {part["start"] for part in parts} == {hour["start"]}
        assert hour["mean"] == pytest.approx(
            sum(part["mean"] for part in parts), abs=2e-4
        )
        assert "cost" not in hour
    assert "cost" in alone[0]["forecast"][0]
    with pytest.raises(ServiceValidationError) as error:
        await call(wattwise, "get_forecast", config_entry_id=[*entries, "nobody"])
    assert error.value.translation_key == "service_config_entry_not_found"
    for nobody in (
        {},
        {"config_entry_id": []},
        {"config_entry_id": entries, "device_id": "and a meter"},
    ):
        with pytest.raises(ServiceValidationError) as error:
            await call(wattwise, "get_forecast", **nobody)
        assert error.value.translation_key == "forecast_of_whom"
    # In quarters, the sum is as fine as all of them can tell.
    fine = await call(wattwise, "get_forecast", config_entry_id=entries, resolution=900)
    parts = fine["forecast"][: 3600 // fine["resolution"]]
    assert sum(part["mean"] for part in parts) == pytest.approx(
        both["forecast"][0]["mean"], abs=1e-3
    )
    assert fine["divided_by"] in {"habits", "neighbours", "nothing"}
    with pytest.raises(ServiceValidationError) as error:
        await call(
            wattwise, "get_forecast", config_entry_id=entries, series="production"
        )
    assert error.value.translation_key == "forecast_not_made"
