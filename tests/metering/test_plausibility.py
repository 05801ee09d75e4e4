"""Single values that cannot be."""

import math

import pytest

from custom_components.wattwise.metering.plausibility import (
    time_refusal,
    value_refusal,
)
from custom_components.wattwise.metering.profile import MeterProfile, MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading, Refusal

PROFILE = MeterProfile("m", contracted_power_w=10_000, nominal_voltage_v=230)
NOW_MS = 1_790_000_000_000


@pytest.mark.parametrize(
    ("channel", "value", "expected"),
    [
        # Several times the contract for a moment is what a breaker is there for.
        (Channel.POWER, 15_001, None),
        (Channel.POWER, 69_000, None),
        # A roof may feed in more than the contract lets the home draw.
        (Channel.POWER, -30_000, None),
        (Channel.POWER, -69_001, Refusal.OUT_OF_RANGE),
        (Channel.POWER, 69_001, Refusal.OUT_OF_RANGE),
        (Channel.POWER, math.nan, Refusal.NOT_A_NUMBER),
        (Channel.POWER, math.inf, Refusal.NOT_A_NUMBER),
        (Channel.ENERGY_IMPORT, 0, None),
        (Channel.ENERGY_IMPORT, -1, Refusal.NEGATIVE_ENERGY),
        (Channel.VOLTAGE_L1, 0, None),
        (Channel.VOLTAGE_L1, 253, None),
        (Channel.VOLTAGE_L1, 400, Refusal.OUT_OF_RANGE),
        (Channel.VOLTAGE_L1, -1, Refusal.OUT_OF_RANGE),
        (Channel.CURRENT_L1, 300, None),
        (Channel.CURRENT_L1, 301, Refusal.OUT_OF_RANGE),
        (Channel.FREQUENCY, 49.9, None),
        (Channel.FREQUENCY, 0, None),
        (Channel.FREQUENCY, 500, Refusal.OUT_OF_RANGE),
        (Channel.POWER_FACTOR, -0.98, None),
        (Channel.POWER_FACTOR, 98, Refusal.OUT_OF_RANGE),
        (Channel.LOAD, 120, None),
        (Channel.LOAD, -1, Refusal.OUT_OF_RANGE),
        (Channel.PRICE, -0.05, None),
    ],
)
def test_value(channel: Channel, value: float, expected: Refusal | None) -> None:
    """Each quantity has its physical limits."""
    assert value_refusal(Reading(channel, NOW_MS, value), PROFILE) is expected


@pytest.mark.parametrize("role", ["production", "battery", "appliance"])
def test_contract_limits_only_what_the_grid_supplies(role: str) -> None:
    """A roof of 6 kW behind a contract of 3 kW is nothing unusual."""
    profile = MeterProfile("m", role=MeterRole(role), contracted_power_w=3_000)
    assert value_refusal(Reading(Channel.POWER, NOW_MS, 6_000), profile) is None


@pytest.mark.parametrize("watts", [4_600.0, 6_000.0, 9_000.0])
def test_an_overload_is_believed(watts: float) -> None:
    """A breaker of 3 kW lets several times as much through for seconds."""
    profile = MeterProfile("m", contracted_power_w=3_000)
    assert value_refusal(Reading(Channel.POWER, NOW_MS, watts), profile) is None


def test_what_a_counter_is_believed_stays_with_the_contract() -> None:
    """No home draws several times its contract for long."""
    profile = MeterProfile("m", contracted_power_w=3_000)
    assert profile.max_power_w(Channel.ENERGY_IMPORT) == 4_500


def test_a_large_contract_widens_all_limits() -> None:
    """A farm with a contract of 400 kW may have as much on its roofs."""
    profile = MeterProfile("m", contracted_power_w=400_000)
    roof = MeterProfile("r", role=MeterRole.PRODUCTION, contracted_power_w=400_000)
    for channel, value in (
        (Channel.POWER, -100_000.0),
        (Channel.POWER, 1_200_000.0),
        (Channel.CURRENT_L1, 600.0),
    ):
        assert value_refusal(Reading(channel, NOW_MS, value), profile) is None
    assert value_refusal(Reading(Channel.POWER, NOW_MS, 100_000), roof) is None
    impossible = Reading(Channel.POWER, NOW_MS, 1_200_001.0)
    assert value_refusal(impossible, profile) is Refusal.OUT_OF_RANGE


@pytest.mark.parametrize(
    ("time_ms", "expected"),
    [
        (NOW_MS, None),
        (NOW_MS + 59_000, None),
        (NOW_MS + 61_000, Refusal.FUTURE_TIME),
        (12_000, Refusal.CLOCK_NOT_SET),
    ],
)
def test_time(time_ms: int, expected: Refusal | None) -> None:
    """Clocks that were never set or run ahead are noticed."""
    assert time_refusal(time_ms, NOW_MS) is expected
