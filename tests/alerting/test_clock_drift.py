"""Clocks of meters that are wrong."""

from collections.abc import Callable
import random

import pytest

from custom_components.wattwise.alerting.health.clock_drift import ClockWatch

BEGIN_MS = 1_781_000_000_000
CHANCE = random.Random(4)


def watched(
    watch: ClockWatch, ahead_s: Callable[[float], float], every_s: float, hours: float
) -> bool:
    """Let reports come, ahead by a function of the time; return what is said."""
    for number in range(int(hours * 3600 / every_s)):
        at_s = number * every_s
        arrived_ms = BEGIN_MS + int(at_s * 1000)
        watch.note(arrived_ms, arrived_ms + int(ahead_s(at_s) * 1000))
    return watch.wrong


def noise() -> float:
    """Return how long a report was on its way."""
    return -CHANCE.uniform(0.1, 3)


@pytest.mark.parametrize(
    ("ahead_s", "wrong"),
    [
        # No clock of its own, or a good one.
        (lambda _: 0.0, False),
        (lambda _: noise(), False),
        (lambda _: 40 + noise(), False),
        (lambda _: -100 + noise(), False),
        # Wrong by more than can be borne; an hour is summer time.
        (lambda _: 70 + noise(), True),
        (lambda _: -130 + noise(), True),
        (lambda _: 3600 + noise(), True),
        (lambda _: -3600 + noise(), True),
        # Never set.
        (lambda _: -1_781_000_000.0, True),
        # A clock that loses a second in a quarter of an hour, and did for long.
        (lambda at: -140 - at / 1000, True),
        # From a cloud, up to a quarter of an hour old; late now and then.
        (lambda _: -CHANCE.uniform(0, 900), False),
        (lambda _: -1000 if CHANCE.random() < 0.3 else noise(), False),
    ],
)
@pytest.mark.parametrize("every_s", [1, 10, 60])
def test_clocks(ahead_s: Callable[[float], float], wrong: bool, every_s: float) -> None:
    """A clock is wrong when all reports of long say so, by about the same."""
    watch = ClockWatch()
    assert watched(watch, ahead_s, every_s, 1.1) is wrong
    assert watch.judged
    if wrong:
        assert watch.ahead_s is not None


@pytest.mark.parametrize(
    ("ahead_s", "wrong"),
    [
        (lambda _: noise(), False),
        # A mean bears the time at which it began.
        (lambda _: -905 + noise(), False),
        (lambda _: -1100 + noise(), True),
        (lambda _: -3600 + noise(), True),
        (lambda _: 70 + noise(), True),
        (lambda _: -CHANCE.uniform(0, 900), False),
        (lambda _: -2000 if CHANCE.random() < 0.3 else noise(), False),
    ],
)
def test_a_meter_of_quarters_of_an_hour(
    ahead_s: Callable[[float], float], wrong: bool
) -> None:
    """It may be behind by its own interval, and a little; ahead no more than others."""
    watch = ClockWatch()
    assert watched(watch, ahead_s, 900, 12) is wrong
    assert watch.judged


def test_what_is_on_its_way_for_longer_is_no_news() -> None:
    """By how much a clock is wrong stays as it was told, until it is another wrong."""
    watch, told = ClockWatch(), set()
    for number in range(500):
        arrived_ms = BEGIN_MS + number * 30_000
        watch.note(arrived_ms, arrived_ms - 300_000 + int(noise() * 1000))
        told.add(watch.ahead_s)
    assert len(told - {None}) == 1
    assert not watched(watch, lambda _: 0.0, 30, 1)
    assert watch.ahead_s == 0


def test_ten_minutes_have_to_be_seen() -> None:
    """One report proves nothing, and neither do a thousand of a minute."""
    watch = ClockWatch()
    assert not watched(watch, lambda _: -500.0, 0.1, 0.15)
    assert not watch.judged


def test_it_ends_when_the_clock_is_set() -> None:
    """Half of the limit is left by far before it is right again."""
    watch = ClockWatch()
    assert watched(watch, lambda _: -200.0, 10, 1)
    later = ClockWatch()
    later.restore()
    assert watched(later, lambda _: -100.0, 10, 1)
    assert not watched(later, lambda _: -2.0, 10, 1)


def test_our_own_clock_is_set_back() -> None:
    """All offsets of before are worth nothing then."""
    watch = ClockWatch()
    watched(watch, lambda _: 0.0, 60, 1)
    early_ms = BEGIN_MS - 10**8
    for number in range(30):
        watch.note(early_ms + number * 60_000, early_ms + number * 60_000)
    assert not watch.wrong
    assert watch.ahead_s == 0
