"""Similar homes as a household sees them: the sensors and the action."""

import threading
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import (
    CONF_AVERAGE_USE,
    CONF_CHARGERS,
    CONF_PROFILE,
)
from custom_components.wattwise.diagnostics import async_get_config_entry_diagnostics
from custom_components.wattwise.forecasts.home_parts import charging_hours
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.similar_homes import home_facts
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er

from .homes import async_add_household, push_meter
from .test_actions import call
from .test_forecast import NOW, ZONE, counter, state, used_w
from .test_meters import pass_time

FIRST_LOOK = 25
PAST_IS_QUIET = 5 * 60 + 5
ANSWERS = {
    "dwelling": "attached",
    "floor_area_m2": 100.0,
    "occupants": 3,
    "heating": "gas",
    "hot_water": "fuel",
    "air_conditioning": "none",
}
# 300 W all day, 2 kW more for an hour, and 10 W more on some days.
USED_KWH = (0.31 * 24 + 2.0) * 365
SENSORS = (
    "group_of_similar_homes",
    "expected_yearly_use",
    "yearly_use",
    "similar_homes_that_use_less",
)


async def home_of(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    *meters: ConfigSubentry,
    days: int = 60,
    country: str = "DE",
    **options: Any,
) -> MockConfigEntry:
    """Return a home near Berlin after its first look at similar ones."""
    await hass.config.async_set_time_zone(str(ZONE))
    hass.config.latitude, hass.config.longitude = 52.5, 13.4
    freezer.move_to(NOW)
    entry = await async_add_household(
        hass,
        *(meters or (push_meter(interval=1800),)),
        options=options,
        country=country,
    )
    # It learns for long, and nothing of that is needed.
    await entry.runtime_data.forecast.async_shutdown()
    grid = next(iter(entry.runtime_data.meters.values()))
    await grid.history.append(
        grid.profile, counter(Channel.ENERGY_IMPORT, used_w, days)
    )
    # It was read before, when there was nothing.
    await entry.runtime_data.forecast.energy.async_forget()
    # A past that is being loaded just then does not delay the first look.
    entry.runtime_data.similar_homes.async_past_grew()
    await pass_time(hass, freezer, FIRST_LOOK)
    return entry


def looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the threads in which all hours are looked through from now on."""
    threads: list[int] = []

    def spied(*of: Any) -> dict[int, float]:
        threads.append(threading.get_ident())
        return charging_hours(*of)

    monkeypatch.setattr(home_facts, "charging_hours", spied)
    return threads


def sensor(hass: HomeAssistant, name: str) -> State:
    """Return the state of a sensor of the household."""
    found = hass.states.get(f"sensor.home_{name}")
    assert found
    return found


async def test_a_home_beside_similar_ones(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The sensors and the action tell the same, with how sure it is."""
    entry = await home_of(wattwise, freezer, **{CONF_PROFILE: ANSWERS})
    looked_in = looks(monkeypatch)
    group, expected, used, below = (sensor(wattwise, name) for name in SENSORS)
    assert group.state in group.attributes["options"]
    assert group.attributes["status"] == "estimated"
    assert group.attributes["unanswered"] == []
    low, high = (expected.attributes[key] for key in ("low_kwh", "high_kwh"))
    assert low < expected.attributes["efficient_below_kwh"] < int(expected.state) < high
    assert 1000 < int(expected.state) < 6000
    # Numbers only: a dialog shows them in a row.
    months = expected.attributes["months"]
    assert sum(months) == pytest.approx(int(expected.state), abs=6)
    # Spring and early summer are known: a year is a little more than they say.
    assert USED_KWH < int(used.state) < 1.2 * USED_KWH
    assert used.attributes["low_kwh"] < int(used.state) < used.attributes["high_kwh"]
    assert used.attributes["days_known"] == 60
    assert used.attributes["measured"] is False
    assert below.attributes["low"] < int(below.state) < below.attributes["high"]

    answer = await call(wattwise, "compare", config_entry_id=entry.entry_id)
    told = answer["expected"]["months"]
    assert [(month["month"], month["kwh"]) for month in told] == [*enumerate(months, 1)]
    assert all(month["low_kwh"] < month["kwh"] < month["high_kwh"] for month in told)
    assert (answer["household"], answer["status"]) == ("Home", "estimated")
    assert answer["group"] == group.state
    assert str(answer["expected"]["kwh"]) == expected.state
    assert str(answer["use"]["kwh"]) == used.state
    assert str(answer["place"]["percentile"]) == below.state
    explained = {effect["question"] for effect in answer["explained_by"]}
    assert {"dwelling", "floor_area_m2", "occupants"} <= explained
    assert answer["not_explained"]["kwh"] == pytest.approx(
        answer["use"]["kwh"] - answer["expected"]["kwh"], abs=1
    )
    assert "what_if" not in answer

    looked_in.clear()
    answer = await call(
        wattwise,
        "compare",
        config_entry_id=entry.entry_id,
        what_if={"heating": "heat_pump", "occupants": None},
    )
    # All was looked through once for both, and not in the event loop.
    assert len(looked_in) == 1
    assert threading.get_ident() not in looked_in
    other = answer["what_if"]
    assert other["expected"]["kwh"] > answer["expected"]["kwh"]
    assert other["change_percent"] > 0
    assert other["own_use_kwh"] > answer["use"]["kwh"]
    # What was asked changes nothing of the home.
    assert entry.options[CONF_PROFILE] == ANSWERS

    for wrong in ({"heating": "love"}, {"colour": "red"}, {"occupants": -1}):
        with pytest.raises(ServiceValidationError, match="is not an answer to"):
            await call(
                wattwise, "compare", config_entry_id=entry.entry_id, what_if=wrong
            )

    told = str(await async_get_config_entry_diagnostics(wattwise, entry))
    assert "floor_area" not in told
    assert group.state not in told


