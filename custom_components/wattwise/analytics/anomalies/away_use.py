"""What a home may use while everybody is away."""

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..forecasting.local_days import Floats
from .hour_series import HOURS_OF_A_DAY, Flags, HourSeries

# Hours of earlier absences from which they speak for themselves.
_LEAST_HOURS: Final = 72
# Otherwise the quietest hours of these days do, and how many hours of a day those are.
_LATELY: Final = 28
_QUIET_HOURS: Final = 5
# Above so much of what was used then, by so much [kWh], somebody or something is there.
_LEVEL: Final = 0.98
_FACTOR: Final = 1.25
_MARGIN: Final = 0.1


def away_ceiling(series: HourSeries, away: Flags) -> float | None:
    """Return the most an hour uses when nobody is there [kWh]; None if nobody knows."""
    alone = series.energy[away & ~np.isnan(series.energy)]
    if len(alone) < _LEAST_HOURS:
        rows = series.rows(np.where(away, np.nan, series.energy))
        rows = rows[(~np.isnan(rows)).all(axis=1)][-_LATELY:]
        if not len(rows):
            return None
        usual = np.median(rows, axis=0)
        around = np.concatenate([usual, usual[: _QUIET_HOURS - 1]])
        begin = int(np.convolve(around, np.ones(_QUIET_HOURS), "valid").argmin())
        hours = (begin + np.arange(_QUIET_HOURS)) % HOURS_OF_A_DAY
        alone = rows[:, hours].ravel()
    return float(np.quantile(alone, _LEVEL)) * _FACTOR + _MARGIN


def away_ratios(series: HourSeries, away: Flags, ceiling: float | None) -> Floats:
    """Return the use of the lesser of two hours away by its ceiling: NaN if not above."""
    ratios = np.full(len(series), np.nan)
    if ceiling is None or len(series) < 2:
        return ratios
    pairs = sliding_window_view(series.energy, 2).min(axis=1)
    both = away[1:] & away[:-1]
    with np.errstate(invalid="ignore"):
        above = both & (pairs > ceiling)
    ratios[1:][above] = pairs[above] / ceiling
    return ratios
