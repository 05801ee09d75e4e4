"""What a whole day will add up to, and how sure that is.

Quantiles of hours do not add up to quantiles of days: an evening of visitors is one
surprise, not six. The expected value does: it is the sum of the hours' means, and the
band around it comes from how far such sums were off lately.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from .local_days import Floats
from .prediction import LEVELS, Prediction
from .record import Outcome
from .weighted_quantiles import weighted_quantiles

_FADING: Final = 28.0
# Pretended days, spread like totals of homes nobody knows, that keep the bands of the
# first days from being those of a lucky week.
_PRETENDED: Final = np.array([0.65, 0.8, 0.95, 1.05, 1.2, 1.4])


@dataclass(frozen=True, slots=True)
class Total:
    """Energy [kWh] of a stretch of slots: `mean`, and `quantiles` (LEVELS)."""

    mean: float
    quantiles: Floats


def day_total(
    prediction: Prediction, outcomes: list[Outcome], slots: slice = slice(None)
) -> Total:
    """Forecast the sum of a day's slots, or of some of them.

    `outcomes` are those of earlier forecasts of the same lead; days with gaps in the
    slots are left out. Bands are quantiles of measured by forecast sums.
    """
    mean = float(prediction.mean[slots].sum())
    ratios, weights = list(_PRETENDED), [1.0] * len(_PRETENDED)
    for outcome in outcomes:
        expected = float(outcome.prediction.mean[slots].sum())
        measured = float(outcome.measured[slots].sum())
        if expected != 0 and not np.isnan(measured):
            ratios.append(measured / expected)
            weights.append(4.0 * float(np.exp(-outcome.age / _FADING)))
    spread = weighted_quantiles(
        np.array(ratios)[:, None], np.array(weights)[:, None], LEVELS
    )
    return Total(mean, np.sort(mean * spread[:, 0]))
