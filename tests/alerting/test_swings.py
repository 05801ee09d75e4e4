"""How often a value swung up and down."""

import math

from custom_components.wattwise.alerting.supply.swings import Swings


def counts(values: list[float], least: float = 7.0) -> list[int]:
    """Return the counts after each of values that come each second."""
    swings = Swings(least, 60_000)
    return [swings.update(i * 1000, value) for i, value in enumerate(values)]


def test_trembling_has_no_swings() -> None:
    """Noise below the least swing never counts, however long it lasts."""
    values = [230 + 3.4 * math.sin(i * 1.3) for i in range(600)]
    assert set(counts(values)) == {0}


def test_a_step_is_one_swing() -> None:
    """A load that is switched on and stays on moves the voltage once."""
    assert counts([230.0] * 10 + [220.0] * 20)[-1] == 1


def test_a_slow_drift_is_one_swing() -> None:
    """From morning to noon the voltage rises; that is no flicker."""
    assert counts([225 + i * 0.5 for i in range(50)])[-1] == 1


def test_each_turn_counts_once() -> None:
    """Ten times down and up again are twenty swings, whatever lies between."""
    cycle = [230.0, 226.0, 221.0, 220.0, 224.0, 229.0]
    assert counts(cycle * 10)[-1] in {19, 20}


def test_what_is_long_ago_is_forgotten() -> None:
    """A minute after the last swing there was none of late."""
    found = counts([230.0, 220.0] * 5 + [230.0] * 70)
    assert max(found) == 10
    assert found[-1] == 0


def test_what_was_seen_of_the_window() -> None:
    """A whole window is known once it has passed since the beginning, or a gap."""
    swings = Swings(7.0, 60_000)
    assert not swings.know_window(100_000)
    swings.update(100_000, 230.0)
    assert not swings.know_window(159_999)
    assert swings.know_window(160_000)
    swings.restart()
    assert not swings.know_window(200_000)


def test_nothing_is_known_of_a_gap() -> None:
    """The first value after a gap is no swing."""
    swings = Swings(7.0, 60_000)
    swings.update(0, 230.0)
    swings.restart()
    assert swings.update(1_000, 200.0) == 0
