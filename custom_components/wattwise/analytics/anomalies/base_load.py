"""A base load that is higher than before, while it is known to be so."""

from typing import Final

import numpy as np

from ..forecasting.local_days import SECONDS_OF_A_DAY
from .hour_series import Flags, HourSeries, Stretches

# After so many days it is the usual one, though people did not call it so; and so long [s]
# it has to be higher at all.
_USUAL_AFTER_DAYS: Final = 42
_LASTING: Final = 2 * SECONDS_OF_A_DAY
# Days before it that tell what it was.
_BEFORE_DAYS: Final = 28


def is_usual(risen: float, now: float, normal: Stretches) -> bool:
    """Whether a base load higher since a time is the usual one: by now, or by people."""
    if now - risen > _USUAL_AFTER_DAYS * SECONDS_OF_A_DAY:
        return True
    return any(end - max(begin, risen) >= _LASTING for begin, end in normal)


def without_rise(series: HourSeries, raised: Flags) -> HourSeries:
    """Return a home as if the base load had not risen in some hours, those to its end.

    So what else is unusual meanwhile shows, and the higher base load does not show again.
    """
    rows = series.rows(series.energy)
    day = int(series.place.day[raised][0])
    known = (~np.isnan(rows)).sum(axis=1) > 0
    before = np.flatnonzero(known[:day])[-_BEFORE_DAYS:]
    # The first and the last day are only parts of it.
    since = np.flatnonzero(known[day + 1 : series.days - 1]) + day + 1
    if not before.size or not since.size:
        return series
    was, now = (
        float(np.median(np.nanmin(rows[days], axis=1))) for days in (before, since)
    )
    less = np.where(raised, max(0.0, now - was), 0.0)
    eased = np.maximum(series.energy - less, np.minimum(series.energy, was))
    return HourSeries(series.zone, series.begin, eased)
