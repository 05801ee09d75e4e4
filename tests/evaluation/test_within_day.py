"""Refreshed forecasts of today are scored on what is to come, from what is over."""

from dataclasses import replace

import numpy as np

from custom_components.wattwise.analytics.forecasting.local_days import Floats
from custom_components.wattwise.analytics.forecasting.past import Past
from custom_components.wattwise.analytics.forecasting.prediction import (
    LEVELS,
    Prediction,
)
from wattwise_dev.benchmark.progress import Progress
from wattwise_dev.evaluation.plan import Plan
from wattwise_dev.evaluation.within_day import WAYS, measure_within_day

from .households import made

SAY = Progress.begin()
PLAN = Plan(after=10, origins=2)


def test_what_is_not_refreshed_is_as_good_as_at_midnight() -> None:
    """A refresher that changes nothing has the errors of the midnight forecast."""

    def unchanged(
        past: Past, today: Prediction, so_far: Floats, over: int
    ) -> Prediction:
        return today

    (figures,) = measure_within_day([made(12)], PLAN, SAY, unchanged)
    refreshed, midnight, last = figures.median
    np.testing.assert_array_equal(refreshed, midnight)
    assert (last > 0).all()
    assert set(figures.as_dict()["median"]) == set(WAYS)


def test_only_what_is_over_is_known() -> None:
    """A refresher is given the slots before its hour, and is scored on those after."""
    home = made(12)
    asked = []

    def knows(past: Past, today: Prediction, so_far: Floats, over: int) -> Prediction:
        asked.append((past.days, over))
        measured = home.past.measured[past.days]
        np.testing.assert_array_equal(so_far[:over], measured[:over])
        assert np.isnan(so_far[over:]).all()
        # What is over is said wrongly, what is to come rightly.
        truth = np.where(np.arange(24) < over, 99.0, measured)
        return Prediction(np.tile(truth, (len(LEVELS), 1)), truth)

    (figures,) = measure_within_day([home], PLAN, SAY, knows)
    assert asked == [(day, hour) for day in (10, 11) for hour in range(1, 24)]
    np.testing.assert_array_equal(figures.median[0], 0)
    assert (figures.median[1:] > 0).all()


def test_the_last_value_is_that_of_the_last_hour() -> None:
    """Where nothing changes from hour to hour, the last value has no error."""
    home = made(12, step=1800, value=lambda moment: 2.0)

    def unchanged(
        past: Past, today: Prediction, so_far: Floats, over: int
    ) -> Prediction:
        assert over % 2 == 0
        return replace(today, mean=today.mean + 1)

    (figures,) = measure_within_day([home], PLAN, SAY, unchanged)
    np.testing.assert_allclose(figures.median[2], 0)
    # What others' homes taught adds a little to a home in which nothing happens.
    np.testing.assert_allclose(figures.mean[0], 1, atol=0.15)
