"""Whether a period will be too high."""

import pytest

from custom_components.wattwise.alerting.demand.demand import Demand
from custom_components.wattwise.alerting.demand.demand_peak import DemandPeakWatch

BEGIN_MS = 1_781_002_800_000
PERIOD_MS = 900_000
LIMIT_W = 5000.0


def at(minute: float, drawn_w: float, lately_w: float, period: int = 0) -> Demand:
    """Return what is known at a minute of a period."""
    start_ms = BEGIN_MS + period * PERIOD_MS
    now_ms = start_ms + int(minute * 60_000)
    so_far_w = drawn_w * 15 / minute if minute else 0.0
    end_ms = start_ms + PERIOD_MS
    return Demand(start_ms, end_ms, now_ms, so_far_w, drawn_w, lately_w, lately_w)


def test_it_begins_after_a_third_and_ends_below() -> None:
    """Nothing is said of the first five minutes, nor of what lasts for a moment."""
    watch = DemandPeakWatch()
    assert not watch.look(at(1, 600, 9000), LIMIT_W)
    assert not watch.look(at(4.9, 1700, 9000), LIMIT_W)
    assert not watch.look(at(5.1, 1800, 9000), LIMIT_W)
    assert watch.look(at(6.2, 2000, 9000), LIMIT_W)
    # Below, but by a hair.
    assert watch.look(at(6.5, 2100, 5000), LIMIT_W)
    assert watch.look(at(8, 2600, 5000), LIMIT_W)
    # Clearly below, for a minute.
    assert watch.look(at(9, 3000, 2000), LIMIT_W)
    assert not watch.look(at(10.1, 3100, 2000), LIMIT_W)


def test_what_flaps_is_none() -> None:
    """Ten seconds above, ten below: there is no alert."""
    watch = DemandPeakWatch()
    for step in range(40):
        lately_w = 9000 if step % 2 else 2000
        assert not watch.look(at(6 + step / 6, 1500, lately_w), LIMIT_W)


def test_what_was_drawn_is_enough() -> None:
    """Once the limit is reached nothing has to last, and nothing helps any more."""
    watch = DemandPeakWatch()
    assert watch.look(at(2, 5100, 0), LIMIT_W)
    assert watch.look(at(14, 5100, 0), LIMIT_W)


def test_the_next_period_is_judged_anew() -> None:
    """An alert ends with its period."""
    watch = DemandPeakWatch()
    assert watch.look(at(14, 5100, 5000), LIMIT_W)
    assert not watch.look(at(0.1, 50, 9000, period=1), LIMIT_W)


@pytest.mark.parametrize(("period", "ahead"), [(0, True), (1, False)])
def test_a_restart(period: int, ahead: bool) -> None:
    """An alert goes on in the same period, and is over in another."""
    watch = DemandPeakWatch()
    watch.restore(BEGIN_MS)
    assert watch.look(at(8, 3000, 6000, period), LIMIT_W) is ahead


def test_a_limit_that_is_raised() -> None:
    """Another limit holds at once, and ends an alert within a minute."""
    watch = DemandPeakWatch()
    assert watch.look(at(9, 5100, 5000), LIMIT_W)
    assert watch.look(at(9.1, 5100, 5000), 20_000)
    assert not watch.look(at(10.2, 5100, 5000), 20_000)
