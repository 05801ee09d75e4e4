"""Quantile regression, held against scikit-learn's linear program."""

import numpy as np
import pytest
from sklearn.linear_model import QuantileRegressor

from custom_components.wattwise.analytics.forecasting.local_days import Floats
from custom_components.wattwise.analytics.forecasting.quantile_regression import (
    quantile_regression,
)


def pinball(error: Floats, level: float) -> float:
    """Return the mean pinball loss of errors, measured less forecast."""
    return float(np.maximum(level * error, (level - 1) * error).mean())


@pytest.mark.parametrize("level", [0.1, 0.5, 0.9])
def test_the_loss_is_that_of_the_exact_solution(level: float) -> None:
    """The rounded corner costs less than a hundredth of the loss."""
    rng = np.random.default_rng(4)
    rows = np.column_stack([np.ones(600), rng.normal(size=(600, 4))])
    target = rows @ [3.0, 1, -2, 0.5, 0] + rng.gamma(0.6, 1.0, 600) * (
        1 + rows[:, 1] ** 2
    )
    exact = QuantileRegressor(quantile=level, alpha=0, fit_intercept=False)
    best = pinball(target - exact.fit(rows, target).predict(rows), level)
    found = quantile_regression(
        rows, target, np.ones(600), level, penalty=0.0, rounds=200
    )
    assert pinball(target - rows @ found, level) < best * 1.01


def test_weights_are_numbers_of_copies() -> None:
    """A row of the weight 3 is like three rows."""
    rng = np.random.default_rng(5)
    rows, target = rng.normal(size=(200, 3)), rng.normal(size=200)
    weights = rng.integers(1, 4, 200)
    copies = np.repeat(np.arange(200), weights)
    found = [
        quantile_regression(r, t, w, 0.5, penalty=0.0, rounds=500)
        for r, t, w in (
            (rows, target, weights.astype(float)),
            (rows[copies], target[copies], np.ones(len(copies))),
        )
    ]
    assert found[0] == pytest.approx(found[1], abs=0.02)


def test_a_penalty_shrinks() -> None:
    """With a large penalty nothing is learned; without rows there is nothing to learn."""
    rows = np.random.default_rng(6).normal(size=(100, 2))
    target = rows @ [1.0, 2.0]
    free = quantile_regression(rows, target, np.ones(100), 0.5, penalty=0.0)
    tied = quantile_regression(rows, target, np.ones(100), 0.5, penalty=1e6)
    assert free == pytest.approx([1.0, 2.0], abs=1e-6)
    assert np.abs(tied).max() < 1e-3
    none = quantile_regression(rows[:0], target[:0], target[:0], 0.5, penalty=0.0)
    assert none.tolist() == [0.0, 0.0]
