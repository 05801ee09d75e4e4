"""The days on which a home uses least: its own type of a day when nobody is there.

How rare days of little use are in a row is no threshold for an absence: what is little can
only be so little. So each day is held against the type of day that the home itself has, by
the days of a year. Where a gap parts them from all other days it is the type's border, so
who is often away is told, too. Where there is none, the type is the 8 % of least use, and
of those who are away on more days than that only the quietest absences are told.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..forecasting.local_days import Floats
from .anomaly import AnomalyKind
from .hour_series import Flags, HourSeries
from .reference import usual
from .scales import SCALES

LOW: Final = next(
    index for index, scale in enumerate(SCALES) if scale.kind is AnomalyKind.LOW_USE
)
# The share of the days of the past that are of this type, and how many count.
_SHARE: Final = 0.08
_LATELY: Final = 365
_LEAST_DAYS: Final = 28
# A gap below the type leaves no more than this share of the days to it. In a gap, days are
# so far apart (the logarithm of their use), but for so many of them, and it takes that many
# days to be sure of one.
_MOST: Final = 0.34
_GAP: Final = 0.35
_IN_GAP: Final = 0.01
_GAP_DAYS: Final = 84


def littleness(series: HourSeries, away: Flags) -> Floats:
    """How little each local day is, as its scale measures it: (days), NaN unknown.

    Hours `away` say nothing of it.
    """
    scale = SCALES[LOW]
    measure = scale.habit or scale.measure
    rows = series.rows(np.where(away, np.nan, measure(series.energy, scale.width)))
    middle = usual(rows, scale.levels[:1], 0, scale.near, scale.back)[0]
    ends: Floats = (rows - scale.part * middle)[:, -1] / scale.least
    return ends


@dataclass(frozen=True, slots=True)
class LowType:
    """How little a day of the type is at `least`; infinite if unknown.

    `parted` says that a gap parts it from all other days.
    """

    least: float
    parted: bool


def low_type(days: Floats) -> LowType:
    """Return the type by past days, of which each is so little."""
    known = days[-_LATELY:]
    known = known[~np.isnan(known)]
    if len(known) < _LEAST_DAYS:
        return LowType(np.inf, parted=False)
    gap = _gap(known)
    if gap is None:
        return LowType(float(np.quantile(known, 1.0 - _SHARE)), parted=False)
    return LowType(gap, parted=True)


def _gap(known: Floats) -> float | None:
    """Return the middle of the widest gap beyond the days that are always of the type."""
    days = len(known)
    if days < _GAP_DAYS:
        return None
    littlest = np.sort(known)[::-1]
    last = np.arange(int(np.ceil(_SHARE * days)) - 1, int(_MOST * days))
    next_day = last + 1 + int(_IN_GAP * days)
    widths = littlest[last] - littlest[next_day]
    widest = int(widths.argmax())
    if widths[widest] < _GAP:
        return None
    return float(littlest[last[widest]] - widths[widest] / 2)
