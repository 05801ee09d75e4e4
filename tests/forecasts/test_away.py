"""On which days nobody is at home."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, override
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.wattwise.forecasts.away import AwayDaysSource
from custom_components.wattwise.forecasts.away_ledger import AwayLedger, days_covered
from custom_components.wattwise.forecasts.away_state import says_away
from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.components.calendar.const import DATA_COMPONENT
from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

ZONE: Final = ZoneInfo("Europe/Berlin")
SWITCH: Final = "input_boolean.away"
PERSON: Final = "person.anna"


def local(day: int, hour: float = 0.0, month: int = 6) -> datetime:
    """Return a moment of 2026 in Berlin, in UTC."""
    midnight = datetime(2026, month, day, tzinfo=ZONE)
    return midnight.astimezone(UTC) + timedelta(hours=hour)


@pytest.fixture
async def berlin(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> HomeAssistant:
    """Live in Berlin."""
    await hass.config.async_set_time_zone(str(ZONE))
    freezer.move_to(local(10))
    return hass


@pytest.mark.parametrize(
    ("domain", "device_class", "away", "at_home", "nothing"),
    [
        ("input_boolean", None, ["on"], ["off"], ["unknown", "unavailable", ""]),
        ("switch", None, ["on"], ["off"], ["unavailable"]),
        ("schedule", None, ["on"], ["off"], ["unavailable"]),
        ("calendar", None, ["on"], ["off"], ["unavailable"]),
        ("binary_sensor", None, ["on"], ["off"], ["unknown"]),
        ("binary_sensor", "presence", ["off"], ["on"], ["unknown"]),
        ("binary_sensor", "occupancy", ["off"], ["on"], ["unavailable"]),
        ("person", None, ["not_home", "Office"], ["home"], ["unknown"]),
        ("device_tracker", None, ["not_home"], ["home"], ["unavailable"]),
        ("group", None, ["not_home", "on"], ["home", "off"], ["unknown"]),
        ("zone", None, ["0"], ["1", "3"], ["unavailable", "many"]),
        (
            "alarm_control_panel",
            None,
            ["armed_away", "armed_vacation"],
            ["disarmed", "armed_home", "armed_night"],
            ["arming", "pending", "triggered", "unknown"],
        ),
    ],
)
def test_what_states_say(
    domain: str,
    device_class: str | None,
    away: list[str],
    at_home: list[str],
    nothing: list[str],
) -> None:
    """Each kind of entity has its own words for an empty home."""
    for states, meaning in ((away, True), (at_home, False), (nothing, None)):
        for state in states:
            assert says_away(domain, device_class, state) is meaning, state


async def test_more_than_half_a_day_is_a_day_away(berlin: HomeAssistant) -> None:
    """Working days are days at home; unknown times count for neither side."""
    ledger = AwayLedger()
    for day in (8, 9):
        ledger.note(local(day, 7), away=True)
        ledger.note(local(day, 18), away=False)
    ledger.note(local(10, 10), away=True)
    ledger.note(local(12, 11), away=False)
    # Nobody knows where they were on the thirteenth.
    ledger.note(local(13, 0), away=True)
    ledger.note(local(13, 1), away=None)
    ledger.note(local(14, 0), away=False)
    assert ledger.days(date(2026, 6, 15)) == {date(2026, 6, 10), date(2026, 6, 11)}
    assert ledger.days(date(2026, 6, 11)) == {date(2026, 6, 10)}
    kept = AwayLedger.from_dict(ledger.as_dict())
    assert kept.as_dict() == ledger.as_dict()
    kept.forget_before(date(2026, 6, 11), date(2026, 6, 15))
    assert list(kept.as_dict()["seconds"]) == ["2026-06-11"]


async def test_a_clock_that_was_wrong(berlin: HomeAssistant) -> None:
    """A machine that woke up in another month does not wait for that month."""
    ledger = AwayLedger()
    ledger.note(local(1, 0, 9), away=True)
    ledger.note(local(10, 1), away=True)
    assert ledger.since == local(10, 1)
    ledger.note(local(11), away=False)
    assert ledger.days(date(2026, 6, 12)) == {date(2026, 6, 10)}


async def test_days_of_other_lengths(berlin: HomeAssistant) -> None:
    """Half of a day of 23 hours is less than half of one of 25."""
    ledger = AwayLedger()
    for day, month in ((29, 3), (25, 10)):
        end = local(day + 1, 0, month)
        ledger.note(end - timedelta(hours=12), away=True)
        ledger.note(end, away=False)
    assert ledger.days(date(2026, 12, 1)) == {date(2026, 3, 29)}


async def test_events_that_cover_most_of_a_day(berlin: HomeAssistant) -> None:
    """Events that overlap count once; of today what is left of it."""
    now = local(10, 20)
    events = [
        (local(10, 19), local(11, 9)),
        (local(11, 8), local(11, 11)),
        (local(12, 0), local(12, 10)),
        (local(12, 12), local(12, 15)),
        (local(13, 0), local(30, 0)),
        (local(1), local(2)),
    ]
    assert days_covered(events, now, 4) == {date(2026, 6, day) for day in (10, 12, 13)}
    assert days_covered([], now, 4) == frozenset()


async def test_a_switch_means_the_coming_days(berlin: HomeAssistant) -> None:
    """Who turns it on is away at once, and at home once it is off."""
    berlin.states.async_set(SWITCH, "off")
    source = AwayDaysSource(berlin, "home")
    await source.async_load(SWITCH, SWITCH)
    source.async_follow(SWITCH)
    assert await source.async_days(SWITCH, local(10, 1)) == frozenset()
    berlin.states.async_set(SWITCH, "on")
    await berlin.async_block_till_done()
    assert await source.async_days(SWITCH, local(10, 2)) == {
        date(2026, 6, day) for day in (10, 11, 12, 13)
    }
    berlin.states.async_set(SWITCH, "unavailable")
    assert await source.async_days(SWITCH, local(10, 3)) == frozenset()
    source.async_stop()


async def test_when_nobody_was_there_all_the_time(
    berlin: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Neither a day at work nor the days of leaving and coming back are empty ones."""
    berlin.states.async_set(PERSON, "home")
    source = AwayDaysSource(berlin, "home")
    await source.async_load(PERSON, PERSON)
    source.async_follow(PERSON)
    assert source.empty_spans(PERSON, local(10, 1)) == []
    freezer.move_to(local(10, 8))
    berlin.states.async_set(PERSON, "not_home")
    await berlin.async_block_till_done()
    assert source.empty_spans(PERSON, local(10, 17)) == []
    since = local(10, 8)
    assert source.empty_spans(PERSON, local(10, 21)) == [(since, local(10, 21))]
    eleventh = local(11), local(12)
    now = local(12, 1)
    assert source.empty_spans(PERSON, now) == [eleventh, (since, now)]
    freezer.move_to(local(12, 9))
    berlin.states.async_set(PERSON, "home")
    await berlin.async_block_till_done()
    assert source.empty_spans(PERSON, local(13, 9)) == [eleventh]
    source.async_stop()


