"""What a home's last weeks look like says nothing of its size, and nothing of tomorrow."""

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.past import Past
from custom_components.wattwise.analytics.forecasting.scale_free_features import (
    MINIMUM_DAYS,
    scale_free_features,
)

from .made_up_homes import home


@pytest.mark.parametrize("lead", [0, 1, 2])
def test_ten_times_the_energy_has_the_same_features(lead: int) -> None:
    """Only the scale tells how large a home is."""
    past = home(40)
    large = Past(past.measured * 10, past.calendar)
    small, big = scale_free_features(past, lead), scale_free_features(large, lead)
    assert big.scale == pytest.approx(small.scale * 10)
    assert big.rows == pytest.approx(small.rows)
    assert small.names == big.names
    assert len(set(small.names)) == small.rows.shape[1]


@pytest.mark.parametrize("slots", [24, 48, 96])
@pytest.mark.parametrize("days", [MINIMUM_DAYS, 7, 13, 60])
def test_every_slot_has_a_row_of_numbers(slots: int, days: int) -> None:
    """From the fourth day on nothing is missing."""
    features = scale_free_features(home(days, slots=slots), 2)
    assert len(features.rows) == slots
    assert np.isfinite(features.rows).all()


@pytest.mark.parametrize("energy", [0.0, 0.4, -0.4])
def test_homes_that_never_change(energy: float) -> None:
    """Nothing is divided by zero in a home that uses nothing, or always the same."""
    past = Past(np.full((30, 24), energy), home(30).calendar)
    features = scale_free_features(past, 0)
    assert np.isfinite(features.rows).all()
    assert features.scale == pytest.approx(abs(energy))
