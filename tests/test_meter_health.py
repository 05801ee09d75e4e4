"""What is wrong with a meter itself, as a home sees it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.alerts.telling.alert_announcements import EVENT_ALERT
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import (
    Reading,
    Refusal,
    RefusedReading,
)
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .alert_meters import EVENTS
from .homes import async_add_household, entity_meter, only_meter, push_meter
from .test_meters import pass_time, report

SILENT = "binary_sensor.grid_meter_silent"
STUCK = "binary_sensor.grid_value_stuck"
RESET = "binary_sensor.grid_counter_reset"
CLOCK = "binary_sensor.grid_clock_wrong"
REFUSED = "binary_sensor.grid_more_readings_refused"
CONNECTION = "binary_sensor.grid_connection"


@pytest.fixture(autouse=True)
def now(freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock, which only the tests move."""
    freezer.move_to("2026-06-17 10:00:00+00:00")


def shown(hass: HomeAssistant, entity_id: str) -> str:
    """Return the state of an entity."""
    found = hass.states.get(entity_id)
    assert found is not None, sorted(hass.states.async_entity_ids())
    return found.state


def details(hass: HomeAssistant, entity_id: str) -> dict[str, Any]:
    """Return what explains an alert."""
    found = hass.states.get(entity_id)
    assert found is not None
    explained: dict[str, Any] = found.attributes["details"]
    return explained


