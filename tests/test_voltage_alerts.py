"""Alerts of a meter as a home sees them: states, problems, limits."""

from datetime import UTC, datetime

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

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
    assert error.value.translation_key == "warning_after_critical"
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
            "overload",
        )
    }
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
    assert wattwise.states.get("binary_sensor.grid_overload") is None
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
