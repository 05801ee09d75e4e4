"""What a day adds up to."""

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.day_totals import day_total
from custom_components.wattwise.analytics.forecasting.record import Outcome

from .test_conformal import band


def test_a_total_is_the_sum_of_means() -> None:
    """Without any record the band is that of homes nobody knows."""
    total = day_total(band(0.5, 0.1), [])
    assert total.mean == pytest.approx(12.0)
    assert total.quantiles[0] < 0.8 * 12 < 12 < total.quantiles[-1]


def test_the_band_is_that_of_totals() -> None:
    """Days that vary by a tenth have a band of about that width."""
    rng = np.random.default_rng(1)
    said = band(0.5, 0.4)
    days = [
        Outcome(56 - i, said, np.full(24, 0.5) * rng.normal(1, 0.1)) for i in range(56)
    ]
    total = day_total(said, days)
    assert 0.8 * 12 < total.quantiles[0] < 0.93 * 12
    assert 1.07 * 12 < total.quantiles[-1] < 1.2 * 12


def test_days_with_gaps_are_left_out() -> None:
    """A meter that was silent did not use less."""
    said = band(0.5, 0.1)
    silent = np.full(24, 0.5)
    silent[3:] = np.nan
    days = [Outcome(9 - i, said, silent) for i in range(9)]
    assert np.array_equal(
        day_total(said, days).quantiles, day_total(said, []).quantiles
    )


def test_a_part_of_the_day() -> None:
    """The rest of a day is what is left of it."""
    assert day_total(band(0.5, 0.1), [], slice(18, 24)).mean == pytest.approx(3.0)
