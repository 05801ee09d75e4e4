"""A forecast that knows day types: weighted days, each type counting as it is expected."""

from typing import Final, override

import numpy as np

from custom_components.wattwise.analytics.day_types.expected_type import chances_today
from custom_components.wattwise.analytics.day_types.learned_types import (
    LearnedTypes,
    learn,
)
from custom_components.wattwise.analytics.forecasting.model import Model
from custom_components.wattwise.analytics.forecasting.models.weighted_days import (
    day_weights,
)
from custom_components.wattwise.analytics.forecasting.past import Past
from custom_components.wattwise.analytics.forecasting.prediction import (
    LEVELS,
    Prediction,
)
from custom_components.wattwise.analytics.forecasting.weighted_quantiles import (
    weighted_quantiles,
)

from .days_of_a_home import days_known

_WINDOW: Final = 112
_NEIGHBOUR: Final = 0.5
# Days after which the types are learned anew: they hardly change in a month.
_LEARNED_EVERY: Final = 28


class TypedDays(Model):
    """Weighted quantiles like `weighted_days`, of day types as they are expected.

    Past days of a type together count what that type is probable for the day.
    """

    name = "typed_days"
    minimum_days = 2

    def __init__(self) -> None:
        """Know no types yet."""
        self._types: LearnedTypes | None = None
        self._learned = -_LEARNED_EVERY

    @override
    def predict(self, past: Past, lead: int) -> Prediction:
        self.require(past)
        days = np.arange(max(1 + lead, past.days - _WINDOW), past.days)
        weights = self._by_type(past, days, day_weights(past, days, lead))
        flat = past.energy.ravel()
        places = days[:, None] * past.slots + np.arange(past.slots)
        values, counts = [past.energy[days]], [weights]
        for shift in (-1, 1):
            values.append(flat[np.clip(places + shift, 0, flat.size - 1)])
            counts.append(_NEIGHBOUR * weights)
        every, count = np.concatenate(values), np.concatenate(counts)
        spread = np.repeat(count[:, None], past.slots, axis=1)
        return Prediction.in_order(
            weighted_quantiles(every, spread, LEVELS),
            count @ every / count.sum(),
            positive=past.never_negative,
        )

    def _by_type(self, past: Past, days: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Weigh days such that those of each type together count what it is probable."""
        known = days_known(past, past.days)
        today = past.first_day + past.days
        if today - self._learned >= _LEARNED_EVERY or today < self._learned:
            self._types, self._learned = learn(known, self._types), today
        if self._types is None or len(self._types.names) < 2:
            return weights
        every = self._types.labels(known.whole)
        chances = chances_today(self._types, known, every)
        labels = every[days - (past.days - len(every))]
        weighed = weights.copy()
        for kind, chance in enumerate(chances):
            here = labels == kind
            if here.any():
                weighed[here] *= chance / weights[here].sum()
        weighed[labels < 0] = 0.0
        return weighed if weighed.sum() > 0 else weights
