"""Forecasts of what the sun gives today, refreshed with what it gave since sunrise."""

from typing import Final

import numpy as np

from .local_days import Floats
from .past import Past
from .prediction import Prediction
from .scale_free_features import RECENT
from .within_the_day import with_measured

# Hours after which a sky counts a third (1/e), looking back and looking ahead: clouds of
# the morning say something of noon, and little of the evening.
_LOOKING_BACK: Final = 2.0
_LOOKING_AHEAD: Final = 6.0
# So much of a usual hour is taken to have come as forecast: dawn alone proves nothing.
_DOUBT: Final = 0.5
# A roof does not give more than it ever did at that time, but for the season.
_MORE_THAN_EVER: Final = 1.1


def refresh_by_sun(
    past: Past, today: Prediction, measured: Floats, over: int
) -> Prediction:
    """Return the forecast of today's production after `over` of its slots.

    The sky stays as it was of late, and less so the longer it is (smart persistence, as
    in solar forecasting: Antonanzas et al. 2016): the rest is raised or lowered by the
    ratio of what came to what was forecast. Arguments as of `within_the_day.refresh`.
    """
    known = np.flatnonzero(~np.isnan(measured[:over]))
    if not known.size or not past.days:
        return today
    so_far = with_measured(today, measured, over)
    if over == past.slots:
        return so_far
    hours = 24 / past.slots
    weight = np.exp(-(over - 1 - known) * hours / _LOOKING_BACK)
    recent = past.energy[-RECENT:]
    lit = recent[recent > 0]
    doubt = _DOUBT * float(lit.mean()) if lit.size else 0.0
    came = float(weight @ measured[known]) + doubt
    told = float(weight @ today.mean[known]) + doubt
    if told <= 0:
        return so_far
    ahead = np.arange(over, past.slots)
    share = np.exp(-(ahead - over) * hours / _LOOKING_AHEAD)
    factor = 1 + (came / told - 1) * share
    # What was forecast beyond that stays as it is.
    most = np.maximum(recent.max(axis=0) * _MORE_THAN_EVER, today.quantiles[-1])[over:]
    quantiles, mean = so_far.quantiles, so_far.mean
    quantiles[:, over:] = np.minimum(quantiles[:, over:] * factor, most)
    mean[over:] = np.minimum(mean[over:] * factor, most)
    return Prediction(quantiles, mean)
