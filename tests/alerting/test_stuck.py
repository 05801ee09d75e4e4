"""Values that stand still."""

import json
import math
import random

import pytest

from custom_components.wattwise.alerting.health.stuck import StuckWatch

BEGIN_MS = 20_600 * 86_400_000
HOUR = 3600
DAY = 24 * HOUR


def volts(second: int, digits: int) -> float:
    """Return a usual voltage, with so many digits."""
    noise = random.Random(second).gauss(0, 0.4)
    return round(231 + 3 * math.sin(second / 7000) + noise, digits)


def watched(days: float, digits: int = 1) -> StuckWatch:
    """Return a watch that saw usual days."""
    watch = StuckWatch()
    for second in range(0, int(days * DAY), 10):
        watch.update(BEGIN_MS + second * 1000, volts(second, digits))
    return watch


def repeat(
    watch: StuckWatch, begin_s: float, seconds: int, value: float = 230.4
) -> None:
    """Tell the same value again and again."""
    for second in range(0, seconds, 10):
        watch.update(BEGIN_MS + int(begin_s + second) * 1000, value)


@pytest.mark.parametrize("digits", [1, 0])
def test_usual_voltages_move(digits: int) -> None:
    """Tenths of a volt move all the time; whole volts stay for minutes."""
    watch = StuckWatch()
    for second in range(0, 5 * DAY, 10):
        watch.update(BEGIN_MS + second * 1000, volts(second, digits))
        assert not watch.stuck


def test_a_voltage_that_stands() -> None:
    """After usual days two hours are enough, and the next move ends it."""
    watch = watched(5)
    repeat(watch, 5 * DAY, 2 * HOUR)
    assert not watch.stuck
    repeat(watch, 5 * DAY + 2 * HOUR, 30)
    assert watch.stuck
    assert watch.stands_ms >= 2 * HOUR * 1000
    watch.update(BEGIN_MS + (5 * DAY + 3 * HOUR) * 1000, 230.5)
    assert not watch.stuck
    # Back to the same value: it moved, and has to stand again.
    repeat(watch, 5 * DAY + 3 * HOUR + 10, 2 * HOUR - 60)
    assert not watch.stuck


def test_while_nothing_is_known() -> None:
    """On its first days a value may stand for a night."""
    watch = watched(0.1)
    repeat(watch, 0.1 * DAY, 12 * HOUR)
    assert not watch.stuck
    repeat(watch, 0.1 * DAY + 12 * HOUR, 30)
    assert watch.stuck


def test_what_never_moves_is_coarse() -> None:
    """A plug that always says 230 V does not measure; that is no fault of today."""
    watch = StuckWatch()
    repeat(watch, 0, 5 * DAY, 230.0)
    assert not watch.stuck


def test_nothing_drawn_is_no_value() -> None:
    """Zero may stand for ever."""
    watch = watched(5)
    repeat(watch, 5 * DAY, 2 * DAY, 0.0)
    assert not watch.stuck
    assert watch.stands_ms == 0


def test_a_gap_hides_moves() -> None:
    """What happened while nothing was told is not known."""
    watch = watched(5)
    repeat(watch, 5 * DAY, 2 * HOUR - 60)
    watch.interrupt()
    repeat(watch, 5 * DAY + 2 * HOUR, 2 * HOUR - 60)
    assert not watch.stuck


def test_the_value_is_told_again_and_again() -> None:
    """Two readings of the same value, hours apart, are chance."""
    watch = watched(5)
    for hour in range(3):
        watch.update(BEGIN_MS + (5 * DAY + hour * HOUR) * 1000, 230.4)
    assert not watch.stuck


def test_a_restart_in_the_middle() -> None:
    """What stood before a restart goes on to stand, and what was usual is known."""
    watch = watched(5)
    repeat(watch, 5 * DAY, 2 * HOUR - 600)
    kept = json.loads(json.dumps(watch.state()))
    other = StuckWatch()
    other.restore(kept)
    repeat(other, 5 * DAY + 2 * HOUR - 500, 700)
    assert other.stuck
    third = StuckWatch()
    third.restore(kept)
    repeat(third, 5 * DAY + 2 * HOUR - 500, 700, 229.0)
    assert not third.stuck


@pytest.mark.parametrize(
    "state",
    [
        {},
        {
            "moved": 99,
            "longest": [],
            "value": 1.0,
            "begun_ms": 5,
            "last_ms": 1,
            "repeated": 9,
        },
    ],
)
def test_nonsense_that_was_kept(state: dict[str, object]) -> None:
    """What cannot be a state is left out."""
    watch = StuckWatch()
    watch.restore(state)
    assert watch.stands_ms == 0
