"""What is usual at an hour of the day, from the days before."""

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..forecasting.local_days import Floats

# Values there must be before anything is usual: those of a week, for one hour.
_LEAST_VALUES: Final = 14


def usual(
    rows: Floats, levels: tuple[float, ...], first: int, near: int, back: int
) -> Floats:
    """Quantiles (levels, days, 24) of the `back` days before each, from day `first` on.

    `rows` are (days, 24), NaN where unknown. Hours of the day up to `near` hours off
    count like the hour itself. A day's own hours never count: what is said in the
    morning and in the evening of a day is held against the same past. NaN where too
    little is known.
    """
    beside = [np.roll(rows, shift, axis=1) for shift in range(-near, near + 1)]
    stacked = np.stack(beside, axis=2)
    before = np.full((back, *stacked.shape[1:]), np.nan)
    padded = np.concatenate([before, stacked])[first:-1]
    windows = sliding_window_view(padded, back, axis=0)
    values = np.sort(windows.reshape(*windows.shape[:2], -1), axis=2)
    count = (~np.isnan(values)).sum(axis=2)
    enough = count >= _LEAST_VALUES * (1 + 2 * near) // 2
    found = np.full((len(levels), *count.shape), np.nan)
    for index, level in enumerate(levels):
        at = np.maximum(count - 1, 0) * level
        low = at.astype(np.int64)[..., None]
        high = np.minimum(low + 1, np.maximum(count - 1, 0)[..., None])
        left = np.take_along_axis(values, low, axis=2)[..., 0]
        right = np.take_along_axis(values, high, axis=2)[..., 0]
        found[index] = np.where(enough, left + (right - left) * (at % 1), np.nan)
    return found
