"""Whether the voltage of a phase is as it should be."""

from collections.abc import Iterable
from itertools import pairwise
import random

import pytest

from custom_components.wattwise.alerting.supply.voltage import (
    VoltageLimits,
    VoltageState,
    VoltageWatch,
)


def watch(
    state: VoltageState = VoltageState.NORMAL, nominal: float = 230.0
) -> VoltageWatch:
    """Return a watch with the usual limits."""
    return VoltageWatch(nominal, VoltageLimits(), state)


def states(
    watched: VoltageWatch, volts: Iterable[float], step: float = 1.0, begin: float = 0.0
) -> list[VoltageState]:
    """Return what is said after each of voltages that come each `step` seconds."""
    return [
        watched.update(int((begin + i * step) * 1000), value)
        for i, value in enumerate(volts)
    ]


@pytest.mark.parametrize("nominal", [120.0, 230.0, 240.0])
@pytest.mark.parametrize(
    ("percent", "seconds", "state"),
    [
        (-7.9, 600, VoltageState.NORMAL),
        (7.9, 600, VoltageState.NORMAL),
        (-8.1, 59, VoltageState.NORMAL),
        (-8.1, 61, VoltageState.LOW_WARNING),
        (8.1, 61, VoltageState.HIGH_WARNING),
        (-10.1, 9, VoltageState.NORMAL),
        (-10.1, 11, VoltageState.LOW_CRITICAL),
        (10.1, 11, VoltageState.HIGH_CRITICAL),
        (-60.0, 11, VoltageState.LOW_CRITICAL),
        (-100.0, 11, VoltageState.LOW_CRITICAL),
    ],
)
def test_each_condition(
    nominal: float, percent: float, seconds: int, state: VoltageState
) -> None:
    """Each limit counts once it was passed for its time, on any grid."""
    watched = watch(nominal=nominal)
    volts = [nominal * (1 + percent / 100)] * (seconds + 1)
    # One step from nominal is a swing, and no flicker.
    assert states(watched, [nominal, *volts])[-1] is state


def test_the_way_to_critical_and_back() -> None:
    """A voltage that climbs warns first; coming back it leaves in the same order."""
    watched = watch()
    assert states(watched, [249.0] * 70)[-1] is VoltageState.HIGH_WARNING
    assert states(watched, [254.0] * 15, begin=70.0)[-1] is VoltageState.HIGH_CRITICAL
    # Within half a per cent of the limit it has not left.
    assert states(watched, [252.5] * 300, begin=85.0)[-1] is VoltageState.HIGH_CRITICAL
    assert states(watched, [249.0] * 70, begin=385.0)[-1] is VoltageState.HIGH_WARNING
    assert states(watched, [235.0] * 70, begin=455.0)[-1] is VoltageState.NORMAL


def test_flapping_around_a_limit_says_one_thing() -> None:
    """Noise around a limit does not make a state come and go."""
    watched = watch()
    noise = random.Random(1)
    said = states(watched, (248.4 + noise.gauss(0, 0.6) for _ in range(3600)))
    changes = sum(a is not b for a, b in pairwise(said))
    assert changes <= 1


def test_a_short_sag_is_no_alert() -> None:
    """A motor that starts pulls the voltage down for some seconds."""
    said = states(watch(), [230.0] * 30 + [200.0] * 5 + [229.0] * 60)
    assert set(said) == {VoltageState.NORMAL}


def test_flicker() -> None:
    """A voltage that swings again and again fluctuates, until it is calm."""
    watched = watch()
    said = states(watched, (232.0 if i // 10 % 2 else 222.0 for i in range(120)))
    assert said[-1] is VoltageState.FLUCTUATING
    assert said[20] is VoltageState.NORMAL
    calm = states(watched, [230.0] * 400, begin=120.0)
    assert calm[-1] is VoltageState.NORMAL


def test_critical_comes_before_flicker_and_flicker_before_warning() -> None:
    """Of several things the gravest is said."""
    swinging = [216.0 if i // 10 % 2 else 206.5 for i in range(200)]
    assert states(watch(), swinging)[-1] is VoltageState.FLUCTUATING
    deep = [206.0 if i // 20 % 2 else 190.0 for i in range(200)]
    assert states(watch(), deep)[-1] is VoltageState.LOW_CRITICAL


def test_a_slow_meter_is_believed_at_its_second_reading() -> None:
    """A meter that reports each minute tells what lasts with two readings."""
    watched = watch()
    said = states(watched, [230.0, 256.0, 256.0], step=60.0)
    assert said == [
        VoltageState.NORMAL,
        VoltageState.NORMAL,
        VoltageState.HIGH_CRITICAL,
    ]


def test_a_gap_proves_nothing() -> None:
    """Two readings with an hour between do not tell that it lasted."""
    watched = watch()
    watched.update(0, 256.0)
    watched.interrupt()
    assert watched.update(3_600_000, 256.0) is VoltageState.NORMAL
    assert watched.update(3_611_000, 256.0) is VoltageState.HIGH_CRITICAL
    watched.interrupt()
    assert watched.update(7_200_000, 230.0) is VoltageState.HIGH_CRITICAL


def test_a_gap_does_not_end_flicker() -> None:
    """After a gap what was said stays, until a whole window was calm."""
    watched = watch()
    states(watched, (236.0 if i % 2 else 224.0 for i in range(12)), step=10.0)
    assert watched.state is VoltageState.FLUCTUATING
    watched.interrupt()
    said = states(watched, [236.0] * 31, step=10.0, begin=520.0)
    assert set(said[:-1]) == {VoltageState.FLUCTUATING}
    assert said[-1] is VoltageState.NORMAL


@pytest.mark.parametrize("state", list(VoltageState))
def test_a_restart_in_the_middle(state: VoltageState) -> None:
    """What was said before a restart is said until the voltage tells otherwise."""
    volts = {
        VoltageState.NORMAL: 230.0,
        VoltageState.LOW_WARNING: 211.0,
        VoltageState.LOW_CRITICAL: 206.0,
        VoltageState.HIGH_WARNING: 249.0,
        VoltageState.HIGH_CRITICAL: 254.0,
    }
    watched = watch(state)
    if state is VoltageState.FLUCTUATING:
        # Whether it still does is not known before a whole window was seen.
        assert set(states(watched, [230.0] * 300)) == {state}
        assert states(watched, [230.0], begin=300.0) == [VoltageState.NORMAL]
        return
    assert states(watched, [volts[state]])[-1] is state
    assert states(watched, [230.0] * 61, begin=1.0)[-1] is VoltageState.NORMAL


def test_moved_limits_hold_from_the_next_reading() -> None:
    """Who widens the limits is told nothing of what is now within them."""
    watched = watch()
    assert states(watched, [249.0] * 70)[-1] is VoltageState.HIGH_WARNING
    watched.set_limits(VoltageLimits(high_warning=9.5, high_critical=12.0))
    said = states(watched, [249.0] * 70, begin=70.0)
    assert said[-1] is VoltageState.NORMAL
    said = states(watched, [256.0] * 100, begin=140.0)
    assert said[-1] is VoltageState.HIGH_WARNING
