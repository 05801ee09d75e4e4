"""What kind of day it is, as the people of a home see it."""

from datetime import UTC, datetime, timedelta
import random
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.day_types.day_types_memory import DayTypesMemory
from custom_components.wattwise.forecasts.series_forecasts import SeriesForecasts
from custom_components.wattwise.history.errors import HistoryError
from custom_components.wattwise.history.history import History
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State

from .homes import async_add_household, push_meter
from .test_forecast import ZONE
from .test_meters import pass_time

# The morning of a Friday.
NOW = datetime(2026, 6, 19, 9, 1, tzinfo=ZONE).astimezone(UTC)
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

    await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    await pass_time(wattwise, freezer, 1)
    # Before anything is learned again.
    assert shown(wattwise, TODAY).state == "working_day"

    assert await wattwise.config_entries.async_remove(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert await DayTypesMemory(wattwise, entry.unique_id or "").async_load() is None


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
    """While the history cannot be asked nothing is known, and it is asked again."""
    await family(wattwise, freezer, 60)
    with patch.object(History, "ask", side_effect=HistoryError("busy")):
        await first_lesson(wattwise, freezer)
        assert shown(wattwise, TODAY).state in {STATE_UNAVAILABLE, STATE_UNKNOWN}
    await pass_time(wattwise, freezer, 30 * 60 + 5)
    assert shown(wattwise, TODAY).state == "working_day"


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
