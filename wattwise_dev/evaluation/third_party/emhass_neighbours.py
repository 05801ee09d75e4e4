"""What EMHASS publishes for households, re-implemented from its description.

Its machine-learning forecaster by default: five nearest neighbours on one day of lags,
asked recursively, one slot after the other, fitted on all but the last 48 hours. Its
power of the days past is our energy of slots; nothing else is taken over.
"""

from typing import Final, override

import numpy as np
from sklearn.neighbors import KNeighborsRegressor  # type: ignore[import-untyped]

from .job import Floats
from .single_home import PointModel

_NEIGHBOURS: Final = 5
# Days held back for the test that EMHASS makes after each fit.
_LEFT_OUT: Final = 2


class EmhassNeighbours(PointModel):
    """The recursion of skforecast with scikit-learn's neighbours."""

    minimum_days = 9
    refit_days = 1

    @override
    def fit(self, day: int) -> None:
        slots = self.home.slots
        series = self.home.energy[self.first : day - _LEFT_OUT].ravel()
        windows = np.lib.stride_tricks.sliding_window_view(series, slots)[:-1]
        self._model = KNeighborsRegressor(_NEIGHBOURS).fit(windows, series[slots:])

    @override
    def value(self, day: int) -> Floats:
        slots = self.home.slots
        steps = (self.lead + 1) * slots
        series = np.concatenate([self.home.energy[day - 1], np.zeros(steps)])
        for step in range(steps):
            window = series[step : step + slots]
            series[slots + step] = self._model.predict(window[None])[0]
        return np.array(series[-slots:])
