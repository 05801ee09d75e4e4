"""From probabilities to quantiles."""

from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays
import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.prediction import LEVELS
from custom_components.wattwise.analytics.forecasting.pretrained.probabilities import (
    THRESHOLDS,
    quantiles_from,
    thresholds,
)


def test_thresholds_hold_the_quantiles() -> None:
    """They rise, and what the local models said is among them."""
    local = np.array([[1.0], [2.0], [4.0], [5.0], [8.0], [4.5]])
    asked = thresholds(local)
    assert asked.shape == (1, THRESHOLDS)
    assert (np.diff(asked[0]) > 0).all()
    assert set(local[:5, 0]) <= set(asked[0].tolist())


def test_probabilities_of_the_quantiles_give_them_back() -> None:
    """Where the levels are the probabilities, the thresholds are the quantiles."""
    asked = np.linspace(0, 10, THRESHOLDS)[None]
    quantiles = quantiles_from(asked / 10, asked)
    assert quantiles[:, 0] == pytest.approx(LEVELS * 10)


@settings(max_examples=50)
@given(
    arrays(np.float64, (4, THRESHOLDS), elements=st.floats(-0.5, 1.5)),
    arrays(np.float64, (6, 4), elements=st.floats(-5, 50)),
)
def test_quantiles_never_fall(probabilities: np.ndarray, local: np.ndarray) -> None:
    """Whatever a network says, quantiles rise and stay within the thresholds."""
    asked = thresholds(local)
    quantiles = quantiles_from(probabilities, asked)
    assert (np.diff(quantiles, axis=0) >= -1e-9).all()
    assert (quantiles >= asked.min(axis=1) - 1e-9).all()
    assert (quantiles <= asked.max(axis=1) + 1e-9).all()
