"""Counters that begin anew."""

from collections.abc import Iterable
from datetime import datetime
import json
from zoneinfo import ZoneInfo

import pytest

from custom_components.wattwise.alerting.health.counter_falls import CounterFalls
from custom_components.wattwise.metering.quantity import Channel

IMPORT = Channel.ENERGY_IMPORT
BEGIN_MS = 1_781_000_000_000
HOUR_MS = 3_600_000


def falls_at(hours: Iterable[float]) -> CounterFalls:
    """Return what noted a counter that began anew at these hours."""
    falls = CounterFalls()
    for hour in hours:
        at_ms = BEGIN_MS + int(hour * HOUR_MS)
        falls.note(IMPORT, at_ms - 10_000, 7_000.0)
        falls.note(IMPORT, at_ms, 1.0)
    return falls


def test_a_rising_counter_says_nothing() -> None:
    """Neither do two counters of different heights."""
    falls = CounterFalls()
    for number in range(1000):
        falls.note(IMPORT, BEGIN_MS + number * 10_000, 5_000.0 + number)
        falls.note(Channel.ENERGY_EXPORT, BEGIN_MS + number * 10_000, 2.0)
        assert not falls.fell(BEGIN_MS + number * 10_000)


def test_it_is_told_for_an_hour() -> None:
    """A fall is worth a word, and no more."""
    falls = falls_at([0])
    assert falls.fell(BEGIN_MS)
    assert falls.fell_by_wh == 6_999
    assert falls.fell(BEGIN_MS + HOUR_MS - 1)
    assert not falls.fell(BEGIN_MS + HOUR_MS)
    assert not falls.repeated(BEGIN_MS)


def test_again_and_again() -> None:
    """Three falls in a day are a meter that restarts all the time."""
    falls = falls_at([0, 5, 9.5])
    assert falls.count(BEGIN_MS + 10 * HOUR_MS) == 3
    assert falls.repeated(BEGIN_MS + 10 * HOUR_MS)
    assert not falls.repeated(BEGIN_MS + 25 * HOUR_MS)


@pytest.mark.parametrize(
    "days",
    [
        range(10, 18),
        # The clocks are put forward, and back.
        range(26, 31),
        [1, 3, 4],
    ],
)
@pytest.mark.parametrize("month", [3, 10])
def test_energy_of_today(days: Iterable[int], month: int) -> None:
    """A counter that begins anew each midnight is told once, also when clocks change."""
    zone = ZoneInfo("Europe/Berlin")
    falls, told = CounterFalls(), []
    for day in days:
        midnight = datetime(2026, month, day, tzinfo=zone)
        at_ms = int(midnight.timestamp() * 1000) + 40_000
        falls.note(IMPORT, at_ms - 20_000, 9_000.0)
        falls.note(IMPORT, at_ms, 0.0)
        told.append(falls.fell(at_ms))
    assert told == [True] + [False] * (len(told) - 1)


def test_another_time_of_the_day_is_told() -> None:
    """A habit of midnight does not excuse a restart at noon."""
    falls = falls_at([0, 24, 48])
    assert not falls.fell(BEGIN_MS + 48 * HOUR_MS)
    at_ms = BEGIN_MS + 60 * HOUR_MS
    falls.note(IMPORT, at_ms, 0.5)
    assert falls.fell(at_ms)


def test_a_restart_forgets_nothing() -> None:
    """A fall of before is told on, and one in between is seen."""
    falls = falls_at([0])
    kept = json.loads(json.dumps(falls.state()))
    other = CounterFalls()
    other.restore(kept)
    assert other.fell(BEGIN_MS + HOUR_MS // 2)
    assert other.fell_by_wh == 6_999
    other.note(IMPORT, BEGIN_MS + 5 * HOUR_MS, 0.5)
    assert other.fell(BEGIN_MS + 5 * HOUR_MS)
    assert other.count(BEGIN_MS + 5 * HOUR_MS) == 2


def test_nonsense_that_was_kept() -> None:
    """What cannot be a state is left out."""
    falls = CounterFalls()
    falls.restore({})
    falls.restore({"falls_ms": ["x"], "told_ms": "y", "shown_wh": {"moon": 1, "b": 2}})
    assert not falls.fell(BEGIN_MS)
    assert falls.count(BEGIN_MS) == 0
