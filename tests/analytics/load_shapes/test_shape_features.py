"""The figures of a load curve are what its hours say."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
import math
from zoneinfo import ZoneInfo

import pytest

from custom_components.wattwise.analytics.load_shapes.load_shape import (
    LEAST_DAYS,
    NoShape,
)
from custom_components.wattwise.analytics.load_shapes.shape_features import (
    days_known,
    shape_of,
    why_no_shape,
)

from .made_shapes import BERLIN, FIRST, day_of, hours_of, warmth_of


def evening_home(moment: datetime) -> float:
    """Use 0.2 kWh in each hour, 1.2 kWh from 18 to 20 o'clock."""
    return 1.2 if 18 <= moment.hour < 20 else 0.2


def test_what_is_used_all_the_time_has_no_shape_of_its_own() -> None:
    """A flat line is all base, and each part of the day has its hours of it."""
    shape = shape_of(hours_of(lambda _: 0.3), BERLIN)
    assert shape is not None
    assert shape.days == 56
    assert shape.base_share == pytest.approx(1.0)
    assert shape.peak_to_mean == pytest.approx(1.0)
    assert shape.night_share == pytest.approx(6 / 24)
    assert shape.morning_share == pytest.approx(4 / 24)
    assert shape.day_share == pytest.approx(7 / 24)
    assert shape.evening_share == pytest.approx(7 / 24)
    assert shape.weekend_ratio == pytest.approx(1.0)


