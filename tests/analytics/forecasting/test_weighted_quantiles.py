"""Quantiles of values that do not all count the same."""

from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.prediction import LEVELS
from custom_components.wattwise.analytics.forecasting.weighted_quantiles import (
    weighted_quantiles,
)


def test_equal_weights_are_the_fifth_type_of_hyndman_and_fan() -> None:
    """What numpy calls hazen comes out."""
    values = np.random.default_rng(1).random((37, 5))
    expected = np.quantile(values, LEVELS, axis=0, method="hazen")
    found = weighted_quantiles(values, np.full(values.shape, 2.5), LEVELS)
    assert found == pytest.approx(expected, abs=1e-12)


def test_a_weight_is_a_number_of_copies() -> None:
    """A value of the weight 3 pulls the median as three values do."""
    values = np.array([[1.0], [2.0], [9.0]])
    heavy = np.array([[1.0], [1.0], [98.0]])
    assert weighted_quantiles(values, heavy, np.array([0.5]))[0, 0] == pytest.approx(
        9.0, abs=0.2
    )
    none = np.array([[1.0], [1.0], [0.0]])
    assert weighted_quantiles(values, none, np.array([0.5]))[0, 0] == 1.5


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(-1e6, 1e6), st.floats(1e-6, 1e3)), min_size=1, max_size=30
    )
)
def test_quantiles_never_fall_and_stay_among_the_values(
    pairs: list[tuple[float, float]],
) -> None:
    """Whatever the weights, levels are in order and nothing is extrapolated."""
    values, weights = (np.array(side)[:, None] for side in zip(*pairs, strict=True))
    found = weighted_quantiles(values, weights, LEVELS)[:, 0]
    assert (np.diff(found) >= 0).all()
    assert values.min() <= found[0]
    assert found[-1] <= values.max()
