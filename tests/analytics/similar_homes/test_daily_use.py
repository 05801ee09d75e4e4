"""The use of local days, from hours that know nothing of them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.wattwise.analytics.similar_homes.daily_use import daily_use

BERLIN = ZoneInfo("Europe/Berlin")


def hours(begin: datetime, count: int, kwh: float = 0.5) -> dict[int, float]:
    """Return so many hours of the same use."""
    start = int(begin.timestamp())
    return {start + 3600 * n: kwh for n in range(count)}


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("Europe/Berlin", date(2025, 6, 1), 24),
        ("Europe/Berlin", date(2025, 3, 30), 23),
        ("Europe/Berlin", date(2025, 10, 26), 25),
        # Half an hour is gained: the hour that crosses midnight is the day's it begins in.
        ("Australia/Lord_Howe", date(2025, 4, 6), 24.5),
        ("Asia/Kolkata", date(2025, 6, 1), 24),
        # Clocks jump over midnight.
        ("America/Santiago", date(2025, 9, 7), 23),
    ],
)
def test_days_of_any_length(zone: str, day: date, length: float) -> None:
    """A day has the energy of its hours, however many there are."""
    clock = ZoneInfo(zone)
    begin = datetime.combine(day - timedelta(days=2), datetime.min.time(), clock)
    found = daily_use(hours(begin, 24 * 5), clock)
    assert found[day] == pytest.approx(0.5 * length)
    assert found[day - timedelta(days=1)] == pytest.approx(12)


def test_gaps() -> None:
    """A few hours missing are like the rest of the day; a day half known is not known."""
    begin = datetime(2025, 6, 1, tzinfo=BERLIN)
    known = hours(begin, 48)
    for n in (3, 4, 5, 26, 27, 28, 29, 30, 31, 32):
        del known[int(begin.timestamp()) + 3600 * n]
    assert daily_use(known, BERLIN) == {date(2025, 6, 1): pytest.approx(12)}
    assert daily_use({}, BERLIN) == {}


def test_a_car_with_a_meter_is_taken_off() -> None:
    """Where it is known: a charger chosen lately leaves earlier days as they were."""
    begin = datetime(2025, 6, 1, tzinfo=BERLIN)
    home = hours(begin, 96, 2.0)
    car = hours(begin + timedelta(days=1), 24, 1.5)
    # Silent while no car charges: the rest of the day it takes nothing.
    car |= hours(begin + timedelta(days=2, hours=20), 2, 1.0)
    car |= hours(begin + timedelta(days=3), 24, 3.0)
    found = daily_use(home, BERLIN, [car])
    assert found == {
        date(2025, 6, 1): pytest.approx(48),
        date(2025, 6, 2): pytest.approx(12),
        date(2025, 6, 3): pytest.approx(46),
        # Meters are never read at the same moment: it is 0 at least.
        date(2025, 6, 4): pytest.approx(0),
    }
