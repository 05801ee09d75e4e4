"""Whether a forecast that knows day types is better than the same one without them."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.forecasting.models.weighted_days import (
    WeightedDays,
)
from custom_components.wattwise.analytics.forecasting.past import Past
from custom_components.wattwise.analytics.forecasting.prediction import (
    LEVELS,
    Prediction,
)

from .grouping_figures import FIRST_DAY
from .typed_days import TypedDays

_SCORED: Final = (0.1, 0.5, 0.9)
# Every third day: weekdays take turns.
_EVERY: Final = 3


@dataclass(frozen=True, slots=True)
class ForecastErrors:
    """Errors with day types, by those without: below 1, they help."""

    mae: float
    pinball: float
    day: float


def measure_forecast(past: Past) -> ForecastErrors:
    """Forecast days of a home with both."""
    models = WeightedDays(), TypedDays()
    errors: list[list[tuple[float, ...]]] = [[], []]
    for day in range(FIRST_DAY, past.days, _EVERY):
        measured = past.measured[day]
        if np.isnan(measured).any():
            continue
        known = past.until(day)
        for model, kept in zip(models, errors, strict=True):
            kept.append(_errors(model.predict(known, 0), measured))
    plain, typed = (np.mean(kept, axis=0) for kept in errors)
    return ForecastErrors(*(typed / plain).tolist())


def _errors(said: Prediction, measured: np.ndarray) -> tuple[float, float, float]:
    levels = list(LEVELS)
    off = {level: measured - said.quantiles[levels.index(level)] for level in _SCORED}
    losses = [np.maximum(q * off[q], (q - 1) * off[q]).mean() for q in _SCORED]
    total = abs(float(said.mean.sum() - measured.sum()))
    return float(np.abs(off[0.5]).mean()), float(np.mean(losses)), total
