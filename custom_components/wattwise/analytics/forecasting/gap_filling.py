"""Stand-ins for what was not measured, so that models can look at whole days."""

from typing import Final

import numpy as np

from .local_days import Floats

# Days before a gap whose same slot stands in for it, the most alike first.
_LIKE: Final = (7, 1, 14, 2, 3, 4, 5, 6, 21, 28)


def fill_gaps(measured: Floats) -> Floats:
    """Rows of days with their gaps filled from earlier days only.

    `measured` (days, slots) has NaN in gaps. What no earlier day tells is the mean of
    the slots known so far, and zero before the first of them. A forecast scored against
    these values would flatter itself: they are for looking at only.
    """
    filled = measured.copy()
    for day in np.flatnonzero(np.isnan(measured).any(axis=1)):
        row = filled[day]
        for back in _LIKE:
            if back > day:
                continue
            gap = np.isnan(row)
            row[gap] = filled[day - back][gap]
        gap = np.isnan(row)
        if gap.any():
            known = filled[max(0, day - 28) : day + 1]
            known = known[~np.isnan(known)]
            row[gap] = known.mean() if known.size else 0.0
    return filled
