"""A distribution said by the probabilities to stay below some thresholds.

Squared errors are all that some libraries minimise; those of yes or no are least at the
probability (Brier 1950), and from probabilities come quantiles.
"""

from typing import Final

import numpy as np

from ..local_days import Floats
from ..prediction import LEVELS

# Between the local models' quantiles, and beyond them by shares of their distance from
# the median.
_BETWEEN: Final = np.array([0.1, 0.175, 0.25, 0.375, 0.5, 0.625, 0.75, 0.825, 0.9])
_BELOW: Final = (1.0, 0.5)
_ABOVE: Final = (0.5, 1.2)
THRESHOLDS: Final = len(_BELOW) + len(_BETWEEN) + len(_ABOVE)


def thresholds(local: Floats) -> Floats:
    """Return what is asked about, never falling: `local` (outputs, n) -> (n, THRESHOLDS)."""
    quantiles = np.sort(local[: len(LEVELS)], axis=0)
    at = np.searchsorted(LEVELS, _BETWEEN, side="right").clip(1, len(LEVELS) - 1)
    part = (_BETWEEN - LEVELS[at - 1]) / (LEVELS[at] - LEVELS[at - 1])
    between = quantiles[at - 1].T * (1 - part) + quantiles[at].T * part
    low, median, high = quantiles[0], quantiles[len(LEVELS) // 2], quantiles[-1]
    below = [low - share * (median - low) for share in _BELOW]
    above = [high + share * (high - median) for share in _ABOVE]
    return np.column_stack([*below, between, *above])


def quantiles_from(probabilities: Floats, asked: Floats) -> Floats:
    """Return the LEVELS' quantiles (LEVELS, n) of P(value <= asked), both (n, asked)."""
    rising = np.maximum.accumulate(probabilities, axis=1)
    row = np.arange(len(rising))
    rows = []
    for level in LEVELS:
        after = (rising < level).sum(axis=1).clip(1, rising.shape[1] - 1)
        low, high = rising[row, after - 1], rising[row, after]
        part = np.clip((level - low) / np.maximum(high - low, 1e-9), 0.0, 1.0)
        rows.append(asked[row, after - 1] * (1 - part) + asked[row, after] * part)
    return np.array(rows)
