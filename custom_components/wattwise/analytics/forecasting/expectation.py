"""What is told of a forecast: plain numbers, which cost nothing to import.

The rest of this package needs numpy, which takes a small machine half a second to load;
Home Assistant does that when the first forecast is made, not when it starts.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from statistics import NormalDist
from typing import Final

_NORMAL: Final = NormalDist()


class CancelledError(Exception):
    """Learning was asked to stop; what was learned until then is kept."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Energy [kWh]: its expected value, and its quantiles by level."""

    mean: float
    quantiles: dict[float, float]

    @property
    def median(self) -> float:
        """What is exceeded as often as not."""
        return self.quantiles[0.5]

    def at(self, level: float) -> float:
        """Return any quantile, 0 < level < 1, from those that are known.

        Between two of them it is interpolated along the normal distribution, beyond
        the outer ones extended along it, as far as the side of the band is wide.
        """
        levels = sorted(self.quantiles)
        if level in self.quantiles:
            return self.quantiles[level]
        high = min(max(bisect_right(levels, level), 1), len(levels) - 1)
        low = high - 1
        left, right, wanted = (
            _NORMAL.inv_cdf(value) for value in (levels[low], levels[high], level)
        )
        begin, end = self.quantiles[levels[low]], self.quantiles[levels[high]]
        value = begin + (end - begin) * (wanted - left) / (right - left)
        # What is never negative has no negative tail either.
        return max(value, 0.0) if min(self.quantiles.values()) >= 0 else value


@dataclass(frozen=True, slots=True)
class ExpectedSlot:
    """What is expected of the slot that begins at `start` [s since the epoch]."""

    start: int
    energy: Expected


@dataclass(frozen=True, slots=True)
class Outlook:
    """The forecast from one moment on.

    `slots` are the next 48 hours, the first one that which has not begun. `two_days` are
    all slots of today and tomorrow, those that are over as they were forecast at
    midnight. `today` is what was measured since midnight and what is to come,
    `rest_of_today` only the latter, with what is left of the slot that has begun.
    `midnight` is when tomorrow begins [s since the epoch], by the clock of the series.
    `weights` says which models spoke, `days_known` how many whole days they know of the
    home.
    """

    made: datetime
    step: int
    slots: tuple[ExpectedSlot, ...]
    two_days: tuple[ExpectedSlot, ...]
    today: Expected
    rest_of_today: Expected
    tomorrow: Expected
    weights: dict[str, float]
    days_known: int
    midnight: int


@dataclass(frozen=True, slots=True)
class SkillReport:
    """Scores of day-ahead forecasts, issued at midnight, over some whole days.

    `mae` [kWh per slot] is that of the median; `normalised_mae` its share of the mean
    measured. `daily_mape` and `bias` [shares] are those of the mean forecast, `coverage`
    that of the band from P10 to P90. `skill` is 1 - mae / mae of the mean of the last
    seven days: below 0, that would have been better.
    """

    days: int
    mae: float
    normalised_mae: float | None
    daily_mape: float | None
    bias: float | None
    coverage: float
    skill: float | None
