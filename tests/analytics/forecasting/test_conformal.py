"""Bands hold as often as they say."""

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.conformal import calibrate
from custom_components.wattwise.analytics.forecasting.prediction import (
    LEVELS,
    MEDIAN,
    Prediction,
)
from custom_components.wattwise.analytics.forecasting.record import Outcome


def outcomes(
    rng: np.random.Generator, said: Prediction, spread: float, days: int
) -> list[Outcome]:
    """Return days that vary around the median by `spread`."""
    return [
        Outcome(days - i, said, said.median + rng.normal(0, spread, 24))
        for i in range(days)
    ]


def band(center: float, half_width: float) -> Prediction:
    """Return a prediction with a symmetric band."""
    steps = np.array([-1.0, -0.5, 0.0, 0.5, 1.0]) * half_width
    return Prediction(
        np.repeat((center + steps)[:, None], 24, axis=1), np.full(24, center)
    )


@pytest.mark.parametrize("half_width", [0.1, 3.0], ids=["too narrow", "too wide"])
def test_a_wrong_band_is_mended(half_width: float) -> None:
    """Whatever the model thinks of itself, four of five hours fall into the band."""
    rng = np.random.default_rng(3)
    said = band(10.0, half_width)
    mended = calibrate(said, outcomes(rng, said, 1.0, 56))
    tested = said.median + rng.normal(0, 1.0, (400, 24))
    inside = (tested >= mended.quantiles[0]) & (tested <= mended.quantiles[-1])
    assert 0.77 < inside.mean() < 0.83


def test_hours_have_bands_of_their_own() -> None:
    """A band that is right over the day may be wrong at night; that is mended too."""
    rng = np.random.default_rng(4)
    said = band(10.0, 1.0)
    spread = np.where(np.arange(24) < 12, 0.2, 2.0)
    days = [
        Outcome(56 - i, said, 10.0 + rng.normal(0, 1.0, 24) * spread) for i in range(56)
    ]
    mended = calibrate(said, days)
    width = mended.quantiles[-1] - mended.quantiles[0]
    assert width[18] > 2.5 * width[6]


def test_a_home_that_changed_is_followed() -> None:
    """The last weeks count more than those before them."""
    rng = np.random.default_rng(5)
    said = band(10.0, 1.0)
    calm = outcomes(rng, said, 0.3, 28)
    wild = [Outcome(28 - i, said, 10.0 + rng.normal(0, 3.0, 24)) for i in range(28)]
    older = [Outcome(o.age + 28, o.prediction, o.measured) for o in calm]
    newest_wild = calibrate(said, older + wild)
    older = [Outcome(o.age + 28, o.prediction, o.measured) for o in wild]
    newest_calm = calibrate(said, older + calm)
    assert newest_wild.quantiles[-1].mean() > newest_calm.quantiles[-1].mean() + 0.5


def test_the_median_is_left_alone() -> None:
    """It is the best single guess already."""
    rng = np.random.default_rng(6)
    said = band(10.0, 1.0)
    mended = calibrate(said, outcomes(rng, said, 2.0, 30))
    assert np.array_equal(mended.quantiles[MEDIAN], said.quantiles[MEDIAN])
    assert np.array_equal(mended.mean, said.mean)


def test_consumption_stays_above_zero_and_in_order() -> None:
    """However far bands are moved, nobody uses less than nothing."""
    rng = np.random.default_rng(7)
    said = Prediction(np.repeat(LEVELS[:, None], 24, axis=1), np.full(24, 0.5))
    days = [Outcome(20 - i, said, rng.gamma(0.2, 2.0, 24)) for i in range(20)]
    mended = calibrate(said, days)
    assert (mended.quantiles >= 0).all()
    assert (np.diff(mended.quantiles, axis=0) >= 0).all()


def test_gaps_are_no_outcomes() -> None:
    """Hours without readings move nothing."""
    said = band(10.0, 1.0)
    silent = [Outcome(20 - i, said, np.full(24, np.nan)) for i in range(20)]
    assert np.array_equal(calibrate(said, silent).quantiles, said.quantiles)


def test_a_few_days_move_nothing() -> None:
    """Six days know nothing of tails."""
    rng = np.random.default_rng(8)
    said = band(10.0, 0.1)
    assert calibrate(said, outcomes(rng, said, 5.0, 6)) is said


def test_a_home_that_uses_nothing() -> None:
    """Bands of nothing are nothing, not an error."""
    said = band(0.0, 0.0)
    days = [Outcome(20 - i, said, np.zeros(24)) for i in range(20)]
    assert np.allclose(calibrate(said, days).quantiles, 0.0)


def test_a_band_that_was_next_to_none_makes_no_huge_one() -> None:
    """Sure of itself and wrong some days ago, a model is not off by a hundred bands."""
    rng = np.random.default_rng(8)
    days = outcomes(rng, band(10.0, 0.001), 1.0, 10)
    said = calibrate(band(10.0, 1.0), days)
    width = said.quantiles[-1] - said.quantiles[0]
    # Four of five are within 1.28 of their spread.
    assert width.max() < 2 * 2 * 1.28
    assert width.min() > 2.0
