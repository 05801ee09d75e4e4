"""The days that began as this one does."""

from typing import Final, override

import numpy as np

from ..local_days import Floats
from ..model import Model
from ..past import Past
from ..prediction import LEVELS, Prediction
from ..weighted_quantiles import weighted_quantiles

_NEIGHBOURS: Final = 12
_WINDOW: Final = 365
# The day before yesterday counts half in each distance.
_SECOND_DAY: Final = 0.5
# How much farther a day of the other class seems, and one of a year ago.
_OTHER_CLASS: Final = 1.35
_RECENCY: Final = 365.0
# A degree of difference in the day's mean temperature, as a share of the distance.
_PER_DEGREE: Final = 0.03


class AnalogDays(Model):
    """Nearest neighbours: the days that followed two days like the last two.

    Days are compared by the square roots of their slots in units of the usual slot, so
    that one oven does not decide. The twelve nearest make weighted quantiles.
    """

    name = "analog_days"
    minimum_days = 4

    @override
    def predict(self, past: Past, lead: int) -> Prediction:
        self.require(past)
        first = max(2 + lead, past.days - _WINDOW)
        days = np.arange(min(first, past.days - 1), past.days)
        nearest = days[np.argsort(self._distances(past, days, lead))[:_NEIGHBOURS]]
        weights = np.linspace(1.2, 0.8, len(nearest))
        rows = past.energy[nearest]
        spread = np.repeat(weights[:, None], past.slots, axis=1)
        return Prediction.in_order(
            weighted_quantiles(rows, spread, LEVELS),
            weights @ rows / weights.sum(),
            positive=past.never_negative,
        )

    @staticmethod
    def _distances(past: Past, days: np.ndarray, lead: int) -> Floats:
        """Measure how far what came before each of `days` is from what came before the target."""
        usual = np.abs(past.energy[-28:]).mean() or 1.0
        shape = np.sign(past.energy) * np.sqrt(np.abs(past.energy) / usual)
        before = np.maximum(days - 1 - lead, 1)
        distance = ((shape[before] - shape[-1]) ** 2).mean(axis=1)
        second = (shape[before - 1] - shape[-2]) ** 2
        distance = distance + _SECOND_DAY**2 * second.mean(axis=1)
        target = past.days + lead
        free = past.calendar.day_class > 0
        distance = distance * np.where(free[days] == free[target], 1.0, _OTHER_CLASS)
        distance = distance * (1 + (target - days) / _RECENCY)
        if past.usable_weather is not None:
            warmth = past.usable_weather.warmth
            off = np.abs(warmth[days] - warmth[target])
            known = ~np.isnan(off)
            # Days whose weather nobody noted are neither nearer nor farther for it.
            off[~known] = off[known].mean() if known.any() else 0.0
            distance = distance * (1 + _PER_DEGREE * off)
        return np.asarray(distance, dtype=np.float64)
