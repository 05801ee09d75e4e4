"""Several homes in one sum."""

from dataclasses import replace
from math import sqrt

from hypothesis import given, strategies as st
import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.expectation import Expected
from custom_components.wattwise.analytics.forecasting.sum_of_homes import (
    sum_of_homes,
)
from custom_components.wattwise.analytics.forecasting.sum_of_surprises import (
    sum_of_expected,
    sum_under_one_sky,
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
    assert band == pytest.approx(sqrt(apart[0] ** 2 + apart[1] ** 2), rel=0.15)
    assert max(apart) < band < sum(apart)
    assert sum_of_homes([one]) == one


def test_a_home_that_was_forecast_later() -> None:
    """Only slots that all homes have are told."""
    one = outlook([0.2] * 48)
    later = replace(one, slots=one.slots[1:])
    assert len(sum_of_homes([one, later]).slots) == len(one.slots) - 1


@pytest.mark.parametrize("shape", [0.15, 0.5, 1.2, 20.0])
@pytest.mark.parametrize("count", [2, 5, 20])
def test_bursts_are_near_those_of_a_sample(shape: float, count: int) -> None:
    """The band of a sum holds as often as it says, however long the tails are."""
    rng = np.random.default_rng(2)
    sample = rng.gamma(shape, 0.4 / shape, (count, 50_000))
    homes = [
        Expected(float(home.mean()), {q: float(np.quantile(home, q)) for q in LEVELS})
        for home in sample
    ]
    said, truth = sum_of_expected(homes), sample.sum(axis=0)
    inside = (said.quantiles[0.1] <= truth) & (truth <= said.quantiles[0.9])
    # A little wide: what homes share, these do not.
    assert 0.75 < inside.mean() < 0.9
    assert said.mean == pytest.approx(float(truth.mean()), abs=1e-6)


@pytest.mark.parametrize("count", [2, 5])
def test_roofs_under_one_sky(count: int) -> None:
    """A cloud takes from all of them: their band holds, that of homes would not."""
    rng = np.random.default_rng(0)
    sky = rng.beta(2, 1, 20_000)
    sample = [3 * sky * (1 + 0.1 * rng.normal(size=sky.size)) for _ in range(count)]
    roofs = [
        Expected(float(roof.mean()), {q: float(np.quantile(roof, q)) for q in LEVELS})
        for roof in sample
    ]
    truth = np.sum(sample, axis=0)

    def held(said: Expected) -> float:
        inside = (said.quantiles[0.1] <= truth) & (truth <= said.quantiles[0.9])
        return float(inside.mean())

    assert 0.78 < held(sum_under_one_sky(roofs)) < 0.86
    assert held(sum_of_expected(roofs)) < 0.65
    assert sum_under_one_sky(roofs).mean == pytest.approx(float(truth.mean()))
    one = outlook([0.2] * 48)
    both = sum_of_homes([one, one], under_one_sky=True)
    assert both.tomorrow.quantiles[0.9] == 2 * one.tomorrow.quantiles[0.9]
    assert both.slots[0].energy.quantiles[0.1] == 2 * one.slots[0].energy.quantiles[0.1]


def test_the_band_of_one_that_is_unsure() -> None:
    """Beside homes of which all is known, or in which nobody is, it stays what it was."""
    rare = Expected(0.9, {0.1: 0.2, 0.25: 0.25, 0.5: 0.3, 0.75: 0.6, 0.9: 3.5})
    sure = Expected(0.4, dict.fromkeys(LEVELS, 0.4))
    said = sum_of_expected([rare, sure, sure])
    for level in LEVELS:
        assert said.quantiles[level] == pytest.approx(rare.quantiles[level] + 0.8)
    assert sum_of_expected([sure, sure]).quantiles[0.9] == pytest.approx(0.8)


def test_what_feeds_in() -> None:
    """Energies below zero have a band, too."""
    levels = dict(zip(LEVELS, (-3.0, -1.6, -0.7, -0.3, -0.1), strict=True))
    said = sum_of_expected([Expected(-1.2, levels)] * 4)
    row = [said.quantiles[level] for level in LEVELS]
    assert row == sorted(row)
    assert said.mean == pytest.approx(-4.8)
    assert row[0] < said.mean < row[-1]


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 3)), min_size=1, max_size=5))
def test_quantiles_stay_in_order(homes: list[tuple[float, float]]) -> None:
    """Whatever is added: no band turns over or goes below zero."""
    said = sum_of_expected(
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
