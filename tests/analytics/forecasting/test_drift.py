"""Whether a home has left its habits is told from losses as they were issued."""

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.daily_losses import (
    PairedLosses,
    daily_losses,
)
from custom_components.wattwise.analytics.forecasting.drift import DRIFT_DAYS, drifts
from custom_components.wattwise.analytics.forecasting.prediction import (
    LEVELS,
    Prediction,
)
from custom_components.wattwise.analytics.forecasting.record import Outcome


def outcomes(errors: np.ndarray) -> list[Outcome]:
    """Return forecasts that were off by so much on each day, the oldest first."""
    found = []
    for index, error in enumerate(errors):
        value = np.full(24, 1.0 + error)
        said = Prediction(np.repeat(value[None], len(LEVELS), axis=0), value)
        found.append(Outcome(len(errors) - index, said, np.ones(24)))
    return found


def test_losses_are_told_by_day() -> None:
    """Each day has the mean loss of its slots; what was not measured does not count."""
    days = outcomes(np.array([0.2, 0.0]))
    days[0].measured[3:] = np.nan
    # Above what was measured, the loss is 1 - level of the error.
    assert daily_losses(days) == pytest.approx([0.2 * (1 - LEVELS).mean(), 0.0])
    assert len(daily_losses([])) == 0


def test_only_days_that_both_forecast_are_compared() -> None:
    """Of two forecasters, the better one is below zero, whatever the day was like."""
    ours, theirs = outcomes(np.array([0.1, 0.2, 9.0])), outcomes(np.full(3, 0.2))
    pairs = PairedLosses.of(ours[:2], theirs[1:])
    assert pairs.ages == [2]
    ratios = PairedLosses.of(ours, theirs).log_ratios()
    assert ratios[0] < -0.6
    assert ratios[1] == 0
    # One day is not worth more than twice the loss.
    assert ratios[2] == np.log(2)
    assert PairedLosses.of([], theirs).log_ratios() == []


def test_chance_is_seldom_taken_for_drift() -> None:
    """A model as good as ever is suspected in less than one night in fifty."""
    rng = np.random.default_rng(2)
    suspected = 0
    for _ in range(400):
        days = rng.gamma(20, 0.01, DRIFT_DAYS)
        model = days * np.exp(rng.normal(-0.2, 0.15, DRIFT_DAYS))
        suspected += drifts(outcomes(model), outcomes(days))
    assert suspected < 8


def test_a_week_of_worse_forecasts_is_drift() -> None:
    """A model that loses what it was ahead by is found, and one that gains is not."""
    rng = np.random.default_rng(2)
    days = rng.gamma(20, 0.01, DRIFT_DAYS)
    ratio = rng.normal(-0.2, 0.1, DRIFT_DAYS)
    ratio[-7:] += 0.3
    assert drifts(outcomes(days * np.exp(ratio)), outcomes(days))
    ratio[-7:] -= 0.6
    assert not drifts(outcomes(days * np.exp(ratio)), outcomes(days))


def test_a_week_that_is_hard_for_all_is_no_drift() -> None:
    """When guests are there, the mean of the last days is off as well."""
    days = np.full(DRIFT_DAYS, 0.2)
    days[-7:] = 1.0
    assert not drifts(outcomes(0.8 * days), outcomes(days))


def test_nothing_is_said_of_a_young_home() -> None:
    """Two weeks tell nothing of what is usual, and without a reference nothing does."""
    few = outcomes(np.array([0.1] * 13 + [0.9] * 7))
    steady = outcomes(np.full(20, 0.2))
    assert not drifts(few, steady)
    assert not drifts(few, [])
