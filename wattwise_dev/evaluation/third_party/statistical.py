"""Classical models of time series, from the package statsforecast."""

from typing import ClassVar, Final, override

import numpy as np
from statsforecast.models import MSTL, AutoETS

from .job import Floats
from .single_home import SingleHomeModel

# Days looked at: a forecast takes a second of the processor as it is.
_WINDOW: Final = 28


class _Statistical(SingleHomeModel):
    """One fit for each forecast; the bands are its own."""

    every = 5
    weeks: ClassVar[bool]

    @override
    def forecast(self, day: int) -> Floats:
        home, slots = self.home, self.home.slots
        series = home.energy[max(self.first, day - _WINDOW) : day].ravel()
        model = MSTL([slots, 7 * slots]) if self.weeks else AutoETS(season_length=slots)
        with self.cost.predicting():
            said = model.forecast(y=series, h=(self.lead + 1) * slots, level=[80])
        mean = said["mean"][-slots:]
        rows = np.stack([said["lo-80"][-slots:], mean, said["hi-80"][-slots:], mean])
        return self.not_negative(day, rows.astype(np.float64))


class Ets(_Statistical):
    """Exponential smoothing with a season of a day, chosen by information criterion."""

    weeks = False


class Mstl(_Statistical):
    """Seasons of a day and a week taken out by loess, the trend by smoothing."""

    weeks = True
    minimum_days = 15
