"""What a model says of one day."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from .local_days import Floats

# The quantiles that every model gives.
LEVELS: Final = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
MEDIAN: Final = 2


@dataclass(frozen=True, slots=True)
class Prediction:
    """Energy [kWh] of the slots of one local day.

    `quantiles` (LEVELS, slots) never fall from one level to the next; `mean` (slots) is
    the expected value. Medians of hours are smaller than means, because use comes in
    bursts: days and months are sums of means, never of medians.
    """

    quantiles: Floats
    mean: Floats

    @property
    def median(self) -> Floats:
        """What is exceeded as often as not."""
        return np.asarray(self.quantiles[MEDIAN], dtype=np.float64)

    @classmethod
    def in_order(cls, quantiles: Floats, mean: Floats, *, positive: bool) -> Self:
        """Sort quantiles that cross, and lift what cannot be below zero."""
        quantiles = np.sort(quantiles, axis=0)
        if positive:
            quantiles, mean = np.maximum(quantiles, 0.0), np.maximum(mean, 0.0)
        return cls(quantiles, mean)
