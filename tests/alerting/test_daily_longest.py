"""The longest of each day."""

from custom_components.wattwise.alerting.health.daily_longest import DailyLongest

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
BEGIN_MS = 20_000 * DAY_MS


def test_a_bad_day_does_not_matter() -> None:
    """One outage of a day in a week changes nothing about what is usual."""
    longest = DailyLongest()
    for day in range(8):
        for hour in range(24):
            at_ms = BEGIN_MS + day * DAY_MS + hour * HOUR_MS
            longest.note(at_ms, 20 * HOUR_MS if (day, hour) == (3, 5) else 20_000)
    assert longest.usual_ms == 20_000
    assert longest.so_far_ms == 20 * HOUR_MS


def test_three_days_have_to_be_over() -> None:
    """The running day does not count: it may have its night to come."""
    longest = DailyLongest()
    for day in range(3):
        longest.note(BEGIN_MS + day * DAY_MS, 1000 * (day + 1))
        assert longest.usual_ms is None
    longest.note(BEGIN_MS + 3 * DAY_MS, 90_000)
    assert longest.usual_ms == 2000


def test_a_restart_forgets_nothing() -> None:
    """What is kept as JSON is what was known; what is no such thing is left out."""
    longest = DailyLongest()
    for day in range(40):
        longest.note(BEGIN_MS + day * DAY_MS, 1000 + day)
    other = DailyLongest()
    other.restore(longest.state())
    assert other.usual_ms == longest.usual_ms == 1031.5
    for nonsense in (None, "no", [1, [2], ["a", "b"], [3, -4]]):
        fresh = DailyLongest()
        fresh.restore(nonsense)
        assert fresh.so_far_ms == 0
