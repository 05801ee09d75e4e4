"""Alerts of a meter as a home sees them: states, problems, limits."""

from datetime import UTC, datetime
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.alerting.supply.voltage import (
    VoltageLimits,
    VoltageState,
)
from custom_components.wattwise.alerts.supply.voltage_limits_store import (
    VoltageLimitsStore,
)
from custom_components.wattwise.const import CONF_CONTRACTED_POWER
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.const import (
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er

from .homes import async_add_household, push_meter
from .test_meters import pass_time, report

SAG = {"voltage_l1": 200.0, "voltage_l2": 231.0, "voltage_l3": 232.0}
FINE = {"voltage_l1": 230.0, "voltage_l2": 231.0, "voltage_l3": 232.0}


@pytest.fixture(autouse=True)
def now(freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock, which only the tests move."""
    freezer.move_to("2026-06-17 10:00:00+00:00")


def state(hass: HomeAssistant, entity_id: str) -> str:
    """Return the state of an entity."""
    found = hass.states.get(entity_id)
    assert found is not None, sorted(hass.states.async_entity_ids())
    return found.state


async def tell(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    seconds: int,
    **values: float,
) -> None:
    """Let the grid meter report the same values every 10 seconds for so long."""
    for _ in range(seconds // 10):
        await pass_time(hass, freezer, 10)
        await report(hass, entry, "Grid", **values)


async def set_limit(hass: HomeAssistant, name: str, value: float) -> None:
    """Set a limit of the voltage."""
    await hass.services.async_call(
        "number",
        "set_value",
        {"entity_id": f"number.home_voltage_{name}_nominal", "value": value},
        blocking=True,
    )


async def test_a_sag_and_its_end(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A phase that is far too low is told within half a minute, and its end later."""
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 20, **FINE)
    assert state(wattwise, "sensor.grid_voltage_state_l1") == "normal"
    assert state(wattwise, "binary_sensor.grid_voltage_problem") == STATE_OFF
    await tell(wattwise, freezer, entry, 10, **SAG)
    assert state(wattwise, "sensor.grid_voltage_state_l1") == "normal"
    await tell(wattwise, freezer, entry, 10, **SAG)
    assert state(wattwise, "sensor.grid_voltage_state_l1") == "low_critical"
    assert state(wattwise, "sensor.grid_voltage_state_l2") == "normal"
    assert state(wattwise, "binary_sensor.grid_voltage_problem") == STATE_ON
    await tell(wattwise, freezer, entry, 80, **FINE)
    assert state(wattwise, "sensor.grid_voltage_state_l1") == "normal"
    assert state(wattwise, "binary_sensor.grid_voltage_problem") == STATE_OFF


async def test_a_restart_in_the_middle_of_a_sag(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """After a reload the problem is still there, before and after the next reading."""
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 30, **SAG)
    assert state(wattwise, "binary_sensor.grid_voltage_problem") == STATE_ON
    await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done()
    assert state(wattwise, "sensor.grid_voltage_state_l1") == "low_critical"
    assert state(wattwise, "binary_sensor.grid_voltage_problem") == STATE_ON
    await tell(wattwise, freezer, entry, 10, **SAG)
    assert state(wattwise, "sensor.grid_voltage_state_l1") == "low_critical"
    await tell(wattwise, freezer, entry, 80, **FINE)
    assert state(wattwise, "binary_sensor.grid_voltage_problem") == STATE_OFF


async def test_a_silent_meter_says_nothing(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Nobody knows the voltage of a meter that is silent."""
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 30, **SAG)
    await pass_time(wattwise, freezer, 120)
    for entity_id in (
        "sensor.grid_voltage_state_l1",
        "binary_sensor.grid_voltage_problem",
    ):
        assert state(wattwise, entity_id) == STATE_UNAVAILABLE
    await tell(wattwise, freezer, entry, 10, **FINE)
    # It has not been fine for long enough.
    assert state(wattwise, "binary_sensor.grid_voltage_problem") == STATE_ON
    await tell(wattwise, freezer, entry, 70, **FINE)
    assert state(wattwise, "binary_sensor.grid_voltage_problem") == STATE_OFF


async def test_readings_of_yesterday_are_no_alert(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A meter that was offline tells of a sag that is long over."""
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 20, **FINE)
    (meter,) = entry.runtime_data.meters.values()
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    await meter.history.append(
        meter.profile,
        [
            Reading(Channel.VOLTAGE_L1, now_ms - 86_400_000 + second * 1000, 195.0)
            for second in range(0, 600, 10)
        ],
    )
    await wattwise.async_block_till_done()
    assert state(wattwise, "sensor.grid_voltage_state_l1") == "normal"


async def test_a_restart_while_the_meter_is_silent(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What was there goes on after a restart, though the meter told nothing of late."""
    entry = await async_add_household(wattwise, push_meter())
    lost = {"voltage_l1": 280.0, "voltage_l2": 180.0, "voltage_l3": 230.0}
    await tell(wattwise, freezer, entry, 40, **lost, frequency=50.0)
    await tell(wattwise, freezer, entry, 20, **lost, frequency=48.0)
    await pass_time(wattwise, freezer, 120)
    problems = [
        f"binary_sensor.grid_{name}"
        for name in ("voltage_problem", "neutral_conductor", "frequency_problem")
    ]
    assert {state(wattwise, problem) for problem in problems} == {STATE_UNAVAILABLE}
    # Twice, with nothing heard in between.
    for _ in range(2):
        await wattwise.config_entries.async_reload(entry.entry_id)
        await wattwise.async_block_till_done()
    await tell(wattwise, freezer, entry, 10, **lost, frequency=48.0)
    assert {state(wattwise, problem) for problem in problems} == {STATE_ON}
    await tell(wattwise, freezer, entry, 80, **FINE, frequency=50.0)
    assert {state(wattwise, problem) for problem in problems} == {STATE_OFF}


async def test_a_restart_without_the_voltage_states(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A problem goes on also where the sensors of the phases are disabled."""
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 30, **SAG)
    for phase in ("l1", "l2", "l3"):
        er.async_get(wattwise).async_update_entity(
            f"sensor.grid_voltage_state_{phase}",
            disabled_by=er.RegistryEntryDisabler.USER,
        )
    await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done()
    await tell(wattwise, freezer, entry, 10, **SAG)
    assert state(wattwise, "binary_sensor.grid_voltage_problem") == STATE_ON


async def test_a_phase_that_is_silent(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The neutral is judged by two phases; of three unequal ones nobody knows."""
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 30, **FINE)
    await tell(wattwise, freezer, entry, 400, voltage_l1=230.0, voltage_l2=231.0)
    await tell(wattwise, freezer, entry, 30, voltage_l1=280.0, voltage_l2=180.0)
    assert state(wattwise, "binary_sensor.grid_neutral_conductor") == STATE_ON
    assert state(wattwise, "binary_sensor.grid_phases_unequal") == STATE_UNAVAILABLE
    await tell(wattwise, freezer, entry, 100, voltage_l1=280.0)
    assert state(wattwise, "binary_sensor.grid_neutral_conductor") == STATE_UNAVAILABLE


async def test_limits_are_the_users(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A home at the end of a long line sets limits of its own, which outlast a start."""
    entry = await async_add_household(wattwise, push_meter())
    assert state(wattwise, "number.home_voltage_warning_above_nominal") == "8.0"
    await set_limit(wattwise, "critical_above", 14)
    await set_limit(wattwise, "warning_above", 12)
    await tell(wattwise, freezer, entry, 80, voltage_l1=256.0)
    assert state(wattwise, "sensor.grid_voltage_state") == "normal"
    await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done()
    assert state(wattwise, "number.home_voltage_warning_above_nominal") == "12.0"
    await tell(wattwise, freezer, entry, 80, voltage_l1=256.0)
    assert state(wattwise, "sensor.grid_voltage_state") == "normal"
    await tell(wattwise, freezer, entry, 30, voltage_l1=263.0)
    assert state(wattwise, "sensor.grid_voltage_state") == "high_critical"


async def test_limits_do_not_depend_on_what_shows_them(
    wattwise: HomeAssistant,
) -> None:
    """Who hides the entity of a limit does not reset it; who removes the home does."""
    entry = await async_add_household(wattwise, push_meter())
    await set_limit(wattwise, "critical_above", 15)
    er.async_get(wattwise).async_update_entity(
        "number.home_voltage_critical_above_nominal",
        disabled_by=er.RegistryEntryDisabler.USER,
    )
    await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done()
    assert entry.runtime_data.voltage_limits.high_critical == 15.0
    (meter,) = entry.runtime_data.meters.values()
    for second in range(0, 20, 10):
        now_ms = int(datetime.now(UTC).timestamp() * 1000) + second * 1000
        meter.watch.take([Reading(Channel.VOLTAGE_L1, now_ms, 261.0)], now_ms)
    found = meter.watch.voltage_state(Channel.VOLTAGE_L1)
    assert found is VoltageState.NORMAL
    await wattwise.config_entries.async_remove(entry.entry_id)
    assert (
        await VoltageLimitsStore(wattwise, "household-Home").async_load()
        == VoltageLimits()
    )


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"low_warning": 8.0},
        {
            "low_warning": "much",
            "low_critical": 10.0,
            "high_warning": 8.0,
            "high_critical": 10.0,
        },
        {
            "low_warning": 12.0,
            "low_critical": 10.0,
            "high_warning": 8.0,
            "high_critical": 10.0,
        },
        {
            "low_warning": 8.0,
            "low_critical": 10.0,
            "high_warning": 8.0,
            "high_critical": 1e9,
        },
    ],
)
async def test_limits_that_cannot_be(
    wattwise: HomeAssistant, hass_storage: dict[str, Any], kept: dict[str, Any]
) -> None:
    """Spoiled settings leave the usual limits, and the home at work."""
    key = "wattwise.alert_limits.household-Home"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": kept}
    entry = await async_add_household(wattwise, push_meter())
    assert entry.runtime_data.voltage_limits == VoltageLimits()


