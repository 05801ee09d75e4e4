"""Several homes in one sum."""

from dataclasses import replace
from math import sqrt

from hypothesis import given, strategies as st
import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.expectation import Expected
from custom_components.wattwise.analytics.forecasting.sum_of_homes import (
    sum_of_homes,
    sum_of_independent,
)

from .made_up_outlooks import expected, outlook

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)


def test_homes_add_up() -> None:
    """Means add in every slot and sum; each slot is told once."""
    one, two = outlook([0.2] * 48), outlook([0.3] * 48, measured=3.0)
    both = sum_of_homes([one, two])
    assert [slot.start for slot in both.slots] == [slot.start for slot in one.slots]
    assert len(both.two_days) == 48
    assert all(slot.energy.mean == pytest.approx(0.5) for slot in both.slots)
    for name in ("today", "rest_of_today", "tomorrow"):
        parts = getattr(one, name).mean + getattr(two, name).mean
        assert getattr(both, name).mean == pytest.approx(parts)
    assert (both.weights, both.days_known) == ({"made_up": 1.0}, 100)
    # Of two that are alike, half of the surprise of one cancels that of the other.
    band = both.tomorrow.quantiles[0.9] - both.tomorrow.mean
    apart = [said.tomorrow.quantiles[0.9] - said.tomorrow.mean for said in (one, two)]
    assert band == pytest.approx(sqrt(apart[0] ** 2 + apart[1] ** 2))
    assert sum_of_homes([one]) == one


def test_a_home_that_was_forecast_later() -> None:
    """Only slots that all homes have are told."""
    one = outlook([0.2] * 48)
    later = replace(one, slots=one.slots[1:])
    assert len(sum_of_homes([one, later]).slots) == len(one.slots) - 1


def test_bursts_are_near_those_of_a_sample() -> None:
    """Ten homes of bursts have the band that ten of them have."""
    rng = np.random.default_rng(2)
    sample = rng.gamma(1.2, 0.4, (10, 100_000))
    homes = [
        Expected(float(home.mean()), {q: float(np.quantile(home, q)) for q in LEVELS})
        for home in sample
    ]
    said = sum_of_independent(homes)
    truth = np.quantile(sample.sum(axis=0), LEVELS)
    assert [said.quantiles[q] for q in LEVELS] == pytest.approx(list(truth), rel=0.12)


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 3)), min_size=1, max_size=5))
def test_quantiles_stay_in_order(homes: list[tuple[float, float]]) -> None:
    """Whatever is added: no band turns over or goes below zero."""
    said = sum_of_independent(
        [
            Expected(
                one.mean, {q: max(value, 0.0) for q, value in one.quantiles.items()}
            )
            for one in (expected(mean, width) for mean, width in homes)
        ]
    )
    row = [said.quantiles[level] for level in LEVELS]
    assert row == sorted(row)
    assert row[0] >= 0


def test_what_cannot_be_added() -> None:
    """Hours and half hours have no slot in common."""
    one = outlook([0.2] * 48)
    for wrong in ([], [one, replace(one, step=1800)]):
        with pytest.raises(ValueError, match="cannot be added"):
            sum_of_homes(wrong)
