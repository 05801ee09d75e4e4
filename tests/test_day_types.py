"""What kind of day it is, as the people of a home see it."""

from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import random
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    mock_restore_cache_with_extra_data,
)

from custom_components.wattwise.analytics.day_types.day_type import DayTypeName
from custom_components.wattwise.day_types.day_types_memory import DayTypesMemory
from custom_components.wattwise.forecasts.energy_of_hours import HomeHours
from custom_components.wattwise.forecasts.home_energy import HomeEnergy
from custom_components.wattwise.forecasts.series_forecasts import SeriesForecasts
from custom_components.wattwise.history.errors import HistoryError
from custom_components.wattwise.history.history import History
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.const import EVENT_STATE_CHANGED, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State

from .homes import async_add_household, push_meter
from .test_forecast import ZONE
from .test_meters import pass_time

# The morning of a Friday.
NOW = datetime(2026, 6, 19, 9, 1, tzinfo=ZONE).astimezone(UTC)
COMPONENT = Path(__file__).parent.parent / "custom_components/wattwise"
TODAY = "sensor.home_day_type_today"
TOMORROW = "sensor.home_day_type_tomorrow"
# Forecasts learn first, and read all of the past for it.
FORECASTS_LEARN = 5 * 60 + 5
DAY_TYPES_LEARN = 5 * 60 + 5


@pytest.fixture(autouse=True)
def no_lessons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let forecasts learn nothing, which takes seconds for each of these homes."""

    async def learn(_forecasts: SeriesForecasts) -> None:
        return

    monkeypatch.setattr(SeriesForecasts, "async_learn", learn)


def used_w(moment: datetime) -> float:
    """Return what a family uses that is out on working days."""
    local = moment.astimezone(ZONE)
    asleep = local.hour < 7 or local.hour >= 23
    out = local.weekday() < 5 and 8 <= local.hour < 17
    noise = random.Random(str(moment)).lognormvariate(0.0, 0.3)
    return noise * (100.0 if asleep or out else 800.0)


async def family(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, days: int
) -> MockConfigEntry:
    """Return the home of such a family, of so many days."""
    await hass.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOW)
    entry = await async_add_household(hass, push_meter(interval=1800))
    await live(entry, days)
    return entry


async def live(entry: MockConfigEntry, days: int) -> None:
    """Give a home a past of so many days."""
    (meter,) = entry.runtime_data.meters.values()
    moment, shown, readings = NOW - timedelta(days=days), 0.0, []
    while moment <= NOW:
        time_ms = int(moment.timestamp() * 1000)
        readings.append(Reading(Channel.ENERGY_IMPORT, time_ms, shown))
        shown += used_w(moment) / 2
        moment += timedelta(minutes=30)
    await meter.history.append(meter.profile, readings)


def shown(hass: HomeAssistant, entity_id: str) -> State:
    """Return a state."""
    found = hass.states.get(entity_id)
    assert found, sorted(hass.states.async_entity_ids())
    return found


async def at(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, moment: datetime
) -> None:
    """Let it become some time, and be looked at the clock in each of the hours after."""
    freezer.move_to(moment)
    for _ in range(2):
        await pass_time(hass, freezer, 60 * 60)


async def first_lesson(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let the time pass in which a home is learned after its start."""
    await pass_time(hass, freezer, FORECASTS_LEARN)
    await pass_time(hass, freezer, DAY_TYPES_LEARN)