async def test_who_goes_to_work_comes_back(
    berlin: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    """A person is away for days only after half a day, also over a restart."""
    berlin.states.async_set(PERSON, "home")
    source = AwayDaysSource(berlin, "home")
    await source.async_load(PERSON, PERSON)
    source.async_follow(PERSON)
    freezer.move_to(local(10, 8))
    berlin.states.async_set(PERSON, "not_home")
    await berlin.async_block_till_done()
    assert await source.async_days(PERSON, local(10, 17)) == frozenset()
    source.async_stop()
    freezer.move_to(local(10, 21))
    await berlin.async_block_till_done()

    restarted = AwayDaysSource(berlin, "home")
    await restarted.async_load(PERSON, PERSON)
    restarted.async_follow(PERSON)
    assert date(2026, 6, 11) in await restarted.async_days(PERSON, local(10, 21))
    freezer.move_to(local(12, 9))
    berlin.states.async_set(PERSON, "home")
    await berlin.async_block_till_done()
    # The tenth was a day away, from eight in the morning; the twelfth is none.
    assert await restarted.async_days(PERSON, local(12, 10)) == {
        date(2026, 6, 10),
        date(2026, 6, 11),
    }
    restarted.async_stop()
    await berlin.async_block_till_done()
    # Another entity knows nothing of all this.
    other = AwayDaysSource(berlin, "home")
    await other.async_load(SWITCH, SWITCH)
    assert await other.async_days(SWITCH, local(12, 11)) == frozenset()


async def test_nobody_knows_what_was_while_nothing_ran(
    berlin: HomeAssistant, freezer: FrozenDateTimeFactory, hass_storage: dict[str, Any]
) -> None:
    """Away before, at home after: of the time between, nothing is known."""
    berlin.states.async_set(SWITCH, "on")
    source = AwayDaysSource(berlin, "home")
    await source.async_load(SWITCH, SWITCH)
    await source.async_days(SWITCH, local(10, 1))
    freezer.move_to(local(20))
    berlin.states.async_set(SWITCH, "off")
    restarted = AwayDaysSource(berlin, "home")
    await restarted.async_load(SWITCH, SWITCH)
    assert await restarted.async_days(SWITCH, local(20, 1)) == frozenset()
    hass_storage["wattwise.away.home"]["data"]["until"] = "some day"
    damaged = AwayDaysSource(berlin, "home")
    await damaged.async_load(SWITCH, SWITCH)
    assert await damaged.async_days(SWITCH, local(20, 2)) == frozenset()


class Absences(CalendarEntity):
    """A calendar of one home's journeys."""

    _attr_name = "Absences"
    answers = True

    @property
    @override
    def event(self) -> CalendarEvent | None:
        return None

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        if not self.answers:
            raise ConnectionError("the server is on holiday, too")
        return [
            CalendarEvent(date(2026, 6, 11), date(2026, 6, 13), "Lake"),
            CalendarEvent(local(13, 6), local(13, 12), "Dentist, far away"),
        ]


async def test_a_calendar_knows_the_coming_days(berlin: HomeAssistant) -> None:
    """Whole days and hours; one that does not answer expects nothing."""
    assert await async_setup_component(berlin, "calendar", {})
    absences = Absences()
    await berlin.data[DATA_COMPONENT].async_add_entities([absences])
    entity_id = absences.entity_id
    source = AwayDaysSource(berlin, "home")
    await source.async_load(entity_id, entity_id)
    expected = await source.async_days(entity_id, local(10, 9))
    assert expected == {date(2026, 6, 11), date(2026, 6, 12)}
    absences.answers = False
    assert not await source.async_days(entity_id, local(10, 10))
    await absences.async_remove()
    assert not await source.async_days(entity_id, local(10, 11))


async def test_the_recorder_knows_the_past(
    recorder_mock: Recorder, hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Days away before the option was set count, as far as Home Assistant kept them."""
    await hass.config.async_set_time_zone(str(ZONE))
    for moment, state in (
        (local(1), "home"),
        (local(3, 8), "not_home"),
        (local(3, 17), "home"),
        (local(4, 9), "not_home"),
        (local(6, 10), "home"),
    ):
        freezer.move_to(moment)
        hass.states.async_set(PERSON, state)
        await hass.async_block_till_done()
        await async_wait_recording_done(hass)
    freezer.move_to(local(8))
    source = AwayDaysSource(hass, "home")
    await source.async_load(PERSON, PERSON)
    days = await source.async_days(PERSON, local(8, 1))
    assert days == {date(2026, 6, 4), date(2026, 6, 5)}
