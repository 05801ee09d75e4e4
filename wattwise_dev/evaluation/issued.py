"""Forecasts as a model issued them."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from custom_components.wattwise.analytics.forecasting.local_days import Floats
from custom_components.wattwise.analytics.forecasting.prediction import (
    LEVELS,
    Prediction,
)

# What is published and scored of each forecast, in this order.
PUBLISHED: Final = ("p10", "p50", "p90", "mean")
SCORED_LEVELS: Final = np.array([0.1, 0.5, 0.9])
_AT: Final = np.searchsorted(LEVELS, SCORED_LEVELS - 1e-9)


def published(prediction: Prediction) -> Floats:
    """Return PUBLISHED (4, slots) of a prediction."""
    return np.vstack([prediction.quantiles[_AT], prediction.mean])


@dataclass(frozen=True, slots=True)
class Issued:
    """What a model said of one household.

    `values` (origins, 4, slots) are PUBLISHED of the day that each of `origins` asks for;
    NaN where a model was not asked.
    """

    origins: tuple[int, ...]
    values: Floats

    @classmethod
    def nothing(cls, origins: list[int], slots: int) -> Self:
        """Begin with nothing issued."""
        return cls(
            tuple(origins), np.full((len(origins), len(PUBLISHED), slots), np.nan)
        )
