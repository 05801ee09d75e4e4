"""A meter to try things out with: added in the UI, it shows what one asks for."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import (
    CONF_CONTRACTED_POWER,
    CONF_SOURCE,
    SOURCE_SIMULATED,
)
from custom_components.wattwise.history.periods.calendar import Period
from custom_components.wattwise.metering.quantity import Channel
from homeassistant.const import (
    ATTR_DEVICE_ID,
    CONF_NAME,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .homes import async_add_household, only_meter, push_meter
from .meter_flows import add_household, add_push_meter, begin, reconfigure, submit
from .test_actions import call
from .test_meters import pass_time, report
from .translated_flows import translated_flows

__all__ = ["translated_flows"]

PROBLEMS = {
    "voltage_problem": "pretender",
    "neutral_conductor": "pretender",
    "phases_unequal": "pretender",
    "frequency_problem": "pretender",
    "overload": "try_out",
}
"""Each with what it is about: the meter, or the home."""


@pytest.fixture
async def simulated(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> MockConfigEntry:
    """Return a home of three phases with a simulated meter, some readings old."""
    freezer.move_to("2026-06-17 10:00:00+00:00")
    entry = await add_household(wattwise, "Try-out", phases=3)
    wattwise.config_entries.async_update_entry(
        entry, options={**entry.options, CONF_CONTRACTED_POWER: 9.2}
    )
    await wattwise.async_block_till_done()
    result = await begin(wattwise, entry, "simulated")
    assert result["step_id"] == "simulated"
    result = await submit(wattwise, result, **{CONF_NAME: "Pretender"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await last(wattwise, freezer, 30)
    return entry


async def last(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: int
) -> None:
    """Let the simulated meter measure for so long."""
    for _ in range(seconds // 5):
        await pass_time(hass, freezer, 5)


def shown(hass: HomeAssistant, entity: str) -> str:
    """Return the state of an entity of the simulated meter."""
    found = hass.states.get(entity)
    assert found is not None, sorted(hass.states.async_entity_ids())
    return found.state


def problems_of(hass: HomeAssistant) -> set[str]:
    """Return the problems that are there; the others are off."""
    states = {
        problem: shown(hass, f"binary_sensor.{owner}_{problem}")
        for problem, owner in PROBLEMS.items()
    }
    assert set(states.values()) <= {STATE_ON, STATE_OFF}
    return {problem for problem, found in states.items() if found == STATE_ON}


def device_of(hass: HomeAssistant, entity_id: str) -> str:
    """Return the device that an entity belongs to."""
    entity = er.async_get(hass).async_get(entity_id)
    assert entity
    assert entity.device_id
    return entity.device_id


async def play(hass: HomeAssistant, condition: str, **duration: int) -> None:
    """Let the simulated meter show a condition."""
    device = device_of(hass, "sensor.pretender_power")
    answer = await call(
        hass,
        "simulate",
        **{ATTR_DEVICE_ID: device, "condition": condition, "duration": duration},
    )
    assert answer["condition"] == condition


async def test_all_is_well_by_itself(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, simulated: MockConfigEntry
) -> None:
    """Nobody is alarmed by a simulated meter that is asked for nothing."""
    await last(wattwise, freezer, 400)
    for phase in ("l1", "l2", "l3"):
        assert shown(wattwise, f"sensor.pretender_voltage_state_{phase}") == "normal"
    assert problems_of(wattwise) == set()
    assert 0 < float(shown(wattwise, "sensor.pretender_power")) < 9_000
    assert float(shown(wattwise, "sensor.pretender_energy_import")) > 0


@pytest.mark.parametrize(
    ("condition", "seconds", "state", "problems"),
    [
        ("low_warning", 90, "low_warning", {"voltage_problem"}),
        ("low_critical", 30, "low_critical", {"voltage_problem"}),
        ("high_warning", 90, "high_warning", {"voltage_problem"}),
        ("high_critical", 30, "high_critical", {"voltage_problem"}),
        ("fluctuating", 90, "fluctuating", {"voltage_problem"}),
        ("interruption", 30, "low_critical", {"voltage_problem"}),
        ("neutral_lost", 30, "high_critical", {"voltage_problem", "neutral_conductor"}),
        ("phases_unbalanced", 660, "normal", {"phases_unequal"}),
        ("frequency_problem", 30, "normal", {"frequency_problem"}),
        ("overload", 60, "normal", {"overload"}),
    ],
)
async def test_each_condition_and_its_end(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulated: MockConfigEntry,
    condition: str,
    seconds: int,
    state: str,
    problems: set[str],
) -> None:
    """Each condition goes through to its entities, and is over in time."""
    await play(wattwise, condition, seconds=seconds)
    await last(wattwise, freezer, seconds)
    assert shown(wattwise, "sensor.pretender_voltage_state_l1") == state
    assert problems_of(wattwise) == problems
    await last(wattwise, freezer, 660 if seconds > 100 else 400)
    assert shown(wattwise, "sensor.pretender_voltage_state_l1") == "normal"
    assert problems_of(wattwise) == set()


async def test_moments_alarm_nobody_and_are_counted(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, simulated: MockConfigEntry
) -> None:
    """Dips, swells and an interruption are in the report on the quality of the supply."""
    for condition in ("dips", "swells"):
        await play(wattwise, condition, minutes=10)
        await last(wattwise, freezer, 600)
        assert problems_of(wattwise) == set()
    await play(wattwise, "interruption", seconds=20)
    await last(wattwise, freezer, 60)
    device = device_of(wattwise, "sensor.pretender_power")
    now = dt_util.utcnow()
    answer = await call(
        wattwise,
        "get_power_quality",
        device_id=device,
        start=(now - timedelta(minutes=25)).isoformat(),
        end=now.isoformat(),
    )
    for phase in answer["phases"].values():
        assert phase["events"] == {"dip": 2, "swell": 2, "interruption": 1}


async def test_silence(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, simulated: MockConfigEntry
) -> None:
    """A meter that tells nothing is lost after a minute, and comes back."""
    await play(wattwise, "silent", minutes=3)
    await last(wattwise, freezer, 100)
    assert shown(wattwise, "binary_sensor.pretender_connection") == STATE_OFF
    assert shown(wattwise, "sensor.pretender_power") == STATE_UNAVAILABLE
    await last(wattwise, freezer, 100)
    assert shown(wattwise, "binary_sensor.pretender_connection") == STATE_ON


async def power_of(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, condition: str
) -> list[float]:
    """Return the power that is shown in a minute of a condition."""
    await play(hass, condition, minutes=1)
    shown_w = []
    for _ in range(10):
        await last(hass, freezer, 5)
        shown_w.append(float(shown(hass, "sensor.pretender_power")))
    await last(hass, freezer, 20)
    return shown_w


async def test_what_a_home_uses(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, simulated: MockConfigEntry
) -> None:
    """A heater, more stand-by, nothing at all, and a meter that is stuck."""
    usual = await power_of(wattwise, freezer, "normal")
    assert len(set(usual)) > 5
    assert max(usual) < 1_500
    assert min(await power_of(wattwise, freezer, "left_on")) > 2_000
    raised = await power_of(wattwise, freezer, "standby_raised")
    assert min(raised) > 350
    assert max(raised) < 1_800
    assert set(await power_of(wattwise, freezer, "nothing_used")) == {0.0}
    assert len(set(await power_of(wattwise, freezer, "value_stuck"))) == 1
    assert len(set(await power_of(wattwise, freezer, "normal"))) > 5


async def test_a_past_on_demand(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, simulated: MockConfigEntry
) -> None:
    """A simulated meter can be given days of past, once; what it measured stays."""
    device = device_of(wattwise, "sensor.pretender_power")
    question = {ATTR_DEVICE_ID: device, "condition": "normal"}
    for days in (2, 3, 3):
        await call(wattwise, "simulate", **question, past_days=days)
    history = only_meter(simulated).history
    now_ms = int(dt_util.utcnow().timestamp() * 1000)
    day_ms = 86_400_000
    buckets = await history.buckets(
        only_meter(simulated).profile.meter_id,
        Channel.ENERGY_IMPORT,
        now_ms - 5 * day_ms,
        now_ms,
        Period.DAY,
    )
    # The days of the clock on the wall: of the first and the last one parts.
    assert len(buckets) == 4
    for bucket in buckets[1:3]:
        assert bucket.covered_ms == day_ms
        assert 5_000 < bucket.energy_wh < 15_000
    first = buckets[0]
    # It is three in the morning there.
    assert first.covered_ms == pytest.approx(21 * 3_600_000, abs=600_000)


async def test_a_real_meter_is_refused(wattwise: HomeAssistant) -> None:
    """Nobody makes a real meter tell what did not happen."""
    entry = await async_add_household(wattwise, push_meter())
    await report(wattwise, entry, power=100.0)
    with pytest.raises(ServiceValidationError) as error:
        await call(
            wattwise,
            "simulate",
            **{
                ATTR_DEVICE_ID: device_of(wattwise, "sensor.grid_power"),
                "condition": "overload",
            },
        )
    assert error.value.translation_key == "meter_is_real"


async def test_it_is_alone_in_its_home(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, simulated: MockConfigEntry
) -> None:
    """Nothing is to be changed about it, and no meter but a roof is added beside it."""
    (meter,) = simulated.subentries.values()
    assert meter.data[CONF_SOURCE] == SOURCE_SIMULATED
    result = await reconfigure(wattwise, simulated, meter)
    assert result["reason"] == "nothing_to_change"


async def test_not_beside_a_real_meter(
    hass: HomeAssistant, wattwise: HomeAssistant
) -> None:
    """Who opened the form before a real meter was added is told so."""
    entry = await add_household(wattwise, "Maple Street")
    opened = await wattwise.config_entries.subentries.async_init(
        (entry.entry_id, "meter"), context={"source": "user"}
    )
    assert "simulated" in (opened["menu_options"] or [])
    await add_push_meter(wattwise, entry)
    result = await submit(wattwise, opened, next_step_id="simulated")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "simulated_alone"


async def test_a_name_is_needed(wattwise: HomeAssistant) -> None:
    """Blanks are no name."""
    entry = await add_household(wattwise, "Maple Street")
    result = await begin(wattwise, entry, "simulated")
    result = await submit(wattwise, result, **{CONF_NAME: "  "})
    assert result["errors"] == {CONF_NAME: "name_needed"}


async def test_a_reload_ends_what_is_played(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, simulated: MockConfigEntry
) -> None:
    """After a restart all is well again; the alert that was there ends by itself."""
    await play(wattwise, "low_critical", hours=1)
    await last(wattwise, freezer, 30)
    assert shown(wattwise, "binary_sensor.pretender_voltage_problem") == STATE_ON
    await wattwise.config_entries.async_reload(simulated.entry_id)
    await wattwise.async_block_till_done()
    await last(wattwise, freezer, 90)
    assert shown(wattwise, "binary_sensor.pretender_voltage_problem") == STATE_OFF