async def reload(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Start the home anew."""
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def tell(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    times: int,
    every_s: float = 10,
    **values: float,
) -> None:
    """Let the meter report the same so many times."""
    for _ in range(times):
        await pass_time(hass, freezer, every_s)
        await report(hass, entry, "Grid", **values)


def listen(hass: HomeAssistant) -> list[str]:
    """Return what is told of alerts from now on, as it grows."""
    told: list[str] = []

    @callback
    def async_note(event: Event) -> None:
        told.append(f"{event.data['phase']} {event.data['kind']}")

    hass.bus.async_listen(EVENT_ALERT, async_note)
    return told


def message(hass: HomeAssistant) -> str:
    """Return the sentence that was told last."""
    state = hass.states.get(EVENTS)
    assert state
    said: str = state.attributes["message"]
    return said


async def append(entry: MockConfigEntry, *readings: Reading) -> None:
    """Let the meter report readings with times of their own."""
    meter = only_meter(entry)
    await meter.history.append(meter.profile, readings)


def now_ms() -> int:
    """Return the present time."""
    return int(datetime.now(UTC).timestamp() * 1000)


async def wait(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: int
) -> None:
    """Let time pass in which the meter tells nothing."""
    for _ in range(seconds // 30):
        await pass_time(hass, freezer, 30)


async def test_a_meter_that_falls_silent(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """It is not connected after a minute, and missed after two; so it is back again."""
    entry = await async_add_household(wattwise, push_meter())
    told = listen(wattwise)
    assert shown(wattwise, SILENT) == STATE_UNAVAILABLE
    await tell(wattwise, freezer, entry, 40, power=500)
    assert shown(wattwise, SILENT) == STATE_OFF
    await wait(wattwise, freezer, 90)
    assert shown(wattwise, CONNECTION) == STATE_OFF
    assert shown(wattwise, SILENT) == STATE_OFF
    await wait(wattwise, freezer, 90)
    assert shown(wattwise, SILENT) == STATE_ON
    heard = datetime(2026, 6, 17, 10, 6, 40, tzinfo=UTC).isoformat()
    assert details(wattwise, SILENT)["last_heard"] == heard
    assert told == ["started meter_silent"]
    assert message(wattwise) == "The meter has told nothing for too long (for 2 min)"
    # It goes on without a new state at each look, and over a restart.
    state = wattwise.states.get(SILENT)
    await wait(wattwise, freezer, 300)
    assert wattwise.states.get(SILENT) is state
    await reload(wattwise, entry)
    for _ in range(40):
        await pass_time(wattwise, freezer, 30)
        assert shown(wattwise, SILENT) == STATE_ON
    assert details(wattwise, SILENT)["last_heard"] == heard
    assert told == ["started meter_silent"]
    # It is heard for a moment only.
    await tell(wattwise, freezer, entry, 1, power=500)
    assert shown(wattwise, CONNECTION) == STATE_ON
    assert shown(wattwise, SILENT) == STATE_ON
    await tell(wattwise, freezer, entry, 7, power=500)
    assert shown(wattwise, SILENT) == STATE_OFF
    assert told == ["started meter_silent", "ended meter_silent"]


async def test_a_meter_that_sleeps_while_nobody_listens(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Home Assistant was off for days: what was told before that is not missed yet.

    How long it is silent in all is known over the restarts of a day, though.
    """
    entry = await async_add_household(wattwise, push_meter(role=MeterRole.PRODUCTION))
    told = listen(wattwise)
    await tell(wattwise, freezer, entry, 40, power=20)
    await wattwise.config_entries.async_unload(entry.entry_id)
    await pass_time(wattwise, freezer, 40 * 3600)
    await wattwise.config_entries.async_setup(entry.entry_id)
    await wait(wattwise, freezer, 600)
    assert shown(wattwise, SILENT) == STATE_OFF
    for _ in range(2):
        await pass_time(wattwise, freezer, 8 * 3600)
        await reload(wattwise, entry)
    assert shown(wattwise, SILENT) == STATE_OFF
    assert told == []
    await pass_time(wattwise, freezer, 2.5 * 3600)
    await wait(wattwise, freezer, 90)
    assert shown(wattwise, SILENT) == STATE_ON
    assert told == ["started meter_silent"]


async def test_a_meter_that_reports_hourly(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Once its rhythm is known it is connected all the time, and not missed.

    The rhythm outlasts a restart.
    """
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 26, 3600, energy_import=5_000_000)
    assert shown(wattwise, CONNECTION) == STATE_ON
    await pass_time(wattwise, freezer, 7000)
    assert shown(wattwise, CONNECTION) == STATE_ON
    assert shown(wattwise, SILENT) == STATE_OFF
    await reload(wattwise, entry)
    assert shown(wattwise, CONNECTION) == STATE_ON
    await pass_time(wattwise, freezer, 5 * 3600)
    assert shown(wattwise, CONNECTION) == STATE_OFF
    await wait(wattwise, freezer, 90)
    assert shown(wattwise, SILENT) == STATE_ON
    # A value of an hour ago is no value of now, though.
    await tell(wattwise, freezer, entry, 1, power=400)
    await pass_time(wattwise, freezer, 600)
    assert shown(wattwise, "sensor.grid_power") == STATE_UNAVAILABLE
    assert shown(wattwise, CONNECTION) == STATE_ON


async def test_a_meter_that_comes_and_goes(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What flaps faster than the alert begins raises none."""
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 40, power=500)
    for _ in range(6):
        await wait(wattwise, freezer, 90)
        assert shown(wattwise, SILENT) == STATE_OFF
        await tell(wattwise, freezer, entry, 2, power=500)


async def test_an_inverter_at_night(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """It sleeps, and nobody misses it."""
    entry = await async_add_household(wattwise, push_meter(role=MeterRole.PRODUCTION))
    await tell(wattwise, freezer, entry, 40, power=20)
    await pass_time(wattwise, freezer, 14 * 3600)
    await wait(wattwise, freezer, 120)
    assert shown(wattwise, CONNECTION) == STATE_OFF
    assert shown(wattwise, SILENT) == STATE_OFF
    await pass_time(wattwise, freezer, 5 * 3600)
    await wait(wattwise, freezer, 120)
    assert shown(wattwise, SILENT) == STATE_ON


async def test_a_meter_of_entities(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """As long as its entities are there it is, though they change once a week."""
    wattwise.states.async_set("sensor.plug_energy", "5", {"unit_of_measurement": "kWh"})
    await async_add_household(
        wattwise, entity_meter({"energy_import": "sensor.plug_energy"}, "Grid")
    )
    await pass_time(wattwise, freezer, 2)
    for _ in range(4):
        await pass_time(wattwise, freezer, 40_000)
    assert shown(wattwise, SILENT) == STATE_OFF
    wattwise.states.async_set("sensor.plug_energy", "unavailable")
    await pass_time(wattwise, freezer, 120)
    assert shown(wattwise, CONNECTION) == STATE_OFF
    assert shown(wattwise, SILENT) == STATE_OFF
    await wait(wattwise, freezer, 2 * 3600)
    assert shown(wattwise, SILENT) == STATE_ON
    # There is no clock of its own, and no plug is asked for more.
    assert wattwise.states.get(CLOCK) is None
    found = er.async_get(wattwise).async_get(STUCK)
    assert found
    assert found.disabled_by is er.RegistryEntryDisabler.INTEGRATION


async def test_a_value_that_stands(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A voltage that moved stands for half a day, with a restart in the middle."""
    entry = await async_add_household(wattwise, push_meter())
    for number in range(40):
        await tell(wattwise, freezer, entry, 1, voltage_l1=230.0 + number % 7 / 10)
    assert shown(wattwise, STUCK) == STATE_OFF
    since = dt_util.utcnow() + timedelta(seconds=280)
    await tell(wattwise, freezer, entry, 90, 280, voltage_l1=231.4)
    assert shown(wattwise, STUCK) == STATE_OFF
    await reload(wattwise, entry)
    await tell(wattwise, freezer, entry, 70, 280, voltage_l1=231.4)
    assert shown(wattwise, STUCK) == STATE_ON
    assert details(wattwise, STUCK) == {
        "reason": "same_value",
        "channel": "voltage_l1",
        "value": 231.4,
        "unchanged_since": since.isoformat(),
    }
    said = message(wattwise)
    assert said.startswith("The meter has told the same value for too long (for 12 h ")
    state = wattwise.states.get(STUCK)
    await tell(wattwise, freezer, entry, 5, 30, voltage_l1=231.4)
    assert wattwise.states.get(STUCK) is state
    await pass_time(wattwise, freezer, 1200)
    assert shown(wattwise, STUCK) == STATE_UNAVAILABLE
    await tell(wattwise, freezer, entry, 1, voltage_l1=231.3)
    assert shown(wattwise, STUCK) == STATE_OFF


async def test_a_counter_that_stands(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Power flows for an hour, and nothing is counted."""
    entry = await async_add_household(wattwise, push_meter())
    told = listen(wattwise)
    shown_wh = 1_000_000.0
    for number in range(60):
        shown_wh += 100.0
        await tell(
            wattwise,
            freezer,
            entry,
            1,
            120,
            power=3_000 + number,
            energy_import=shown_wh,
        )
    assert shown(wattwise, STUCK) == STATE_OFF
    for number in range(60):
        await tell(
            wattwise,
            freezer,
            entry,
            1,
            120,
            power=3_000 + number,
            energy_import=shown_wh,
        )
    assert shown(wattwise, STUCK) == STATE_ON
    assert details(wattwise, STUCK) == {"reason": "counter_stands"}
    # It stands on, over a restart; then it is mended.
    await reload(wattwise, entry)
    assert shown(wattwise, STUCK) == STATE_ON
    for number in range(120):
        shown_wh += 100.0 if number >= 60 else 0.0
        await tell(
            wattwise,
            freezer,
            entry,
            1,
            120,
            power=3_000 + number,
            energy_import=shown_wh,
        )
        if number < 60:
            assert shown(wattwise, STUCK) == STATE_ON
            assert told == ["started value_stuck"]
    assert shown(wattwise, STUCK) == STATE_OFF
    assert told == ["started value_stuck", "ended value_stuck"]


async def test_a_counter_that_begins_anew(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """It is told once three readings agree, for an hour, and after a restart too."""
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 5, energy_import=5_000_000)
    # A single wrong reading is none.
    await tell(wattwise, freezer, entry, 1, energy_import=0)
    await tell(wattwise, freezer, entry, 5, energy_import=5_000_001)
    assert shown(wattwise, RESET) == STATE_OFF
    await tell(wattwise, freezer, entry, 4, energy_import=10)
    assert shown(wattwise, RESET) == STATE_ON
    state = wattwise.states.get(RESET)
    assert state
    assert state.attributes["severity"] == "notice"
    assert details(wattwise, RESET) == {
        "fell_by_kwh": 4999.991,
        "times_in_a_day": 1,
    }
    await reload(wattwise, entry)
    assert shown(wattwise, RESET) == STATE_ON
    await wait(wattwise, freezer, 3700)
    assert shown(wattwise, RESET) == STATE_OFF
    for shown_wh in (2000, 10, 2000, 10):
        await tell(wattwise, freezer, entry, 4, 600, energy_import=shown_wh)
    state = wattwise.states.get(RESET)
    assert state
    assert state.state == STATE_ON
    assert state.attributes["severity"] == "warning"


async def test_a_clock_that_is_wrong(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Ten minutes of readings that are five minutes old; then the clock is set."""
    entry = await async_add_household(wattwise, push_meter())
    assert shown(wattwise, CLOCK) == STATE_UNAVAILABLE
    for _ in range(30):
        await pass_time(wattwise, freezer, 30)
        await append(entry, Reading(Channel.POWER, now_ms() - 300_000, 5.0))
    await pass_time(wattwise, freezer, 10)
    assert shown(wattwise, CLOCK) == STATE_ON
    assert details(wattwise, CLOCK) == {"seconds_ahead": -300}
    await reload(wattwise, entry)
    await tell(wattwise, freezer, entry, 1, 30, power=5)
    assert shown(wattwise, CLOCK) == STATE_ON
    await tell(wattwise, freezer, entry, 30, 30, power=5)
    assert shown(wattwise, CLOCK) == STATE_OFF


async def test_readings_that_are_refused(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Much is refused of late, by the history or before: it is told until it is over."""
    entry = await async_add_household(wattwise, push_meter())
    meter = only_meter(entry)
    await tell(wattwise, freezer, entry, 20, power=500)
    assert shown(wattwise, REFUSED) == STATE_OFF
    refused = RefusedReading(0, None, Refusal.MALFORMED)
    for _ in range(12):
        await pass_time(wattwise, freezer, 30)
        await append(
            entry,
            *(Reading(Channel.VOLTAGE_L1, now_ms() - n, 9e9) for n in range(4)),
        )
        await meter.history.append(meter.profile, (), [refused] * 2)
    await pass_time(wattwise, freezer, 10)
    assert shown(wattwise, REFUSED) == STATE_ON
    told = details(wattwise, REFUSED)
    assert told["in_the_last_hour"] == 66
    assert meter.health.refused.last_hour(now_ms()) == 72
    assert told["limit"] == 60
    assert told["learning"]
    await reload(wattwise, entry)
    assert shown(wattwise, REFUSED) == STATE_ON
    await wait(wattwise, freezer, 3700)
    assert shown(wattwise, REFUSED) == STATE_OFF
    # What a file brings is not the meter's fault.
    meter = only_meter(entry)
    await meter.history.append(
        meter.profile,
        [Reading(Channel.VOLTAGE_L1, now_ms() - n, 9e9) for n in range(100)],
        live=False,
    )
    await pass_time(wattwise, freezer, 30)
    assert shown(wattwise, REFUSED) == STATE_OFF


async def test_what_judges_a_meter_holds_nothing_back(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Were it to fail, the meter would show what it tells all the same."""
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 2, power=500)

    def fail(*_: object) -> None:
        raise ZeroDivisionError("of a watch")

    monkeypatch.setattr(only_meter(entry).health, "take", fail)
    await tell(wattwise, freezer, entry, 2, power=700)
    assert "ZeroDivisionError: of a watch" in caplog.text
    assert shown(wattwise, "sensor.grid_power") == "700"
    await wait(wattwise, freezer, 30)
    assert shown(wattwise, CONNECTION) == STATE_ON
