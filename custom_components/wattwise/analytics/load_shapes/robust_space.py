"""The space in which some homes are compared, made of those homes."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from ..forecasting.local_days import Floats
from .load_shape import LoadShape
from .shape_space import Point, ShapeSpace, features_of

# The interquartile range of a normal distribution, in standard deviations.
_NORMAL_RANGE: Final = 1.349
# Where homes are all alike in a feature, its chance differences are not blown up: a
# hundredth of the energy or of the peak, a quarter of what is usual among other homes.
_LEAST_SPREAD: Final = 0.01
_LEAST_OF_USUAL: Final = 0.25


def robust_space(
    shapes: Iterable[LoadShape], usual: ShapeSpace | None = None
) -> ShapeSpace:
    """Return the medians and the spreads of some shapes' features.

    By quartiles: a few odd homes do not decide how different all others are. `usual` is
    the space of other homes.
    """
    low, middle, high = np.quantile(
        [features_of(shape) for shape in shapes], (0.25, 0.5, 0.75), axis=0
    )
    least = _LEAST_OF_USUAL * np.array(usual.spread) if usual else _LEAST_SPREAD
    spread = np.maximum((high - low) / _NORMAL_RANGE, least)
    return ShapeSpace(as_point(middle), as_point(spread))


def as_point(values: Floats) -> Point:
    """Return a row of an array as a point."""
    return tuple(float(value) for value in values)
