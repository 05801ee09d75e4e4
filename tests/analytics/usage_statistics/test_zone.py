"""In which zone a use is: the truth table, and what flaps."""

from datetime import datetime
from itertools import pairwise

import pytest

from custom_components.wattwise.analytics.usage_statistics.use_profile import (
    DayType,
    TailSource,
    UsageStatistics,
    UseLevels,
    UseProfile,
)
from custom_components.wattwise.analytics.usage_statistics.zone import (
    Zone,
    ZoneLimits,
    ZoneWatch,
)

QUARTER = 900.0
LIMITS = ZoneLimits(
    yellow_above=400.0, red_above=1_000.0, high_above=1_500.0, gives=False
)


def statistics(tail: float, gives_share: float = 0.0) -> UsageStatistics:
    """Return statistics of which only the tail and the share below zero matter."""
    whole = UseProfile(100.0, 200.0, 400.0, tail, TailSource.SAMPLE, 500, None)
    hours = {(kind, hour): whole for kind in DayType for hour in range(24)}
    return UsageStatistics(
        900, 0.0, 1.0, 500, 84, 0, 5.0, 0.0, gives_share, whole, hours
    )


def play(
    watch: ZoneWatch, *stretches: tuple[float, float], limits: ZoneLimits = LIMITS
) -> list[Zone]:
    """Return the zone of each minute while means [W] last for so many minutes."""
    zones = []
    minute = getattr(watch, "minute", 0)
    for watts, minutes in stretches:
        for _ in range(int(minutes)):
            watch.take(60.0 * minute, watts, limits)
            assert watch.zone is not None
            zones.append(watch.zone)
            minute += 1
    return zones


@pytest.mark.parametrize(
    ("watts", "zone"),
    [
        (-1_000.0, Zone.RED),
        (-5.1, Zone.RED),
        (-5.0, Zone.GREEN),
        (0.0, Zone.GREEN),
        (50.0, Zone.GREEN),
        (400.0, Zone.GREEN),
        (400.1, Zone.YELLOW),
        (1_000.0, Zone.YELLOW),
        (1_000.1, Zone.RED),
        (60_000.0, Zone.RED),
    ],
)
def test_borders(watts: float, zone: Zone) -> None:
    """Green up to three quarters, yellow up to the tail; red beyond it and below zero."""
    assert LIMITS.zone(watts) is zone


@pytest.mark.parametrize(
    ("now", "watts", "zone"),
    [
        (Zone.YELLOW, 385.0, Zone.YELLOW),
        (Zone.YELLOW, 380.0, Zone.GREEN),
        (Zone.RED, 955.0, Zone.RED),
        (Zone.RED, 950.0, Zone.YELLOW),
        (Zone.RED, 385.0, Zone.YELLOW),
        (Zone.RED, 380.0, Zone.GREEN),
        (Zone.RED, -1.0, Zone.RED),
        (Zone.RED, 0.0, Zone.GREEN),
        (Zone.GREEN, 401.0, Zone.YELLOW),
        (Zone.CRITICAL, 401.0, Zone.YELLOW),
    ],
)
def test_a_zone_is_kept_near_its_border(now: Zone, watts: float, zone: Zone) -> None:
    """What was above a border is below it again 5 % lower."""
    assert LIMITS.zone(watts, now) is zone


def test_below_zero_is_usual_with_a_roof() -> None:
    """A meter that gave in the past may give now."""
    levels = UseLevels(100.0, 200.0, 400.0, 1_000.0)
    assert ZoneLimits.of(levels, statistics(1_500.0, 0.2)).zone(-3_000.0) is Zone.GREEN
    assert ZoneLimits.of(levels, statistics(1_500.0, 0.001)).zone(-50.0) is Zone.RED


def test_what_hardly_varies_is_not_red_by_a_hair() -> None:
    """A lamp of 60 W that draws 61 W is no alarm."""
    limits = ZoneLimits.of(UseLevels(60.0, 60.0, 60.0, 60.2), statistics(60.2))
    assert limits.zone(61.0) is Zone.YELLOW
    assert limits.zone(70.1) is Zone.RED


def test_priorities() -> None:
    """The gravest zone has the highest priority."""
    assert [zone.priority for zone in Zone] == [0, 1, 2, 3]
    assert max(Zone, key=lambda zone: zone.priority) is Zone.CRITICAL


