"""All that is noticed in the live readings of a meter."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
import math

import pytest

from custom_components.wattwise.alerting.supply.meter_watch import MeterWatch, Problem
from custom_components.wattwise.alerting.supply.voltage import (
    VoltageLimits,
    VoltageState,
)
from custom_components.wattwise.metering.profile import MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

L1, L2, L3 = Channel.VOLTAGE_L1, Channel.VOLTAGE_L2, Channel.VOLTAGE_L3
GRID = MeterProfile("meter")
BEGIN_MS = 1_781_000_000_000


def readings(
    seconds: Iterable[int], **channels: float | None
) -> Iterator[tuple[int, list[Reading]]]:
    """Yield what a meter tells each second, with the time when it is told."""
    for second in seconds:
        now_ms = BEGIN_MS + second * 1000
        yield (
            now_ms,
            [
                Reading(Channel(name), now_ms, value)
                for name, value in channels.items()
                if value is not None
            ],
        )


def watched(
    *parts: Iterable[tuple[int, list[Reading]]], profile: MeterProfile = GRID
) -> MeterWatch:
    """Return a watch that was told all of it."""
    watch = MeterWatch(profile, VoltageLimits())
    for part in parts:
        for now_ms, told in part:
            watch.take(told, now_ms)
    return watch


def test_nothing_is_said_before_a_reading() -> None:
    """What was never measured is not known, neither good nor bad."""
    watch = watched()
    assert [watch.has(problem) for problem in Problem] == [None] * len(Problem)
    assert watch.voltage_state(L1) is None


def test_a_quiet_home_has_no_problem() -> None:
    """A day as usual: nothing is said of anything."""
    watch = MeterWatch(GRID, VoltageLimits())
    for second in range(0, 86_400, 10):
        now_ms = BEGIN_MS + second * 1000
        swing = math.sin(second / 5000)
        told = [
            Reading(L1, now_ms, 232.0 + 4 * swing),
            Reading(L2, now_ms, 231.0 + 4 * swing),
            Reading(L3, now_ms, 233.0 + 4 * swing),
            Reading(Channel.FREQUENCY, now_ms, 50.0 + 0.05 * swing),
        ]
        watch.take(told, now_ms)
        assert not any(watch.has(problem) for problem in Problem)
    assert [watch.has(problem) for problem in Problem] == [False] * len(Problem)


def test_each_phase_is_judged_by_itself() -> None:
    """One phase too low is told of that phase, and is a problem of the meter."""
    watch = watched(
        readings(range(120), voltage_l1=230, voltage_l2=205, voltage_l3=231)
    )
    assert watch.voltage_state(L1) is VoltageState.NORMAL
    assert watch.voltage_state(L2) is VoltageState.LOW_CRITICAL
    assert watch.voltage_state(L3) is VoltageState.NORMAL
    assert watch.has(Problem.VOLTAGE)
    assert not watch.has(Problem.NEUTRAL_LOST)


@pytest.mark.parametrize(
    ("volts", "lost"),
    [
        ((230.0, 230.0, 230.0), False),
        # All rise or fall together: that is the grid, not the neutral.
        ((250.0, 250.0, 250.0), False),
        ((205.0, 205.0, 205.0), False),
        # Loads and roofs on single phases.
        ((238.0, 226.0, 231.0), False),
        ((244.0, 222.0, 231.0), False),
        # The star point has moved.
        ((262.0, 190.0, 245.0), True),
        ((246.0, 214.0, 231.0), True),
        # A phase that failed while the neutral is whole.
        ((230.0, 0.0, 231.0), False),
        # A fuse that blew, a phase that was lost, while the others are high.
        ((242.0, 0.0, 235.0), False),
        ((244.0, 100.0, 250.0), False),
        # The star point lies at a phase, or half way between two.
        ((0.0, 398.0, 398.0), True),
        ((345.0, 280.0, 120.0), True),
        # All that is lost of a grid that is low.
        ((252.0, 120.0, 190.0), True),
    ],
)
def test_a_lost_neutral(volts: tuple[float, float, float], lost: bool) -> None:
    """One phase up while another goes down is what a lost neutral looks like."""
    l1, l2, l3 = volts
    watch = watched(readings(range(15), voltage_l1=l1, voltage_l2=l2, voltage_l3=l3))
    assert watch.has(Problem.NEUTRAL_LOST) is lost


def test_a_lost_neutral_of_a_split_phase_home() -> None:
    """Homes with two legs of 120 V lose their neutral the same way."""
    american = replace(GRID, nominal_voltage_v=120.0)
    watch = watched(
        readings(range(15), voltage_l1=140.0, voltage_l2=100.0), profile=american
    )
    assert watch.has(Problem.NEUTRAL_LOST)


@pytest.mark.parametrize("low", [0.0, 40.0])
def test_a_lost_leg_of_a_split_phase_home(low: float) -> None:
    """One leg that failed while the other is high is no lost neutral."""
    american = replace(GRID, nominal_voltage_v=120.0)
    watch = watched(
        readings(range(15), voltage_l1=127.0, voltage_l2=low), profile=american
    )
    assert watch.has(Problem.NEUTRAL_LOST) is False


def test_phases_that_are_unequal_for_long() -> None:
    """Ten minutes of more than two per cent are told; a kettle is not."""
    uneven = {"voltage_l1": 240.0, "voltage_l2": 222.0, "voltage_l3": 231.0}
    assert not watched(readings(range(599), **uneven)).has(Problem.UNBALANCED)
    watch = watched(readings(range(602), **uneven))
    assert watch.has(Problem.UNBALANCED)
    even = {"voltage_l1": 231.0, "voltage_l2": 230.0, "voltage_l3": 232.0}
    for now_ms, told in readings(range(602, 1210), **even):
        watch.take(told, now_ms)
    assert not watch.has(Problem.UNBALANCED)


def test_unequal_phases_need_three() -> None:
    """Two legs of a split phase, however unequal, have no such figure."""
    american = replace(GRID, nominal_voltage_v=120.0)
    watch = watched(
        readings(range(700), voltage_l1=126.0, voltage_l2=114.0), profile=american
    )
    assert watch.has(Problem.UNBALANCED) is None
    assert watch.has(Problem.NEUTRAL_LOST) is False


@pytest.mark.parametrize("silent_before", [0, 400])
def test_a_phase_that_tells_no_more_hides_no_lost_neutral(silent_before: int) -> None:
    """The phases that are left are judged without the one that is silent."""
    fine = {"voltage_l1": 230.0, "voltage_l2": 231.0}
    end = 30 + silent_before
    watch = watched(
        readings(range(0, 30, 10), voltage_l3=229.0, **fine),
        readings(range(30, end, 10), **fine),
        readings(range(end, end + 320, 10), voltage_l1=280.0, voltage_l2=180.0),
    )
    assert watch.has(Problem.NEUTRAL_LOST)
    # Of three that are unequal nobody knows.
    assert watch.has(Problem.UNBALANCED) is None


def test_a_phase_that_tells_no_more_lets_an_alert_end() -> None:
    """What a silent phase told last keeps no alert on for ever."""
    lost = {"voltage_l1": 280.0, "voltage_l2": 180.0}
    watch = watched(
        readings(range(0, 40, 10), voltage_l3=200.0, **lost),
        readings(range(40, 50, 10), **lost),
    )
    assert watch.has(Problem.NEUTRAL_LOST)
    assert watch.has(Problem.VOLTAGE)
    for now_ms, told in readings(
        range(50, 500, 10), voltage_l1=230.0, voltage_l2=230.0
    ):
        watch.take(told, now_ms)
    assert watch.has(Problem.NEUTRAL_LOST) is False
    assert watch.has(Problem.VOLTAGE) is False


def test_a_phase_that_tells_seldom_delays_no_alert() -> None:
    """A sensor that reports each seven minutes does not begin the others anew."""
    watch = MeterWatch(GRID, VoltageLimits())
    for now_ms, told in readings(
        range(0, 1260, 10), voltage_l1=230.0, voltage_l2=231.0
    ):
        watch.take(told, now_ms)
    found = []
    for second in range(1260, 1290, 5):
        seldom = {"voltage_l3": 229.0} if second == 1265 else {}
        lost = {"voltage_l1": 280.0, "voltage_l2": 180.0} | seldom
        for now_ms, told in readings([second], **lost):
            watch.take(told, now_ms)
        found.append(watch.has(Problem.NEUTRAL_LOST))
    assert found == [False, False, True, True, True, True]


def test_a_single_phase_that_is_left_has_none_to_be_compared_with() -> None:
    """While only one of the phases tells, nobody knows of the neutral."""
    lost = {"voltage_l1": 280.0, "voltage_l2": 180.0}
    watch = watched(
        readings(range(20), **lost), readings(range(20, 400), voltage_l1=280)
    )
    assert watch.has(Problem.NEUTRAL_LOST) is None
    # It is taken up where it was left.
    assert watch.lasts(Problem.NEUTRAL_LOST)
    for now_ms, told in readings(range(400, 420), **lost):
        watch.take(told, now_ms)
    assert watch.has(Problem.NEUTRAL_LOST)


def test_one_phase_has_none_to_be_compared_with() -> None:
    """A home with one phase has neither balance nor its loss."""
    watch = watched(readings(range(10), voltage_l1=230.0))
    assert watch.has(Problem.UNBALANCED) is None
    assert watch.has(Problem.NEUTRAL_LOST) is None


@pytest.mark.parametrize(
    ("hertz", "off"),
    [
        (50.0, False),
        (49.6, False),
        (49.4, True),
        (50.6, True),
        (60.5, False),
        (59.3, True),
    ],
)
def test_frequency(hertz: float, off: bool) -> None:
    """One per cent off is told, on grids of 50 and of 60 Hz."""
    nominal = 60.0 if hertz > 55 else 50.0
    watch = watched(
        readings(range(2), frequency=nominal), readings(range(2, 20), frequency=hertz)
    )
    assert watch.has(Problem.FREQUENCY) is off


@pytest.mark.parametrize("nominal", [50.0, 60.0])
def test_a_power_cut_tells_no_nominal_frequency(nominal: float) -> None:
    """A first reading of 0 Hz is of no grid, neither of one of 50 nor of 60 Hz."""
    watch = watched(readings(range(0, 60, 10), frequency=0.0))
    assert watch.has(Problem.FREQUENCY) is None
    for now_ms, told in readings(range(60, 120, 10), frequency=nominal):
        watch.take(told, now_ms)
    assert watch.has(Problem.FREQUENCY) is False
    for now_ms, told in readings(range(120, 150, 10), frequency=nominal * 0.98):
        watch.take(told, now_ms)
    assert watch.has(Problem.FREQUENCY)


@pytest.mark.parametrize("hertz", [0.0, 8.0, 400.0])
def test_a_power_cut_is_no_bad_frequency(hertz: float) -> None:
    """A meter that goes on without the grid measures none; what was said stays."""
    watch = watched(
        readings(range(20), frequency=50.0), readings(range(20, 120), frequency=hertz)
    )
    assert watch.has(Problem.FREQUENCY) is False
    off = watched(
        readings(range(20), frequency=48.0), readings(range(20, 120), frequency=hertz)
    )
    assert off.has(Problem.FREQUENCY)


def test_readings_of_the_past_are_no_alert() -> None:
    """A meter that was offline and now tells of yesterday raises no alarm."""
    watch = MeterWatch(GRID, VoltageLimits())
    yesterday = [Reading(L1, BEGIN_MS + s * 1000, 260.0) for s in range(100)]
    watch.take(yesterday, BEGIN_MS + 86_400_000)
    assert watch.voltage_state(L1) is None


def test_a_restart_in_the_middle() -> None:
    """What was there before a restart is there until readings tell otherwise."""
    watch = MeterWatch(GRID, VoltageLimits())
    watch.restore_voltage(L1, VoltageState.LOW_CRITICAL)
    watch.restore(Problem.NEUTRAL_LOST)
    watch.restore(Problem.FREQUENCY)
    assert watch.voltage_state(L1) is VoltageState.LOW_CRITICAL
    found = {problem for problem in Problem if watch.has(problem)}
    assert found == set(Problem) - {Problem.UNBALANCED}
    bad = {"voltage_l1": 200.0, "voltage_l2": 262.0, "voltage_l3": 245.0}
    for now_ms, told in readings(range(3), frequency=48.9, **bad):
        watch.take(told, now_ms)
    assert {problem for problem in Problem if watch.has(problem)} == found
    good = {"voltage_l1": 230.0, "voltage_l2": 230.0, "voltage_l3": 230.0}
    for now_ms, told in readings(range(3, 100), frequency=50.0, **good):
        watch.take(told, now_ms)
    assert not any(watch.has(problem) for problem in Problem)


def test_a_restart_keeps_what_each_phase_told() -> None:
    """The first reading of another phase does not end a problem of the voltage."""
    watch = MeterWatch(GRID, VoltageLimits())
    watch.restore_voltage(L1, VoltageState.LOW_CRITICAL)
    for now_ms, told in readings(range(2), voltage_l2=230.0):
        watch.take(told, now_ms)
    assert watch.has(Problem.VOLTAGE)
    assert watch.voltage_states() == {
        L1: VoltageState.LOW_CRITICAL,
        L2: VoltageState.NORMAL,
    }
    # The meter has one phase less than before: nobody waits for it for ever.
    for now_ms, told in readings(range(2, 400, 10), voltage_l2=230.0):
        watch.take(told, now_ms)
    assert watch.has(Problem.VOLTAGE) is False
    assert watch.voltage_states() == {L2: VoltageState.NORMAL}


def test_what_is_kept_over_two_restarts() -> None:
    """A meter that tells nothing between two restarts goes on where it was left."""
    watch = MeterWatch(GRID, VoltageLimits())
    for problem in set(Problem) - {Problem.VOLTAGE}:
        assert not watch.lasts(problem)
        watch.restore(problem)
        assert watch.lasts(problem)
    watch.restore_voltage(L1, VoltageState.HIGH_WARNING)
    assert watch.lasts(Problem.VOLTAGE)


def test_moved_limits() -> None:
    """Other limits hold for phases that are known and those that come."""
    watch = watched(readings(range(5), voltage_l1=230.0))
    watch.set_limits(VoltageLimits(high_warning=2.0, high_critical=4.0))
    for now_ms, told in readings(range(5, 30), voltage_l1=241.0, voltage_l2=241.0):
        watch.take(told, now_ms)
    assert watch.voltage_state(L1) is VoltageState.HIGH_CRITICAL
    assert watch.voltage_state(L2) is VoltageState.HIGH_CRITICAL
