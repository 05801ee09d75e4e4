"""The days of little use are the home's own, and say what an absence is held against."""

from datetime import UTC

import numpy as np

from custom_components.wattwise.analytics.anomalies.hour_series import HourSeries
from custom_components.wattwise.analytics.anomalies.low_days import (
    LOW,
    least_of_low_days,
    littleness,
)
from custom_components.wattwise.analytics.anomalies.scales import unusualness

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


def told(series: HourSeries, known: int) -> list[int]:
    """Return the days on which an absence is told, by the type of those known."""
    least = least_of_low_days(littleness(series, nobody(series))[:known])
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


def test_who_was_never_away_is_told_of_less_than_ever() -> None:
    """Without such days in the past its quietest ones are the type."""
    series = home((190, 191, 192))
    least = least_of_low_days(littleness(series, nobody(series))[:189])
    assert np.isfinite(least)
    assert 192 in told(series, 189)


def test_the_type_is_known_after_weeks() -> None:
    """Until four weeks of days are known, beside those away, there is no such type."""
    series = home(())
    days = littleness(series, nobody(series))
    known = np.flatnonzero(~np.isnan(days))
    assert least_of_low_days(days[: known[27]]) == np.inf
    assert np.isfinite(least_of_low_days(days[: known[27] + 1]))
    away = nobody(series)
    away[series.place.day >= 20] = True
    assert least_of_low_days(littleness(series, away)) == np.inf
