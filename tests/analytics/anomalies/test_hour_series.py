"""Hours stand in their order, and where they are on the clock of the home."""

from datetime import date, datetime
import math
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from custom_components.wattwise.analytics.anomalies.hour_series import HourSeries

from .homes import BEGIN, DAY, HOUR, LONDON


def test_gaps_are_unknown() -> None:
    """What is missing between two hours is NaN, as is what is no energy."""
    hours = {
        BEGIN + 4 * HOUR: 3.0,
        BEGIN: 1.0,
        BEGIN + HOUR: -1.0,
        BEGIN + 2 * HOUR: math.nan,
    }
    series = HourSeries.of(hours, LONDON)
    assert series is not None
    assert series.begin == BEGIN
    np.testing.assert_array_equal(series.energy, [1.0, np.nan, np.nan, np.nan, 3.0])
    assert HourSeries.of({}, LONDON) is None
    assert HourSeries.of({BEGIN: -1.0}, LONDON) is None


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/London", date(2024, 3, 31), 23),
        ("Europe/London", date(2024, 10, 27), 25),
        ("Asia/Kolkata", date(2024, 3, 31), 24),
    ],
)
def test_days_of_23_and_25_hours(zone: str, day: date, hours: int) -> None:
    """Each hour has the place that its start has on the clock."""
    home = ZoneInfo(zone)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=home).timestamp()
    begin = noon // HOUR * HOUR - 2 * DAY
    energy = {begin + HOUR * index: 1.0 for index in range(24 * 4)}
    series = HourSeries.of(energy, home)
    assert series is not None
    for start, number, slot in zip(
        series.starts, series.place.day, series.place.slot, strict=True
    ):
        local = datetime.fromtimestamp(int(start), home)
        assert (local.date() - series.first).days == number
        assert local.hour == slot
    assert int((series.place.day == (day - series.first).days).sum()) == hours
    assert series.rows(series.energy).shape == (series.days, 24)


def test_stretches() -> None:
    """An hour is within a stretch that touches it; others are not, nor is an empty one."""
    series = HourSeries.of({BEGIN + HOUR * index: 1.0 for index in range(6)}, LONDON)
    assert series is not None
    inside = series.within([(BEGIN + 1.5 * HOUR, BEGIN + 3 * HOUR), (BEGIN, BEGIN)])
    assert inside.tolist() == [False, True, True, False, False, False]
    assert not series.within(
        [(BEGIN - DAY, BEGIN), (BEGIN + DAY, BEGIN + 2 * DAY)]
    ).any()
    assert len(series.until(BEGIN + 2.5 * HOUR)) == 2
    assert series.since(BEGIN + 0.5 * HOUR).begin == BEGIN + HOUR
