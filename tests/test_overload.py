"""Whether a home draws more than its connection is made for, all meters together."""

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import (
    CONF_CONTRACTED_POWER,
    CONF_NETS_PHASES,
    CONF_PHASES,
)
from custom_components.wattwise.metering.profile import MeterRole
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant

from .homes import async_add_household, push_meter
from .test_meters import pass_time, report

OVERLOAD = "binary_sensor.home_overload"


@pytest.fixture(autouse=True)
def now(freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock, which only the tests move."""
    freezer.move_to("2026-06-17 10:00:00+00:00")


def shown(hass: HomeAssistant) -> str | None:
    """Return what the home says of an overload; None if it says nothing."""
    found = hass.states.get(OVERLOAD)
    return found.state if found else None


async def draw(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    seconds: int,
    **watts: float,
) -> None:
    """Let meters, by their names, report the same each 10 seconds for so long."""
    for _ in range(seconds // 10):
        await pass_time(hass, freezer, 10)
        for name, value in watts.items():
            await report(hass, entry, name, power=value)
    # What came within 5 seconds of what was told is told then.
    await pass_time(hass, freezer, 5)


async def test_a_small_contract(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Twice the contract is a reading and an alert, not an impossible value."""
    entry = await async_add_household(
        wattwise, push_meter(), options={CONF_CONTRACTED_POWER: 3.0}
    )
    await draw(wattwise, freezer, entry, 30, Grid=1_000)
    assert shown(wattwise) == STATE_OFF
    await draw(wattwise, freezer, entry, 20, Grid=6_000)
    assert shown(wattwise) == STATE_OFF
    await draw(wattwise, freezer, entry, 30, Grid=6_000)
    assert shown(wattwise) == STATE_ON
    power = wattwise.states.get("sensor.grid_power")
    assert power
    assert float(power.state) == 6_000
    await draw(wattwise, freezer, entry, 90, Grid=-6_000)
    assert shown(wattwise) == STATE_OFF


async def test_a_meter_for_each_phase(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Three phases of 8 kW are too much for 11 kW, though none of them is."""
    meters = [push_meter(name, name) for name in ("L1", "L2", "L3")]
    entry = await async_add_household(
        wattwise, *meters, options={CONF_CONTRACTED_POWER: 11.0}
    )
    await draw(wattwise, freezer, entry, 60, L1=3_000, L2=3_000, L3=4_000)
    assert shown(wattwise) == STATE_OFF
    await draw(wattwise, freezer, entry, 60, L1=8_000, L2=8_000, L3=8_000)
    assert shown(wattwise) == STATE_ON
    await draw(wattwise, freezer, entry, 90, L1=8_000, L2=1_000, L3=0)
    assert shown(wattwise) == STATE_OFF


async def test_phases_that_are_netted(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What a roof gives on one phase is not drawn on another, where that is netted."""
    meters = [push_meter(name, name) for name in ("L1", "L2", "L3")]
    entry = await async_add_household(
        wattwise,
        *meters,
        options={CONF_CONTRACTED_POWER: 11.0, CONF_NETS_PHASES: True},
    )
    wattwise.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_PHASES: 3}
    )
    await wattwise.async_block_till_done()
    await draw(wattwise, freezer, entry, 60, L1=8_000, L2=8_000, L3=-8_000)
    assert shown(wattwise) == STATE_OFF


async def test_a_single_reading_proves_nothing(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Until a slow meter tells again, nobody knows that it lasted."""
    entry = await async_add_household(
        wattwise, push_meter(interval=60), options={CONF_CONTRACTED_POWER: 3.0}
    )
    await draw(wattwise, freezer, entry, 10, Grid=5_000)
    for _ in range(9):
        # The home is told of much else, such as the sums of the day.
        await pass_time(wattwise, freezer, 10)
    assert shown(wattwise) == STATE_OFF
    await report(wattwise, entry, power=5_000)
    await pass_time(wattwise, freezer, 6)
    assert shown(wattwise) == STATE_ON


async def test_a_restart(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """An overload goes on over restarts, also while the meter is silent."""
    entry = await async_add_household(
        wattwise, push_meter(), options={CONF_CONTRACTED_POWER: 3.0}
    )
    await draw(wattwise, freezer, entry, 60, Grid=5_000)
    assert shown(wattwise) == STATE_ON
    await pass_time(wattwise, freezer, 120)
    assert shown(wattwise) == STATE_UNAVAILABLE
    for _ in range(2):
        await wattwise.config_entries.async_reload(entry.entry_id)
        await wattwise.async_block_till_done()
    await draw(wattwise, freezer, entry, 10, Grid=5_000)
    assert shown(wattwise) == STATE_ON
    await draw(wattwise, freezer, entry, 90, Grid=500)
    assert shown(wattwise) == STATE_OFF


@pytest.mark.parametrize(
    ("role", "contract"), [(MeterRole.GRID, None), (MeterRole.APPLIANCE, 3.0)]
)
async def test_what_cannot_be_judged(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    role: MeterRole,
    contract: float | None,
) -> None:
    """Without a contract, or a meter of the grid, nothing is said."""
    entry = await async_add_household(
        wattwise,
        push_meter(role=role),
        options={CONF_CONTRACTED_POWER: contract},
    )
    await draw(wattwise, freezer, entry, 60, Grid=9_000)
    assert shown(wattwise) is None