def test_a_zone_has_to_last() -> None:
    """A zone changes after a fifth of the interval, and not for less."""
    zones = play(ZoneWatch(QUARTER), (200, 3), (600, 2), (200, 1), (600, 4))
    assert zones == [Zone.GREEN] * 9 + [Zone.YELLOW]


def test_flapping_around_a_border_is_no_change() -> None:
    """A mean that jumps to and fro each minute leaves the zone where it is."""
    zones = play(ZoneWatch(QUARTER), (200, 1), *[(900, 1), (200, 1)] * 30)
    assert set(zones) == {Zone.GREEN}
    # Around the border, once above it.
    zones = play(ZoneWatch(QUARTER), (410, 4), *[(399, 1), (401, 1)] * 30)
    assert set(zones) == {Zone.YELLOW}


def test_rising_over_yellow_to_red_is_one_rise() -> None:
    """A mean that rises through yellow is red three minutes after it left green."""
    zones = play(ZoneWatch(QUARTER), (200, 1), (600, 1), (900, 1), (1_200, 2))
    assert zones == [Zone.GREEN] * 4 + [Zone.RED]


def test_an_error_waits_for_nothing() -> None:
    """What cannot be is critical at once, and over with the first true mean."""
    watch = ZoneWatch(QUARTER)
    play(watch, (200, 5))
    watch.take_error(400.0)
    assert watch.zone is Zone.CRITICAL
    watch.take(460.0, 200.0, LIMITS)
    assert watch.zone is Zone.GREEN


@pytest.mark.parametrize(
    ("interval", "minutes"), [(60.0, 16), (300.0, 16), (QUARTER, 16), (3_600.0, 61)]
)
def test_high_use_needs_its_interval(interval: float, minutes: int) -> None:
    """An alert begins after the interval in red, never before a quarter of an hour."""
    watch = ZoneWatch(interval)
    play(watch, (1_600, minutes - 1))
    assert not watch.high
    watch.take(60.0 * (minutes - 1), 1_600.0, LIMITS)
    assert watch.high


def test_high_use_is_high_at_any_hour() -> None:
    """What is in the tail of this hour only is red, and no alert."""
    watch = ZoneWatch(QUARTER)
    assert play(watch, (1_400, 60))[-1] is Zone.RED
    assert not watch.high
    watch.take(3_600.0, 1_600.0, LIMITS)
    assert watch.high


def test_high_use_ends_with_the_zone() -> None:
    """It goes on while the zone is red, and is over when that is."""
    watch = ZoneWatch(QUARTER)
    play(watch, (1_600, 20))
    watch.take(1_200.0, 1_100.0, LIMITS)
    assert watch.high
    for minute in range(21, 25):
        watch.take(60.0 * minute, 300.0, LIMITS)
    assert watch.zone is Zone.GREEN
    assert not watch.high


def test_below_zero_is_no_high_use() -> None:
    """A clamp that was put on the wrong way round is red, and uses nothing."""
    watch = ZoneWatch(QUARTER)
    assert play(watch, (-2_000, 60))[-1] is Zone.RED
    assert not watch.high


def test_silence_is_no_evidence() -> None:
    """What is not known does not count to the time that red has to last."""
    watch = ZoneWatch(QUARTER)
    play(watch, (1_600, 10))
    watch.miss()
    for minute in range(70, 84):
        watch.take(60.0 * minute, 1_600.0, LIMITS)
    assert watch.zone is Zone.RED
    assert not watch.high


def test_what_was_before_a_restart_goes_on() -> None:
    """A zone that is known from before is kept, and an alert with it."""
    watch = ZoneWatch(QUARTER)
    watch.zone, watch.high = Zone.RED, True
    watch.take(0.0, 1_600.0, LIMITS)
    assert watch.high
    watch = ZoneWatch(QUARTER)
    watch.zone = Zone.RED
    zones = play(watch, (600, 4))
    assert [one for one, other in pairwise(zones) if one is not other] == [Zone.RED]
    assert zones[-1] is Zone.YELLOW


def test_levels_of_any_time() -> None:
    """Statistics answer for each minute of a day."""
    found = statistics(1_500.0)
    for minute in range(0, 1_440, 7):
        time = datetime(2026, 5, 8, minute // 60, minute % 60)  # noqa: DTZ001
        assert found.at(time, DayType.WORKING_DAY).tail == pytest.approx(1_500.0)
