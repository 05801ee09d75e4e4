"""A condition counts once it has lasted."""

from custom_components.wattwise.alerting.trip import Trip


def test_what_does_not_last_does_not_count() -> None:
    """A condition that is met for less than its time changes nothing."""
    trip = Trip(10_000, 60_000)
    assert not trip.update(0, met=True)
    assert not trip.update(9_999, met=True)
    assert not trip.update(9_999, met=False)
    assert not trip.update(15_000, met=True)
    assert not trip.update(24_999, met=True)


def test_what_lasts_counts_until_its_opposite_lasted() -> None:
    """It takes its time to begin, and its own time to end."""
    trip = Trip(10_000, 60_000)
    trip.update(0, met=True)
    assert trip.update(10_000, met=True)
    assert trip.update(20_000, met=False)
    assert trip.update(79_999, met=False)
    assert not trip.update(80_000, met=False)


def test_flapping_neither_begins_nor_ends() -> None:
    """What changes faster than either time leaves all as it was."""
    for active in (False, True):
        trip = Trip(10_000, 10_000, active=active)
        for second in range(600):
            assert trip.update(second * 1000, met=second % 7 < 4) is active


def test_no_time_is_at_once() -> None:
    """Without a time to wait, the first reading decides."""
    trip = Trip(0, 0)
    assert trip.update(5, met=True)
    assert not trip.update(6, met=False)


def test_one_reading_proves_nothing() -> None:
    """After a time without readings the condition has to last anew."""
    trip = Trip(10_000, 10_000)
    trip.update(0, met=True)
    trip.interrupt()
    assert not trip.update(3_600_000, met=True)
    assert trip.update(3_610_000, met=True)
