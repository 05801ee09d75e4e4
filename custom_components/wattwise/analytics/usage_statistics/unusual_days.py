"""Days that would move what is usual, and are not."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Integers = NDArray[np.int64]
type Flags = NDArray[np.bool_]

# A day is unlike the others so many deviations above their median.
_DEVIATIONS: Final = 6.0
# The deviation of a normal distribution by its median absolute deviation.
_BY_MEDIAN: Final = 1.4826
# And by half as much again, where the others are nearly all the same.
_LEAST_RATIO: Final = 1.5
# From more such days on, they are a habit: two in twelve weeks are none.
_SHARE: Final = 0.025
_LEAST_DAYS: Final = 5


def unusual_days(day: Integers, watts: Floats, off_below: float) -> Flags:
    """Return which samples are of days unlike all others (n), as by a value that stuck.

    `day` (n) says of which day each of `watts` (n) is. A day is judged by its mean and by
    its highest sample, against the median and the median absolute deviation of the
    days with use (Hampel, JASA 69, 1974). If that holds for more than 2.5 % of the days,
    and for more than one, they are what the home does now and then: none is left out.
    """
    days, where = np.unique(day, return_inverse=True)
    highest = np.full(days.size, -np.inf)
    np.maximum.at(highest, where, watts)
    counts = np.bincount(where, minlength=days.size)
    means = np.bincount(where, np.maximum(watts, 0.0), minlength=days.size) / counts
    used = highest > off_below
    if np.count_nonzero(used) < _LEAST_DAYS:
        return np.zeros(day.size, dtype=np.bool_)
    odd = np.zeros(days.size, dtype=np.bool_)
    odd[used] = _beyond(np.log(means[used])) | _beyond(np.log(highest[used]))
    if np.count_nonzero(odd) > max(1.0, _SHARE * days.size):
        return np.zeros(day.size, dtype=np.bool_)
    flags: Flags = odd[where]
    return flags


def _beyond(logs: Floats) -> Flags:
    """Return which logarithms are far above the others."""
    median = float(np.median(logs))
    deviation = _BY_MEDIAN * float(np.median(np.abs(logs - median)))
    above: Flags = logs > median + max(_DEVIATIONS * deviation, np.log(_LEAST_RATIO))
    return above
