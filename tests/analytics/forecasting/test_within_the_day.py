"""Today's forecast follows what has been measured."""

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.models.weighted_days import (
    WeightedDays,
)
from custom_components.wattwise.analytics.forecasting.past import Past, Weather
from custom_components.wattwise.analytics.forecasting.prediction import Prediction
from custom_components.wattwise.analytics.forecasting.pretrained.arrays import (
    part,
    pretrained_arrays,
)
from custom_components.wattwise.analytics.forecasting.within_the_day import (
    refresh,
    refresh_tomorrow,
    with_today,
)
from custom_components.wattwise.analytics.forecasting.within_the_day_features import (
    within_the_day_features,
)

from .made_up_homes import FIRST_DAY, home


def day_of(
    days: int = 60, slots: int = 24, over: int = 12, factor: float = 1.0
) -> tuple[Past, Prediction, np.ndarray]:
    """Return a past, its forecast of today, and what is measured of today."""
    whole = home(days + 1, slots=slots)
    past = whole.until(days)
    measured = whole.measured[-1] * factor
    measured[over:] = np.nan
    return past, WeightedDays().predict(past, 0), measured


def test_features_are_those_of_the_training() -> None:
    """Whoever changes a feature has to train again: scripts/train-forecaster."""
    past, today, measured = day_of()
    names = within_the_day_features(past, today, measured, 12).names
    trained = part(pretrained_arrays(), "within_the_day")["names"]
    assert tuple(trained.tolist()) == names


@pytest.mark.parametrize("slots", [24, 48, 96])
@pytest.mark.parametrize("days", [2, 5, 60])
@pytest.mark.parametrize("hours", [1, 2, 3, 12, 23, 24])
def test_what_was_measured_is_no_forecast(slots: int, days: int, hours: int) -> None:
    """Slots that are over are what they were; the others are a forecast in order."""
    over = hours * slots // 24
    past, today, measured = day_of(days, slots, over)
    refreshed = refresh(past, today, measured, over)
    assert np.array_equal(refreshed.mean[:over], measured[:over])
    assert (refreshed.quantiles[:, :over] == measured[:over]).all()
    rest = refreshed.quantiles[:, over:]
    assert (np.diff(rest, axis=0) >= 0).all()
    assert (rest >= 0).all()
    if over < slots:
        assert not np.array_equal(rest, today.quantiles[:, over:])


@pytest.mark.parametrize("over", [0, 1, 9, 24])
def test_without_measurements_midnight_stands(over: int) -> None:
    """A gap since midnight tells nothing."""
    past, today, measured = day_of()
    refreshed = refresh(past, today, np.full_like(measured, np.nan), over)
    assert np.array_equal(refreshed.quantiles, today.quantiles)
    assert np.array_equal(refreshed.mean, today.mean)


def test_slots_of_a_gap_stay_as_they_were_forecast() -> None:
    """Nobody knows what was used, so what was expected is the best there is."""
    past, today, measured = day_of()
    measured[4:11] = np.nan
    refreshed = refresh(past, today, measured, 12)
    assert np.array_equal(refreshed.mean[4:11], today.mean[4:11])
    assert np.array_equal(refreshed.quantiles[:, 4:11], today.quantiles[:, 4:11])
    assert refreshed.mean[11] == measured[11]


def test_what_is_to_come_is_not_looked_at() -> None:
    """Values beyond now change nothing."""
    past, today, measured = day_of()
    later = measured.copy()
    later[12:] = 99.0
    one, other = refresh(past, today, measured, 12), refresh(past, today, later, 12)
    assert np.array_equal(one.quantiles, other.quantiles)


def test_more_than_expected_raises_the_next_hours() -> None:
    """An evening that began high goes on high; most in the next hour."""
    past, today, usual = day_of(over=18)
    high = usual.copy()
    high[14:18] = usual[14:18] * 4 + 1
    one, other = refresh(past, today, usual, 18), refresh(past, today, high, 18)
    assert other.mean[18] > one.mean[18] * 1.1
    assert other.median[18] > one.median[18]


def test_a_home_ten_times_as_large_is_refreshed_ten_times_as_high() -> None:
    """Nothing that was learned knows kWh."""
    past, today, measured = day_of()
    large = Past(past.measured * 10, past.calendar)
    ten = refresh(
        large, Prediction(today.quantiles * 10, today.mean * 10), measured * 10, 12
    )
    one = refresh(past, today, measured, 12)
    assert ten.mean == pytest.approx(one.mean * 10, rel=1e-6)


def test_an_empty_home_can_begin_to_use_something() -> None:
    """Zeros for weeks, and then a lamp: no division by nothing."""
    past = home(30)
    empty = Past(np.zeros_like(past.measured), past.calendar)
    today = WeightedDays().predict(empty, 0)
    measured = np.full(24, np.nan)
    measured[:6] = 0.1
    refreshed = refresh(empty, today, measured, 6)
    assert np.isfinite(refreshed.quantiles).all()


def test_today_as_a_whole_day() -> None:
    """Tomorrow is then the first day that is not over, with its own weekday."""
    past, today, measured = day_of()
    past = Past(
        past.measured,
        past.calendar,
        Weather(np.full((63, 24), 10.0), np.full((63, 24), 0.5)),
        FIRST_DAY,
    )
    refreshed = refresh(past, today, measured, 12)
    whole = with_today(past, refreshed)
    assert whole.days == past.days + 1
    assert np.array_equal(whole.measured[-1], refreshed.mean)
    assert whole.calendar.weekday.tolist() == [day % 7 for day in range(64)]
    assert whole.first_day == FIRST_DAY
    assert WeightedDays().predict(whole, 0).mean.sum() > 0


def test_tomorrow_follows_today_the_more_the_later_it_is() -> None:
    """At midnight nothing is new; when today is over, its forecast stands alone."""
    past, today, measured = day_of()
    midnight = WeightedDays().predict(past, 1)
    whole = with_today(past, refresh(past, today, measured, 12))
    provisional = WeightedDays().predict(whole, 0)
    first, noon, last = (
        refresh_tomorrow(midnight, provisional, over) for over in (0, 12, 24)
    )
    assert np.array_equal(first.quantiles, midnight.quantiles)
    assert np.array_equal(last.mean, provisional.mean)
    assert noon.mean == pytest.approx(midnight.mean * 0.75 + provisional.mean * 0.25)
    assert (np.diff(noon.quantiles, axis=0) >= 0).all()
