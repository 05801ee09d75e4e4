"""A home of which little is known is forecast as homes are."""

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.models.group_profile import (
    GroupProfile,
)
from custom_components.wattwise.analytics.forecasting.past import Past
from custom_components.wattwise.analytics.forecasting.prediction import Prediction

from .made_up_homes import home, weekdays


def newcomer(slots: int = 24) -> Past:
    """Return a home of which nothing is known."""
    return Past(np.zeros((0, slots)), weekdays(0))


def width(prediction: Prediction) -> float:
    """Return how wide the bands are, in units of the mean."""
    band = prediction.quantiles[-1] - prediction.quantiles[0]
    return float(band.sum() / prediction.mean.sum())


@pytest.mark.parametrize("slots", [24, 48, 96])
@pytest.mark.parametrize("days", [0, 1, 3, 10])
def test_a_forecast_from_the_first_moment(slots: int, days: int) -> None:
    """Any number of days will do, also none; quantiles rise."""
    past = home(days, slots=slots) if days else newcomer(slots)
    for lead in range(3):
        prediction = GroupProfile().predict(past, lead)
        assert prediction.quantiles.shape == (5, slots)
        assert (np.diff(prediction.quantiles, axis=0) >= 0).all()
        assert (prediction.quantiles > 0).all()


def test_it_says_that_it_is_of_other_homes() -> None:
    """Nobody is shown another home's days as their own without a word."""
    assert GroupProfile.own_data is False


def test_what_somebody_expects_is_believed_until_something_is_measured() -> None:
    """20 kWh a day make a week of about 140; what is measured moves it."""
    prediction = GroupProfile(20.0).predict(newcomer(), 0)
    assert prediction.mean.sum() == pytest.approx(20.0, rel=0.1)
    so_far = np.full(24, np.nan)
    so_far[:12] = 0.1
    lower = GroupProfile(20.0).predict(newcomer(), 0, so_far)
    assert lower.mean.sum() < 0.8 * prediction.mean.sum()


def test_without_an_expectation_measured_hours_decide() -> None:
    """A morning ten times as high makes a day several times as high."""
    so_far = np.full(24, np.nan)
    so_far[:6] = 0.1
    low = GroupProfile().predict(newcomer(), 0, so_far).mean.sum()
    high = GroupProfile().predict(newcomer(), 0, so_far * 10).mean.sum()
    assert high > 2 * low


def test_bands_narrow_as_the_home_becomes_known() -> None:
    """Nobody knows how much a home uses before it has."""
    unknown = GroupProfile().predict(newcomer(), 0)
    told = GroupProfile(8.0).predict(newcomer(), 0)
    known = GroupProfile().predict(home(10), 0)
    assert width(unknown) > width(told) > width(known)


def test_it_becomes_the_homes_own_mean() -> None:
    """After some weeks other homes hardly count, nor what was expected."""
    past = home(60)
    own = past.measured.mean(axis=0)
    prediction = GroupProfile(30.0).predict(past, 0)
    assert prediction.mean == pytest.approx(own, rel=0.2)


def test_a_home_that_uses_nothing() -> None:
    """Zeros shrink the forecast, day by day."""
    sums = [
        GroupProfile().predict(Past(np.zeros((days, 24)), weekdays(days)), 0).mean.sum()
        for days in (1, 3, 9)
    ]
    assert sums[0] > sums[1] > sums[2] >= 0


@pytest.mark.parametrize("daily", [0.0, -3.0, float("nan"), float("inf")])
def test_impossible_expectations_are_refused(daily: float) -> None:
    """A home that uses nothing needs no forecast."""
    with pytest.raises(ValueError, match="kWh a day"):
        GroupProfile(daily)
