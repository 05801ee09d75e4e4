"""The days of little use are the home's own, and say what an absence is held against."""

from datetime import UTC

import numpy as np
import pytest

from custom_components.wattwise.analytics.anomalies.hour_series import HourSeries
from custom_components.wattwise.analytics.anomalies.judgement import (
    scores_of,
    thresholds_by_day,
)
from custom_components.wattwise.analytics.anomalies.low_days import (
    LOW,
    LowType,
    littleness,
    low_type,
)
from custom_components.wattwise.analytics.anomalies.scales import (
    FLOORS,
    SHARES,
    daily_peaks,
    unusualness,
)
from custom_components.wattwise.analytics.anomalies.thresholds import thresholds

from .homes import BEGIN

DAYS = 200


def home(empty: tuple[int, ...]) -> HourSeries:
    """Return a home that uses a fifth on some days."""
    energy = 0.5 + 0.02 * np.random.default_rng(2).random((DAYS, 24))
    energy[list(empty)] /= 5
    return HourSeries(UTC, int(BEGIN), energy.ravel())


def nobody(series: HourSeries) -> np.ndarray:
    """Return that nobody is away at any time."""
    return np.zeros(len(series), dtype=bool)


def type_of(series: HourSeries, known: int) -> LowType:
    """Return the type by the days known."""
    return low_type(littleness(series, nobody(series))[:known])


def told(series: HourSeries, known: int) -> list[int]:
    """Return the days on which an absence is told, by the type of those known."""
    least = type_of(series, known).least
    with np.errstate(invalid="ignore"):
        hours = np.flatnonzero(unusualness(series)[LOW] > least)
    return sorted(set(series.place.day[hours].tolist()))


def test_three_days_of_the_type_are_told_and_two_are_not() -> None:
    """Each day has to be of little use, and single ones are none of an absence."""
    single = tuple(range(40, 180, 8))
    series = home((*single, 185, 186, 190, 191, 192))
    # Until the evening of the next day most of the hours looked at are still such.
    assert set(told(series, 184)) <= {192, 193}
    assert 192 in told(series, 184)


def test_who_was_away_before_is_told_again() -> None:
    """Absences of the past are what the type is made of; they blind nobody."""
    before = tuple(range(60, 70)) + tuple(range(100, 105))
    series = home((*before, 190, 191, 192))
    assert 192 in told(series, 189)


@pytest.mark.parametrize(("every", "days"), [(28, 4), (21, 4), (14, 3), (14, 4)])
def test_who_is_often_away_is_told_each_time(every: int, days: int) -> None:
    """Absences on 14 to 29 of a hundred days are a type of their own, however many."""
    begins = range(40, DAYS - days, every)
    series = home(tuple(begin + day for begin in begins for day in range(days)))
    assert type_of(series, 150).parted
    seen = told(series, 150)
    later = [begin for begin in begins if begin >= 150]
    assert all(begin + days - 1 in seen for begin in later)
    # Until the evening of the next day most of the hours looked at are still such.
    assert {day for day in seen if day >= 150} <= {
        begin + day for begin in later for day in range(days + 1)
    }


def test_a_home_whose_days_differ_has_no_gap() -> None:
    """Days of little use that run into all others are the 8 % of least use, as before."""
    some = np.random.default_rng(5).normal(0.0, 0.4, 365)
    assert low_type(some) == LowType(float(np.quantile(some, 0.92)), parted=False)
    # Nor is it a type that half of the days are of, or that too few days have shown.
    half = some / 40 + np.where(np.arange(365) % 2, 1.0, 0.0)
    assert not low_type(half).parted
    often = some / 40 + np.where(np.arange(365) % 5, 0.0, 1.0)
    assert low_type(often).parted
    assert 0.2 < low_type(often).least < 0.8
    assert not low_type(often[:60]).parted


def test_absences_that_are_a_type_leave_the_alarms_to_the_rest() -> None:
    """However often a home is away, all else has to be no rarer for it."""
    chance = np.random.default_rng(1)
    evening = 0.2 + 0.8 * (np.arange(24) >= 18)
    energy = (
        evening
        * chance.gamma(12.0, 1 / 12, (400, 1))
        * chance.gamma(8, 1 / 8, (400, 24))
    )
    empty = np.arange(400) % 21 >= 14
    energy[empty] = 0.06 * chance.gamma(8, 1 / 8, (int(empty.sum()), 24))
    series = HourSeries(UTC, int(BEGIN), energy.ravel())
    away = nobody(series)
    scores = scores_of(series, away)
    limits = thresholds_by_day(series, scores, [399], away)[399]
    alone = scores.copy()
    alone[LOW] = np.nan
    without = thresholds_by_day(series, alone, [399], away)[399]
    np.testing.assert_array_equal(limits, without)
    counted = thresholds(
        daily_peaks(series, scores)[:, :399],
        SHARES,
        FLOORS,
        given=np.where(np.arange(len(SHARES)) == LOW, limits, np.nan),
    )
    assert (counted > limits + 0.1).any()


def test_who_was_never_away_is_told_of_less_than_ever() -> None:
    """Without such days in the past its quietest ones are the type."""
    series = home((190, 191, 192))
    assert np.isfinite(type_of(series, 189).least)
    assert 192 in told(series, 189)


def test_the_type_is_known_after_weeks() -> None:
    """Until four weeks of days are known, beside those away, there is no such type."""
    series = home(())
    days = littleness(series, nobody(series))
    known = np.flatnonzero(~np.isnan(days))
    assert low_type(days[: known[27]]).least == np.inf
    assert np.isfinite(low_type(days[: known[27] + 1]).least)
    away = nobody(series)
    away[series.place.day >= 20] = True
    assert low_type(littleness(series, away)).least == np.inf