async def test_a_home_that_answered_nothing(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """It has no group, a hint where to answer, and its own year."""
    entry = await home_of(wattwise, freezer)
    for name in ("group_of_similar_homes", "expected_yearly_use"):
        assert sensor(wattwise, name).state == STATE_UNKNOWN
    assert sensor(wattwise, "similar_homes_that_use_less").state == STATE_UNKNOWN
    group = sensor(wattwise, "group_of_similar_homes")
    assert group.attributes["status"] == "unanswered"
    assert group.attributes["unanswered"] == list(ANSWERS)
    assert USED_KWH < int(state(wattwise, "yearly_use")) < 1.2 * USED_KWH
    answer = await call(
        wattwise, "compare", config_entry_id=entry.entry_id, what_if=ANSWERS
    )
    assert (answer["group"], answer["expected"], answer["place"]) == (None, None, None)
    # Whoever only tries answers is told what they would say.
    assert answer["what_if"]["group"]
    assert answer["what_if"]["expected"]["kwh"] > 0
    assert answer["what_if"]["change_kwh"] is None


async def test_what_is_missing_is_said(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Days, then the meter of a roof, and an average where no country has one."""
    # A battery gives nothing of its own: what is fed in came from a roof.
    battery = push_meter("battery", "Battery", role=MeterRole.BATTERY, interval=1800)
    grid = push_meter(interval=1800)
    entry = await home_of(
        wattwise, freezer, grid, battery, days=5, **{CONF_PROFILE: ANSWERS}
    )
    assert sensor(wattwise, "group_of_similar_homes").attributes["status"] == "learning"
    assert state(wattwise, "yearly_use") == STATE_UNKNOWN
    assert int(state(wattwise, "expected_yearly_use")) > 0

    meter = entry.runtime_data.meters[grid.subentry_id]
    await meter.history.append(meter.profile, counter(Channel.ENERGY_EXPORT, used_w, 5))
    await wattwise.async_block_till_done()
    entry.runtime_data.async_past_grew()
    await pass_time(wattwise, freezer, PAST_IS_QUIET)
    status = sensor(wattwise, "group_of_similar_homes").attributes["status"]
    assert status == "unmeasured_roof"

    # What was found stays while the history is away, and the action says why it cannot.
    before = state(wattwise, "expected_yearly_use")
    await entry.runtime_data.history.close()
    await entry.runtime_data.similar_homes.async_refresh()
    assert not entry.runtime_data.similar_homes.last_update_success
    assert state(wattwise, "expected_yearly_use") == before
    with pytest.raises(HomeAssistantError, match="history"):
        await call(wattwise, "compare", config_entry_id=entry.entry_id)


async def test_a_country_without_an_average(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The group and its effects are told, no kWh; the household's own figure helps.

    It helps at once, and no meter stops for it.
    """
    wattwise.config.country = None
    entry = await home_of(wattwise, freezer, country="AQ", **{CONF_PROFILE: ANSWERS})
    group = sensor(wattwise, "group_of_similar_homes")
    assert group.attributes["status"] == "no_average"
    assert group.state != STATE_UNKNOWN
    assert state(wattwise, "expected_yearly_use") == STATE_UNKNOWN
    answer = await call(wattwise, "compare", config_entry_id=entry.entry_id)
    assert answer["explained_by"][0]["kwh"] is None

    household = entry.runtime_data
    wattwise.config_entries.async_update_entry(
        entry, options={**entry.options, CONF_AVERAGE_USE: 2500.0}
    )
    await wattwise.async_block_till_done(wait_background_tasks=True)
    await pass_time(wattwise, freezer, 1)
    assert entry.runtime_data is household
    expected = sensor(wattwise, "expected_yearly_use")
    assert int(expected.state) > 0
    assert expected.attributes["country_average_kwh"] == 2500
    assert expected.attributes["country_average_source"] == "user"

    # Whatever else changes starts it anew, also together with answers.
    wattwise.config_entries.async_update_entry(
        entry, options={CONF_AVERAGE_USE: 2600.0, CONF_CHARGERS: []}
    )
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert entry.runtime_data is not household
    household = entry.runtime_data
    (subentry,) = entry.subentries.values()
    wattwise.config_entries.async_update_subentry(entry, subentry, title="Cellar")
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert entry.runtime_data is not household


@pytest.mark.parametrize("days", [10, 30])
async def test_a_charger_is_taken_out(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, days: int
) -> None:
    """What went into the car is neither the home's use nor expected of it.

    Of days from before the charger had a meter, it is both.
    """
    grid = push_meter(interval=1800)
    charger = push_meter("car", "Charger", role=MeterRole.APPLIANCE, interval=1800)
    entry = await home_of(
        wattwise,
        freezer,
        grid,
        charger,
        days=30,
        **{
            CONF_PROFILE: {**ANSWERS, "car_km_per_year": 20_000.0},
            CONF_CHARGERS: [charger.subentry_id],
        },
    )
    meter = entry.runtime_data.meters[charger.subentry_id]
    plain = int(state(wattwise, "yearly_use"))
    with_car = int(state(wattwise, "expected_yearly_use"))
    await meter.history.append(
        meter.profile, counter(Channel.ENERGY_IMPORT, lambda _: 100.0, days)
    )
    await entry.runtime_data.forecast.energy.async_forget()
    entry.runtime_data.similar_homes.async_past_grew()
    await pass_time(wattwise, freezer, PAST_IS_QUIET)
    used = sensor(wattwise, "yearly_use")
    assert int(used.state) < plain - 0.1 * 24 * 10 * days
    assert used.attributes["days_known"] == 30
    assert int(state(wattwise, "expected_yearly_use")) == pytest.approx(
        with_car - 20_000 * 0.19 * days / 30, abs=2
    )


async def test_only_homes_whose_whole_use_is_known(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """One plug is no home: a household without a grid meter has none of the sensors."""
    plug = push_meter("plug", "Fridge", role=MeterRole.APPLIANCE, interval=1800)
    entry = await home_of(wattwise, freezer, plug, **{CONF_PROFILE: ANSWERS})
    registry = er.async_get(wattwise)
    ids = {
        one.entity_id
        for one in er.async_entries_for_config_entry(registry, entry.entry_id)
    }
    assert not {f"sensor.home_{name}" for name in SENSORS} & ids
    with pytest.raises(ServiceValidationError, match="has no grid meter"):
        await call(wattwise, "compare", config_entry_id=entry.entry_id)