@pytest.mark.parametrize(
    ("limit", "value"), [("warning_below", 10.5), ("critical_above", 7.5)]
)
async def test_a_warning_comes_first(
    wattwise: HomeAssistant, limit: str, value: float
) -> None:
    """A warning beyond the critical limit would never be given."""
    await async_add_household(wattwise, push_meter())
    with pytest.raises(ServiceValidationError) as error:
        await set_limit(wattwise, limit, value)
    # It says what can be chosen.
    assert error.value.translation_placeholders == {
        "limit": "10" if "warning" in limit else "8"
    }
    assert state(wattwise, f"number.home_voltage_{limit}_nominal") in {"8.0", "10.0"}


async def test_every_problem_of_a_grid_meter(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Each problem is an entity, off while all is well and on when it is not."""
    entry = await async_add_household(
        wattwise, push_meter(), options={CONF_CONTRACTED_POWER: 6.9}
    )
    problems = {
        f"binary_sensor.grid_{name}"
        for name in (
            "voltage_problem",
            "neutral_conductor",
            "phases_unequal",
            "frequency_problem",
        )
    } | {"binary_sensor.home_overload"}
    await tell(wattwise, freezer, entry, 10, **FINE, frequency=50.0, power=900.0)
    assert {state(wattwise, problem) for problem in problems} == {STATE_OFF}
    # The star point has moved while far too much is drawn from a grid that gives way.
    lost = {"voltage_l1": 262.0, "voltage_l2": 190.0, "voltage_l3": 245.0}
    await tell(wattwise, freezer, entry, 620, **lost, frequency=49.2, power=9e3)
    assert {state(wattwise, problem) for problem in problems} == {STATE_ON}


async def test_a_meter_without_contract_has_no_overload(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What cannot be judged is no entity."""
    entry = await async_add_household(
        wattwise, push_meter(), options={CONF_CONTRACTED_POWER: None}
    )
    await tell(wattwise, freezer, entry, 10, voltage_l1=230.0, power=900.0)
    assert wattwise.states.get("binary_sensor.home_overload") is None
    assert wattwise.states.get("binary_sensor.grid_phases_unequal") is None
    # A meter with one phase need not name it.
    assert state(wattwise, "sensor.grid_voltage_state") == "normal"


async def test_a_plug_leaves_the_voltage_to_the_grid_meter(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """One sag is one alert, not one of every plug; who wants more enables them."""
    entry = await async_add_household(
        wattwise,
        push_meter(),
        push_meter("plug", "Plug", role=MeterRole.APPLIANCE),
    )
    await report(wattwise, entry, "Plug", voltage_l1=230.0)
    registry = er.async_get(wattwise)
    for domain, name in (
        ("sensor", "voltage_state"),
        ("binary_sensor", "voltage_problem"),
    ):
        found = registry.async_get(f"{domain}.plug_{name}")
        assert found is not None
        assert found.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    assert registry.async_get("binary_sensor.plug_frequency_problem") is None


async def test_before_the_first_reading(wattwise: HomeAssistant) -> None:
    """Channels that are known from before wait for their first reading."""
    entry = await async_add_household(wattwise, push_meter())
    await report(wattwise, entry, "Grid", voltage_l1=230.0)
    await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done()
    assert state(wattwise, "sensor.grid_voltage_state") == "normal"
