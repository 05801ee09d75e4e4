"""What happened at this hour, counted by how much the days are alike."""

from typing import Final, override

import numpy as np

from ..local_days import Floats
from ..model import Model
from ..past import Past
from ..prediction import LEVELS, Prediction
from ..weighted_quantiles import weighted_quantiles

# Days looked back at; more do not help.
_WINDOW: Final = 112
# Days after which a day counts a third (1/e).
_RECENCY: Final = 35.0
# How far the level before a day may be off [natural log] to count 60 %.
_LEVEL_WIDTH: Final = 0.35
# What a day counts that is free like the target, but another one; and one that is not.
_FREE_TOO: Final = 0.7
_OTHER_CLASS: Final = 0.35
# What the slot before and the slot after count.
_NEIGHBOUR: Final = 0.5


class WeightedDays(Model):
    """Weighted quantiles of what was measured at the same time of day.

    A day counts more the nearer it is, if it is a day of the same class, and if the day
    before it had the level that yesterday had: a home that was empty yesterday tells of
    homes that were empty.
    """

    name = "weighted_days"
    minimum_days = 2

    @override
    def predict(self, past: Past, lead: int) -> Prediction:
        self.require(past)
        first = max(1 + lead, past.days - _WINDOW)
        days = np.arange(min(first, past.days - 1), past.days)
        weights = day_weights(past, days, lead)
        values, counts = [past.energy[days]], [weights]
        flat = past.energy.ravel()
        places = days[:, None] * past.slots + np.arange(past.slots)
        for shift in (-1, 1):
            near = np.clip(places + shift, 0, flat.size - 1)
            values.append(flat[near])
            counts.append(_NEIGHBOUR * weights)
        every, count = np.concatenate(values), np.concatenate(counts)
        spread = np.repeat(count[:, None], past.slots, axis=1)
        return Prediction.in_order(
            weighted_quantiles(every, spread, LEVELS),
            count @ every / count.sum(),
            positive=past.never_negative,
        )


def day_weights(past: Past, days: np.ndarray, lead: int) -> Floats:
    """Weigh `days` for the day `lead` days after the past."""
    target = past.days + lead
    weights = np.exp((days - target) / _RECENCY)
    classes = past.calendar.day_class
    same = classes[days] == classes[target]
    both_free = (classes[days] > 0) & (classes[target] > 0)
    weights = weights * np.where(
        same, 1.0, np.where(both_free, _FREE_TOO, _OTHER_CLASS)
    )
    level = day_levels(past)
    before = np.maximum(days - 1 - lead, 0)
    off = (level[before] - level[-1]) / _LEVEL_WIDTH
    # Nothing counts nothing: a level never seen must not leave the sum at zero.
    return np.asarray(weights * (np.exp(-(off**2) / 2) + 1e-6), dtype=np.float64)


def day_levels(past: Past) -> Floats:
    """Measure how much each day used, such that equal ratios are equal distances.

    Around zero, and for a home that feeds in more than it takes, differences of a
    twentieth of the usual day count instead of ratios.
    """
    usual = np.abs(past.totals[-28:]).mean() or 1.0
    return np.asarray(np.arcsinh(past.totals / usual * 10.0), dtype=np.float64)
