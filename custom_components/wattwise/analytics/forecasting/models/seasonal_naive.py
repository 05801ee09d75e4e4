"""As it was a day or a week ago."""

from typing import ClassVar, override

import numpy as np

from ..local_days import Floats
from ..model import PointModel
from ..past import Past


class SeasonalNaive(PointModel):
    """The same slot of the last day that lies whole seasons back (m = 1 or 7 days)."""

    season: ClassVar[int]

    @override
    def value(self, past: Past, lead: int) -> Floats:
        back = self.season * (1 + lead // self.season)
        row = past.energy[past.days + lead - back]
        return np.array(row, dtype=np.float64)


class DailyNaive(SeasonalNaive):
    """As yesterday."""

    name = "daily_naive"
    season = 1
    minimum_days = 1


class WeeklyNaive(SeasonalNaive):
    """As a week ago: the scale of the mean absolute scaled error."""

    name = "weekly_naive"
    season = 7
    minimum_days = 7
