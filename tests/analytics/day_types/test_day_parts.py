"""Days by their parts."""

import numpy as np
import pytest

from custom_components.wattwise.analytics.day_types.day_parts import (
    PART_ENDS,
    PART_STARTS,
    are_known,
    mean_powers,
    off_scale,
    on_scale,
    usual_power,
)


def test_each_hour_belongs_to_one_part() -> None:
    """The parts make up the day."""
    assert (0, *PART_ENDS[:-1]) == PART_STARTS
    assert PART_ENDS[-1] == 24


def test_a_part_is_its_mean_power() -> None:
    """A part is the mean of its hours that are known; less than half of them is nothing."""
    day = np.arange(24.0)
    powers = mean_powers(day[None])
    assert powers.tolist() == [[2.5, 8.0, 13.5, 20.0]]
    gaps = np.stack([day, day])
    gaps[0, 0:3] = np.nan
    gaps[1, 0:4] = np.nan
    found = mean_powers(gaps)
    assert found[0, 0] == 4.0
    assert are_known(found).tolist() == [True, False]


def test_a_day_that_unfolds_has_the_parts_that_began() -> None:
    """Until seven there are a night and one hour of the morning, in every row alike."""
    rows = np.stack([np.arange(24.0), np.ones(24)])
    assert mean_powers(rows, 7).tolist() == [[2.5, 6.0], [1.0, 1.0]]
    assert mean_powers(rows, 24).shape == (2, 4)


def test_equal_ratios_are_equal_distances() -> None:
    """Far from nothing, doubling moves a day as far at night as in the evening; and back."""
    scale = on_scale(np.array([2.0, 4.0, 8.0]), 0.5)
    assert scale[1] - scale[0] == pytest.approx(scale[2] - scale[1], rel=0.02)
    assert off_scale(scale, 0.5) == pytest.approx([2.0, 4.0, 8.0])


def test_nothing_is_a_place_on_the_scale() -> None:
    """A home that uses nothing, or feeds in more than it takes, breaks nothing."""
    idle = np.zeros((3, 24))
    usual = usual_power(idle)
    assert usual > 0
    assert np.isfinite(on_scale(mean_powers(idle - 1.0), usual)).all()
