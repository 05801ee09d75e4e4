"""What is usual at this hour of the week."""

from typing import Final, override

import numpy as np

from ..local_days import Floats
from ..model import PointModel
from ..past import Past

_WEEKS: Final = 16
# What a week counts of the one after it.
_FADING: Final = 0.75


class HourOfWeek(PointModel):
    """The same weekdays of the last weeks, the latest counting most.

    Slots borrow half of their value from their neighbours: with a handful of weeks, a
    kettle ten minutes later is not another habit.
    """

    name = "hour_of_week"
    minimum_days = 7

    @override
    def value(self, past: Past, lead: int) -> Floats:
        calendar, target = past.calendar, past.days + lead
        # A holiday is a Sunday, whatever it is called.
        weekday = np.where(calendar.free > 0, 6, calendar.weekday)
        same = np.flatnonzero(weekday[: past.days] == weekday[target])[::-1][:_WEEKS]
        if not same.size:
            return np.asarray(past.energy[-7:].mean(axis=0), dtype=np.float64)
        weights = _FADING ** np.arange(len(same))
        usual: Floats = weights @ past.energy[same] / weights.sum()
        return usual / 2 + (np.roll(usual, 1) + np.roll(usual, -1)) / 4