async def test_a_family_sees_what_kind_of_day_it_is(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Today and tomorrow are named, with how sure that is; a restart changes nothing."""
    entry = await family(wattwise, freezer, 60)
    assert shown(wattwise, TODAY).state == STATE_UNKNOWN
    await first_lesson(wattwise, freezer)
    today, tomorrow = shown(wattwise, TODAY), shown(wattwise, TOMORROW)
    assert (today.state, tomorrow.state) == ("working_day", "weekend")
    assert today.attributes["learning"] is False
    assert today.attributes["yesterday"] == "working_day"
    assert today.attributes["probability"] > 80
    assert tomorrow.attributes["probability"] > 60
    chances: dict[str, float] = tomorrow.attributes["probabilities"]
    assert sum(chances.values()) == pytest.approx(100, abs=0.2)
    kinds: dict[str, Any] = {one["name"]: one for one in today.attributes["day_types"]}
    assert set(kinds) == {"working_day", "weekend"}
    assert kinds["weekend"]["usual_energy"] == pytest.approx(14.2, rel=0.1)
    assert kinds["working_day"]["usual_power"]["daytime"] == pytest.approx(100, abs=20)
    assert sum(one["share"] for one in kinds.values()) == pytest.approx(100, abs=0.2)
    assert today.attributes["usual_energy"] == kinds["working_day"]["usual_energy"]
    assert set(kinds) <= set(today.attributes["options"])

    said = async_capture_events(wattwise, EVENT_STATE_CHANGED)
    await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    await pass_time(wattwise, freezer, 1)
    # Before anything is learned again, and nothing else was said meanwhile.
    assert shown(wattwise, TODAY).state == "working_day"
    for entity_id, kind in ((TODAY, "working_day"), (TOMORROW, "weekend")):
        states = [e.data["new_state"] for e in said if e.data["entity_id"] == entity_id]
        assert {state.state for state in states if state} == {STATE_UNAVAILABLE, kind}
        assert not any(state.attributes.get("learning") for state in states if state)

    # Who moves is at another time of another day.
    coordinator = entry.runtime_data.day_types
    assert coordinator.data.day == NOW.astimezone(ZONE).date()
    await wattwise.config.async_set_time_zone("Pacific/Honolulu")
    await coordinator.async_refresh()
    assert coordinator.data.day == NOW.astimezone(ZONE).date() - timedelta(days=1)
    await wattwise.config.async_set_time_zone(str(ZONE))

    # A past that is gone leaves nothing that would come back after a restart.
    assert await DayTypesMemory(wattwise, entry.unique_id or "").async_load()
    nothing = HomeHours({}, {}, {})
    with patch.object(HomeEnergy, "async_hours", return_value=nothing):
        coordinator.async_past_grew()
        await pass_time(wattwise, freezer, 4 * 60 + 5)
    assert shown(wattwise, TODAY).attributes["learning"] is True
    assert await DayTypesMemory(wattwise, entry.unique_id or "").async_load() is None

    # What is learned once more is forgotten with the household.
    coordinator.async_past_grew()
    await pass_time(wattwise, freezer, 4 * 60 + 5)
    assert await DayTypesMemory(wattwise, entry.unique_id or "").async_load()
    assert await wattwise.config_entries.async_remove(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert await DayTypesMemory(wattwise, entry.unique_id or "").async_load() is None


def test_yesterday_has_words() -> None:
    """What yesterday was is told in the words that today's type has."""
    words = json.loads((COMPONENT / "translations/en.json").read_text("utf-8"))
    today = words["entity"]["sensor"]["day_type_today"]
    assert today["state_attributes"]["yesterday"]["state"] == today["state"]
    assert set(today["state"]) == {name.value for name in DayTypeName}


async def test_a_young_home_says_how_far_it_is(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Before four weeks there are no types, and it is told how many days are missing."""
    await family(wattwise, freezer, 10)
    await first_lesson(wattwise, freezer)
    today = shown(wattwise, TODAY)
    assert today.state == STATE_UNKNOWN
    assert today.attributes["learning"] is True
    assert today.attributes["days_known"] == pytest.approx(10, abs=1)
    assert today.attributes["days_needed"] == 28


async def test_what_a_file_brings_is_learned(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A home whose past comes later is told its day types some minutes after it."""
    await wattwise.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOW)
    entry = await async_add_household(wattwise, push_meter(interval=1800))
    await first_lesson(wattwise, freezer)
    assert shown(wattwise, TODAY).attributes["days_known"] == 0
    await live(entry, 60)
    entry.runtime_data.async_past_grew()
    await pass_time(wattwise, freezer, 65)
    await pass_time(wattwise, freezer, 3 * 60)
    assert shown(wattwise, TODAY).state == "working_day"


async def test_a_history_that_is_away_comes_back(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """While the history cannot be asked nothing is made up, and it is asked again."""
    await family(wattwise, freezer, 60)
    with patch.object(History, "ask", side_effect=HistoryError("busy")):
        await first_lesson(wattwise, freezer)
        assert shown(wattwise, TODAY).state == STATE_UNKNOWN
    await pass_time(wattwise, freezer, 30 * 60 + 5)
    assert shown(wattwise, TODAY).state == "working_day"

    # What was said of a day ends with the day, also if nothing can be asked any more.
    saturday = datetime(2026, 6, 20, 8, 7, tzinfo=ZONE)
    with patch.object(History, "ask", side_effect=HistoryError("busy")):
        await pass_time(wattwise, freezer, 60 * 60)
        assert shown(wattwise, TODAY).state == "working_day"
        await at(wattwise, freezer, saturday)
        today = shown(wattwise, TODAY)
        # As it was expected the day before.
        assert today.state == "weekend"
        assert today.attributes["yesterday"] is None
        assert shown(wattwise, TOMORROW).state == STATE_UNKNOWN
        assert shown(wattwise, TOMORROW).attributes["learning"] is False
        await at(wattwise, freezer, saturday + timedelta(days=1))
        assert shown(wattwise, TODAY).state == STATE_UNKNOWN
        assert "probability" not in shown(wattwise, TODAY).attributes
    await pass_time(wattwise, freezer, 60 * 60)
    assert shown(wattwise, TODAY).state == "weekend"
    assert shown(wattwise, TOMORROW).state == "working_day"


@pytest.mark.parametrize(
    ("name", "day", "state"),
    [
        ("weekend", "2026-06-19", "weekend"),
        ("weekend", "2026-06-18", STATE_UNKNOWN),
        ("weekend", "no day", STATE_UNKNOWN),
        ("none of ours", "2026-06-19", STATE_UNKNOWN),
    ],
)
async def test_what_was_said_before_a_restart_is_true_of_its_day(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    name: str,
    day: str,
    state: str,
) -> None:
    """Who restarts goes on with what was said of this day, and of no other."""
    await wattwise.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOW)
    before = (State(TODAY, "weekend"), {"name": name, "day": day})
    mock_restore_cache_with_extra_data(wattwise, [before])
    with patch.object(HomeEnergy, "async_hours", side_effect=HistoryError("busy")):
        await async_add_household(wattwise, push_meter(interval=1800))
    assert shown(wattwise, TODAY).state == state
    assert "learning" not in shown(wattwise, TODAY).attributes


async def test_what_was_kept_and_cannot_be_read_is_learned_anew(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A damaged file costs a lesson, not the household; a roof alone has no day types."""
    entry = await family(wattwise, freezer, 60)
    await DayTypesMemory(wattwise, entry.unique_id or "").async_save({"names": 3})
    await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert "day types of before cannot be read" in caplog.text
    await first_lesson(wattwise, freezer)
    assert shown(wattwise, TODAY).state == "working_day"


async def test_a_roof_alone_has_no_day_types(wattwise: HomeAssistant) -> None:
    """Who measures only what is produced has no use to tell days apart by."""
    await async_add_household(wattwise, push_meter(role=MeterRole.PRODUCTION))
    assert wattwise.states.get(TODAY) is None
    assert wattwise.states.get(TOMORROW) is None
