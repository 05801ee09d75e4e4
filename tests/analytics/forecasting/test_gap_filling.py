"""Gaps get stand-ins from before them."""

import numpy as np

from custom_components.wattwise.analytics.forecasting.gap_filling import fill_gaps


def test_a_week_ago_stands_in_then_yesterday() -> None:
    """The same weekday is the most alike; in the first week it is the day before."""
    measured = np.arange(10.0)[:, None] * np.ones((10, 24)) + np.arange(24)
    holed = measured.copy()
    holed[9, 5] = holed[3] = np.nan
    filled = fill_gaps(holed)
    assert filled[9, 5] == measured[2, 5]
    assert (filled[3] == measured[2]).all()
    assert np.isnan(holed[9, 5]), "the measured rows stay as they are"
    known = ~np.isnan(holed)
    assert (filled[known] == holed[known]).all()


def test_weeks_without_a_reading_repeat_the_week_before() -> None:
    """A long gap is filled to its end."""
    measured = np.arange(7.0)[:, None] * np.ones((7, 24))
    holed = np.concatenate([measured, np.full((30, 24), np.nan)])
    filled = fill_gaps(holed)
    assert (filled[:, 0] == np.arange(37) % 7).all()


def test_before_the_first_reading_nothing_is_known() -> None:
    """Holes of a first day are its mean; days before any reading are zero."""
    first = np.full((1, 24), np.nan)
    first[0, :2] = 1.0, 3.0
    assert (fill_gaps(first)[0, 2:] == 2.0).all()
    assert (fill_gaps(np.full((2, 24), np.nan)) == 0).all()


def test_what_comes_later_changes_nothing() -> None:
    """Rows before a day are filled without it."""
    rng = np.random.default_rng(3)
    measured = rng.random((40, 24))
    measured[rng.random(measured.shape) < 0.4] = np.nan
    later = measured.copy()
    later[25:] = rng.random((15, 24)) * 100
    assert (fill_gaps(measured)[:25] == fill_gaps(later)[:25]).all()
