"""The Lasso on a week of lags."""

from typing import Final, override
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.linear_model import LassoCV  # type: ignore[import-untyped]
from sklearn.pipeline import make_pipeline  # type: ignore[import-untyped]
from sklearn.preprocessing import StandardScaler  # type: ignore[import-untyped]

from .job import Floats, Integers
from .single_home import PointModel

_DAYS: Final = 7
_WINDOW: Final = 365


class Lasso(PointModel):
    """For each slot of the day a Lasso on all slots of the last seven days.

    With the weekdays besides, and the penalty chosen by cross-validation over three
    stretches of time: the autoregression of Lago, Marcjasz, De Schutter and Weron
    (2021), one regression for each slot, with squared errors.
    """

    minimum_days = 21
    refit_days = 28

    @override
    def fit(self, day: int) -> None:
        earliest = max(self.first + _DAYS, day - _WINDOW)
        days = np.arange(earliest, day - self.lead)
        inputs, outputs = self._inputs(days), self.home.measured[days + self.lead]
        self._models = []
        for slot in range(self.home.slots):
            known = ~np.isnan(outputs[:, slot])
            if known.sum() < 10:
                known, output = slice(None), self.home.energy[days + self.lead, slot]
            else:
                output = outputs[known, slot]
            model = make_pipeline(
                StandardScaler(), LassoCV(alphas=15, cv=3, max_iter=2000, tol=1e-3)
            )
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                self._models.append(model.fit(inputs[known], output))

    @override
    def value(self, day: int) -> Floats:
        inputs = self._inputs(np.array([day]))
        return np.array([model.predict(inputs)[0] for model in self._models])

    def _inputs(self, days: Integers) -> Floats:
        lags = [self.home.energy[days - back] for back in range(1, _DAYS + 1)]
        weekdays = np.eye(7)[self.home.weekday[days + self.lead]]
        return np.concatenate([*lags, weekdays], axis=1)
