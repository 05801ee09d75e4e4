"""A household is laid out in whole local days, and nothing moves by a slot or a day."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.local_days import LocalClock
from wattwise_dev.evaluation.errors import EvaluationError
from wattwise_dev.evaluation.household import WeatherSeries, household

from .households import made


def hour_and_weekday(moment: datetime) -> float:
    """Return what tells the hours of a week apart."""
    return 1.0 + moment.weekday() * 24 + moment.hour


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Berlin", date(2024, 3, 25)),
        ("America/New_York", date(2024, 10, 30)),
        ("Asia/Kolkata", date(2024, 6, 1)),
    ],
)
def test_places_are_those_of_the_clock(zone: str, first: date) -> None:
    """A function of hour and weekday stands in the same column on every day."""
    home = made(10, first, ZoneInfo(zone), value=hour_and_weekday)
    weekday = np.array([(first.weekday() + day) % 7 for day in range(10)])
    expected = 1.0 + weekday[:, None] * 24 + np.arange(24)
    known = ~np.isnan(home.past.measured)

    np.testing.assert_allclose(home.past.measured[known], expected[known])
    assert (home.past.calendar.weekday[:10] == weekday).all()
    assert home.first == first
    for day in range(10):
        span = home.slots_of(day)
        assert home.starts[span.start] == home.midnight(day).timestamp()


def test_days_before_and_after_the_meter_are_left_out() -> None:
    """A home whose column begins in spring begins in spring."""
    clock = LocalClock(ZoneInfo("Europe/London"), 3600)
    starts = clock.slots_of(date(2013, 1, 1), 30)
    energy = np.full(len(starts), np.nan)
    energy[10 * 24 + 5 : 20 * 24 + 3] = 1.0
    home = household("a", clock, starts, energy)

    assert home.first == date(2013, 1, 11)
    assert home.past.days == 11
    assert np.isnan(home.past.measured[0, :5]).all()
    assert np.isnan(home.past.measured[-1, 3:]).all()
    with pytest.raises(EvaluationError, match="a: there is no slot"):
        household("a", clock, starts, np.full(len(starts), np.nan))


def test_weather_is_known_where_it_is_near() -> None:
    """Between samples it is interpolated, far from them it is not known."""
    clock = LocalClock(ZoneInfo("UTC"), 3600)
    begin = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
    times = begin + 3600 * np.array([0, 1, 2, 10, 11])
    degrees = np.array([0.0, 2.0, 4.0, 10.0, 12.0])
    weather = WeatherSeries(times, degrees, np.full(5, np.nan))
    rows = weather.by_days(clock, date(2024, 1, 1), 2)

    assert rows.temperature.shape == (2, 24)
    assert rows.temperature[0, [0, 1, 10]].tolist() == [1.0, 3.0, 11.0]
    assert np.isnan(rows.temperature[0, 3:9]).all()
    assert np.isnan(rows.temperature[1]).all()
    assert np.isnan(rows.cloud).all()