def test_an_evening_is_an_evening_all_year() -> None:
    """Setting the clocks moves nothing: people live by the clock on the wall."""
    # Of Lord Howe the clock is set by half an hour, of Kathmandu it is never round.
    for name in ("Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "UTC"):
        zone = ZoneInfo(name)
        hours = hours_of(evening_home, 365, zone, date(2025, 6, 1))
        shape = shape_of(hours, zone)
        assert shape is not None
        assert shape.days == 365
        assert shape.base_share == pytest.approx(24 * 0.2 / 6.8, rel=0.002)
        assert shape.peak_to_mean == pytest.approx(24 * 1.2 / 6.8, rel=0.002)
        assert shape.evening_share == pytest.approx(3.4 / 6.8, rel=0.002)
        assert shape.peak_hour in {18.5, 19.5}


def test_how_much_is_used_does_not_matter() -> None:
    """A large home has the shape of a small one that lives alike."""
    small = shape_of(hours_of(evening_home), BERLIN)
    large = shape_of(hours_of(lambda moment: 9 * evening_home(moment)), BERLIN)
    assert small is not None
    assert large is not None
    assert large.base_share == pytest.approx(small.base_share)
    assert large.peak_to_mean == pytest.approx(small.peak_to_mean)
    assert large.evening_share == pytest.approx(small.evening_share)


def test_weekends() -> None:
    """A home that uses half as much again on Saturdays and Sundays says so."""
    hours = hours_of(lambda moment: 0.3 if moment.weekday() >= 5 else 0.2, 47)
    shape = shape_of(hours, BERLIN)
    assert shape is not None
    assert shape.weekend_ratio == pytest.approx(1.5)


def test_too_little_is_said_to_be_too_little() -> None:
    """Days with gaps or without use do not count, and four weeks are needed."""
    hours = hours_of(evening_home, 30)
    assert days_known(hours, BERLIN) == 30
    for day in (3, 4):
        holes = FIRST + timedelta(days=day)
        gone = [start for start in hours if day_of(start) == holes][:3]
        for start in gone:
            del hours[start]
    assert days_known(hours, BERLIN) == 28
    shape = shape_of(hours, BERLIN)
    assert shape is not None
    assert shape.days == 28
    cut_off = FIRST + timedelta(days=9)
    off = {at: 0.0 if day_of(at) == cut_off else use for at, use in hours.items()}
    assert days_known(off, BERLIN) == 27
    assert shape_of(off, BERLIN) is None
    assert shape_of({}, BERLIN) is None
    assert why_no_shape(off, BERLIN) is NoShape.TOO_FEW_DAYS
    assert why_no_shape({}, BERLIN) is NoShape.TOO_FEW_DAYS
    assert days_known({}, BERLIN) == 0


@pytest.mark.parametrize(
    "used",
    [
        lambda _: 0.001,
        lambda moment: 1.0 * (moment.weekday() >= 5),
        lambda moment: 1.0 * (moment.weekday() < 5),
    ],
)
def test_a_home_that_is_hardly_used(used: Callable[[datetime], float]) -> None:
    """Of next to nothing, or of weekends alone, there is no shape, and it is said why."""
    hours = hours_of(used, 120)
    assert days_known(hours, BERLIN) >= LEAST_DAYS
    assert shape_of(hours, BERLIN) is None
    assert why_no_shape(hours, BERLIN) is NoShape.HARDLY_USED


def test_days_that_are_counted_are_days_that_count() -> None:
    """What fed in more than it drew all day used nothing, however many hours are known."""
    hours = hours_of(lambda _: -0.2)
    assert days_known(hours, BERLIN) == 0
    odd = {at: -3.0 if at % 86_400 == 0 else 0.1 for at in hours}
    assert days_known(odd, BERLIN) == 56


def test_an_hour_that_is_never_known_is_not_made_up() -> None:
    """Where a meter is always silent at three, the night's share is not known."""
    hours = hours_of(lambda moment: math.nan if moment.hour == 3 else 0.2)
    assert days_known(hours, BERLIN) == 56
    assert shape_of(hours, BERLIN) is None
    assert why_no_shape(hours, BERLIN) is NoShape.HOURS_MISSING


def test_what_no_home_uses() -> None:
    """Hours that are no numbers are gaps, those below zero are nothing."""
    hours = hours_of(evening_home)
    first, second, *_ = hours
    hours[first], hours[second] = math.inf, -4.0
    shape = shape_of(hours, BERLIN)
    assert shape is not None
    assert shape.days == 56
    assert 0 < shape.base_share < 1


def test_only_the_last_year_counts() -> None:
    """Who got a heat pump two years ago lives in the home of today."""
    before = hours_of(
        lambda moment: 2.0 * (moment.hour < 6), 300, first=date(2024, 3, 1)
    )
    now = hours_of(evening_home, 365, first=date(2025, 3, 1))
    shape = shape_of(before | now, BERLIN)
    assert shape is not None
    assert shape.days == 365
    assert shape.peak_hour == 18.5


def test_a_home_that_heats_with_electricity() -> None:
    """3 % more for each degree below 18 °C is found, whatever some odd days did."""

    def heated(moment: datetime) -> float:
        odd = 3.0 if moment.day == 13 else 1.0
        cold = max(0.0, 18.0 - warmth_of(moment.date()))
        return odd * 0.5 * (1 + 0.03 * cold)

    hours = hours_of(heated, 84)
    temperatures = {start: warmth_of(day_of(start)) for start in hours}
    shape = shape_of(hours, BERLIN, temperatures)
    assert shape is not None
    assert shape.temperature_slope is not None
    # The usual day is one of 7 °C, which has a third more than without heating.
    assert shape.temperature_slope == pytest.approx(0.03 / 1.33, rel=0.05)
    plain = shape_of(hours_of(evening_home, 84), BERLIN, temperatures)
    assert plain is not None
    assert plain.temperature_slope == pytest.approx(0.0, abs=1e-4)


def test_without_cold_days_nothing_is_said_of_them() -> None:
    """Always the same warmth, a summer, or no thermometer: there is no slope."""
    hours = hours_of(evening_home)
    for temperatures in (
        None,
        {},
        dict.fromkeys(hours, 10.0),
        {start: 20.0 + warmth_of(day_of(start)) / 2 for start in hours},
        {start: warmth_of(day_of(start)) for start in list(hours)[: 24 * 14]},
    ):
        shape = shape_of(hours, BERLIN, temperatures)
        assert shape is not None
        assert shape.temperature_slope is None
