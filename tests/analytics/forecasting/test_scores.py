"""How errors are measured."""

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.scores import (
    bias,
    coverage,
    daily_errors,
    mean_absolute_error,
    pinball_loss,
    skill,
)

NAN = float("nan")


def test_pinball_loss_charges_by_level() -> None:
    """Above the 90 % quantile costs nine times what below it costs."""
    loss = pinball_loss(np.array([2.0, 0.0]), np.array([[1.0, 1.0]]), np.array([0.9]))
    assert loss.tolist() == [[pytest.approx(0.9), pytest.approx(0.1)]]


def test_gaps_are_not_scored() -> None:
    """What was not measured is neither right nor wrong."""
    measured, said = np.array([1.0, NAN, 3.0]), np.array([2.0, 100.0, 3.0])
    assert mean_absolute_error(measured, said) == 0.5
    assert coverage(measured, said - 0.5, said + 0.5) == 0.5
    assert bias(measured, said) == pytest.approx(0.25)


def test_skill_is_against_a_reference() -> None:
    """Half the error is a skill of a half; twice the error is below nothing."""
    assert skill(0.5, 1.0) == 0.5
    assert skill(2.0, 1.0) == -1.0
    assert skill(0.0, 0.0) is None


def test_daily_errors_are_of_whole_days() -> None:
    """Days with gaps are left out; a day without use has no percentage."""
    measured = np.array([[1.0, 1.0], [2.0, 2.0], [0.0, 0.0], [NAN, 5.0]])
    said = np.array([[1.5, 1.5], [2.0, 1.0], [0.0, 1.0], [9.0, 9.0]])
    mape, wape = daily_errors(measured, said)
    assert mape == pytest.approx((0.5 + 0.25) / 2)
    assert wape == pytest.approx((1 + 1 + 1) / 6)
