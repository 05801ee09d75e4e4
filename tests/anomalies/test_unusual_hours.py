"""Lessons go on from each other."""

from datetime import UTC, datetime

from custom_components.wattwise.anomalies.unusual_hours import learned, new_detector

from ..analytics.anomalies.homes import BEGIN, DAY, LONDON, made_home


def test_a_lesson_goes_on_from_the_one_before() -> None:
    """Since when the base load is higher is known over nights and over restarts."""
    rise = int(BEGIN + 90 * DAY)
    home = {
        int(start): kwh + 0.2 * (start >= rise) for start, kwh in made_home(126).items()
    }
    night = datetime.fromtimestamp(BEGIN + 94 * DAY, UTC)
    first, kept = learned(LONDON, home, night, (), (), None)
    assert first.risen is not None
    assert abs(first.risen - rise) <= DAY
    restarted = new_detector(LONDON, kept)
    later = datetime.fromtimestamp(BEGIN + 125 * DAY, UTC)
    second, _ = learned(LONDON, home, later, (), (), restarted.risen)
    assert second.risen == first.risen
    # To who knows of no rise it is usual: it is in most of the eight weeks that say so.
    third, _ = learned(LONDON, home, later, (), (), None)
    assert third.risen is None
