"""The days on which a home uses least: its own type of a day when nobody is there.

How rare days of little use are in a row is no threshold for an absence. Who is often away
would be told of none, and what is little can only be so little. So each day is held against
the type of day that the home itself has, by the days of a year.
"""

from typing import Final

import numpy as np

from ..forecasting.local_days import Floats
from .anomaly import AnomalyKind
from .hour_series import Flags, HourSeries
from .reference import usual
from .scales import SCALES

LOW: Final = next(
    index for index, scale in enumerate(SCALES) if scale.kind is AnomalyKind.LOW_USE
)
# The share of the days of the past that are of this type, and how many count.
_SHARE: Final = 0.08
_LATELY: Final = 365
_LEAST_DAYS: Final = 28


def littleness(series: HourSeries, away: Flags) -> Floats:
    """How little each local day is, as its scale measures it: (days), NaN unknown.

    Hours `away` say nothing of it.
    """
    scale = SCALES[LOW]
    measure = scale.habit or scale.measure
    rows = series.rows(np.where(away, np.nan, measure(series.energy, scale.width)))
    middle = usual(rows, scale.levels[:1], 0, scale.near, scale.back)[0]
    ends: Floats = (rows - scale.part * middle)[:, -1] / scale.least
    return ends


def least_of_low_days(days: Floats) -> float:
    """Return how little a day of the type is at least, by past days; infinite if unknown."""
    known = days[-_LATELY:]
    known = known[~np.isnan(known)]
    if len(known) < _LEAST_DAYS:
        return np.inf
    return float(np.quantile(known, 1.0 - _SHARE))
