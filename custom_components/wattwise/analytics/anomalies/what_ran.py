"""What ran all the time while something was left on or the base load was higher.

That is what was judged. A cake that was baked meanwhile has nothing to do with it, and one
that was not would hide it.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from ..forecasting.local_days import HOUR, Floats
from .anomaly import Anomaly, AnomalyKind
from .episodes import expected_of
from .hour_series import HOURS_OF_A_DAY, Flags, HourSeries

# What is on may pause: of something left on, so many of its hours have to tell.
_QUIETEST: Final = 0.25


def as_what_ran(anomaly: Anomaly, series: HourSeries, ignored: Flags) -> Anomaly:
    """Return an anomaly with the energy of what ran all the time, and that of other days.

    Others than something left on and a higher base load stay as they are; so do those
    which that does not explain.
    """
    level_of = {
        AnomalyKind.LEFT_ON: _quietest_level,
        AnomalyKind.STANDBY_RISING: _floor,
    }.get(anomaly.kind)
    if level_of is None:
        return anomaly
    begin = round((anomaly.start - series.begin) / HOUR)
    end = round((anomaly.end - series.begin) / HOUR)
    stretch = series.energy[begin:end]
    if np.isnan(stretch).all():
        return anomaly
    energy = level_of(stretch) * len(stretch)
    low, middle, high = expected_of(series, ignored, begin, end - 1, level_of)
    if energy <= high:
        return anomaly
    return replace(
        anomaly, energy=energy, expected=middle, expected_low=low, expected_high=high
    )


def _quietest_level(stretch: Floats) -> float:
    """Mean of the quietest quarter of some hours [kW]."""
    known = np.sort(stretch[~np.isnan(stretch)])
    return float(known[: max(1, int(_QUIETEST * len(known)))].mean())


def _floor(stretch: Floats) -> float:
    """Mean of the least hours of some days [kW]."""
    days = np.array_split(stretch, max(1, len(stretch) // HOURS_OF_A_DAY))
    least = [np.nanmin(day) for day in days if not np.isnan(day).all()]
    return float(np.mean(least))
