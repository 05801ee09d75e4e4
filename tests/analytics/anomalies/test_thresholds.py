"""Thresholds come from the past alone, and keep the alarms few."""

import numpy as np
import pytest

from custom_components.wattwise.analytics.anomalies.thresholds import (
    DAYS_OF_A_MONTH,
    Tail,
    thresholds,
)

DAYS = 4000


@pytest.mark.parametrize("scales", [1, 3, 8])
def test_alarms_of_all_scales_together(scales: int) -> None:
    """However many scales look, those to come raise no more than the 0.8 a month aimed at.

    Nor far fewer: limits that are too high find nothing. The mean is known to 0.035.
    """
    chance = np.random.default_rng(4)
    shares, floors = np.full(scales, 1 / scales), np.zeros(scales)
    counts = []
    for _ in range(150):
        days = chance.exponential(1.0, (scales, 365 + 304))
        limits = thresholds(days[:, :365], shares, floors)
        counts.append(int((days[:, 365:] > limits[:, None]).any(axis=0).sum()))
    assert 0.6 < np.mean(counts) / (304 / DAYS_OF_A_MONTH) < 0.8


def test_the_tail_goes_on_beyond_what_was_seen() -> None:
    """What happens once in ten times the past is more than all that was seen of it."""
    daily = np.random.default_rng(4).exponential(1.0, 365)
    tail = Tail.of(daily)
    assert tail is not None
    rare = tail.exceeded(np.array([10.0, 1.0, 0.1]))
    assert (np.diff(rare) > 0).all()
    assert rare[2] > daily.max() - 1
    # Of days of an exponential distribution the one in 3650 is at log(3650).
    assert rare[2] == pytest.approx(np.log(3650), rel=0.15)


def test_what_is_not_known_has_no_threshold() -> None:
    """A scale without a past never alarms, and does not keep others from it."""
    daily = np.full((2, 60), np.nan)
    daily[0] = np.random.default_rng(4).exponential(1.0, 60)
    limits = thresholds(daily, np.array([0.5, 0.5]), np.zeros(2))
    assert np.isfinite(limits[0])
    assert limits[1] == np.inf
    assert Tail.of(np.full(10, np.nan)) is None


def test_floors_hold() -> None:
    """No threshold is below its floor, however calm the past."""
    daily = np.random.default_rng(4).random((1, 100)) / 100
    assert thresholds(daily, np.ones(1), np.array([5.5])) == [5.5]


def test_one_wild_week_does_not_blind() -> None:
    """A year with one great event has thresholds well below it."""
    daily = np.random.default_rng(4).exponential(1.0, (1, 365))
    daily[0, 100:107] = 50.0
    assert thresholds(daily, np.ones(1), np.zeros(1))[0] < 20


def test_a_threshold_that_is_given_counts_with_the_others() -> None:
    """It stays what it is, and its alarms leave fewer to the rest."""
    daily = np.random.default_rng(4).exponential(1.0, (2, 365))
    alone = thresholds(daily[:1], np.ones(1), np.zeros(1))
    given = np.array([np.nan, 2.5])
    limits = thresholds(daily, np.array([1.0, 0.0]), np.zeros(2), given=given)
    assert limits[1] == 2.5
    assert limits[0] > alone[0]
