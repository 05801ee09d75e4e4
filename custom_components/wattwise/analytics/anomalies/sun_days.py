"""What a roof gave, day by day, beside what it gives when the sky is clear.

A day is judged by the share it gave of a clear one, so that seasons and the size of the
roof do not matter. What a clear day gives is learned from the roof itself: for each hour
of the day, what the best tenth of the weeks before reached.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from ..forecasting.local_days import DayRows, LocalClock

type Floats = NDArray[np.float64]

HOUR: Final = 3600
# Days before a day that say what a clear one gives, but for the last few: a fault is not
# to become what is usual.
_REFERENCE_DAYS: Final = 30
_LEFT_OUT_DAYS: Final = 4
_LEAST_REFERENCE: Final = 7
_CLEAR: Final = 0.9
# Hours that give at least this share of the day's best one are bright.
_BRIGHT: Final = 0.3
# Below this share of the roof's best hour of all, it is winter, and nothing is judged.
_DARK: Final = 0.05
# The share of a day's energy whose hours must be known.
_KNOWN: Final = 0.75


@dataclass(frozen=True, slots=True)
class SunDays:
    """Rows of days, columns of the 24 hours of standard time; NaN where nothing is known.

    `given` and `clear` are kWh of each hour, `cloud` its cover from 0 to 1, and
    `temperature` in degrees Celsius. `starts` are when the hours begin [s since the
    epoch].
    """

    starts: Floats
    given: Floats
    clear: Floats
    cloud: Floats
    temperature: Floats

    @classmethod
    def of(
        cls,
        hours: Mapping[float, float],
        clock: tzinfo,
        temperature: Mapping[int, float],
        cloud: Mapping[int, float],
    ) -> Self | None:
        """Lay out hours [start, s since the epoch -> kWh]; None if there are none."""
        if not hours:
            return None
        local = LocalClock(clock, HOUR)
        rows = _rows(hours, local)
        days = len(rows.energy)
        first = local.midnight(rows.first, 0).timestamp()
        starts = first + HOUR * np.arange(24 * days, dtype=np.float64).reshape(-1, 24)
        return cls(
            starts,
            rows.energy,
            _clear(rows.energy),
            _beside(starts, cloud),
            _beside(starts, temperature),
        )

    @property
    def bright(self) -> NDArray[np.bool_]:
        """Which hours the sun shines in, if it is let."""
        clear = np.nan_to_num(self.clear)
        best = clear.max(axis=1, initial=0.0)
        season = best >= _DARK * best.max(initial=0.0)
        bright: NDArray[np.bool_] = clear >= _BRIGHT * best[:, None]
        bright &= ((best > 0) & season)[:, None]
        return bright

    def shares(self) -> Floats:
        """Return what each day gave of a clear one (days), NaN if too little is known."""
        clear = np.where(self.bright, self.clear, 0.0)
        known = ~np.isnan(self.given)
        expected = (clear * known).sum(axis=1)
        given = np.where(known & self.bright, self.given, 0.0).sum(axis=1)
        enough = (expected > 0) & (expected >= _KNOWN * clear.sum(axis=1))
        return np.where(enough, given / np.where(enough, expected, 1.0), np.nan)

    def cloudiness(self) -> Floats:
        """Return the mean cloud cover of each day's bright hours, NaN if unknown."""
        weight = np.where(self.bright & ~np.isnan(self.cloud), self.clear, 0.0)
        whole = np.where(self.bright, self.clear, 0.0).sum(axis=1)
        sums = weight.sum(axis=1)
        enough = (sums > 0) & (sums >= _KNOWN * whole)
        mean = (weight * np.nan_to_num(self.cloud)).sum(axis=1)
        return np.where(enough, mean / np.where(enough, sums, 1.0), np.nan)


def _rows(hours: Mapping[float, float], local: LocalClock) -> DayRows:
    starts = np.array(sorted(hours), dtype=np.int64)
    values = np.array([hours[start] for start in sorted(hours)], dtype=np.float64)
    return DayRows.from_slots(starts, values, local)


def _clear(given: Floats) -> Floats:
    """Return what each hour of a day gives in the sun, by the days before it."""
    clear = np.full_like(given, np.nan)
    for day in range(_LEAST_REFERENCE + _LEFT_OUT_DAYS, len(given)):
        until = day - _LEFT_OUT_DAYS
        before = given[max(0, until - _REFERENCE_DAYS) : until]
        # Unknown hours go last when sorted.
        ordered = np.sort(before, axis=0)
        known = (~np.isnan(before)).sum(axis=0)
        place = np.ceil(_CLEAR * known).astype(np.int64) - 1
        found = ordered[np.maximum(place, 0), np.arange(given.shape[1])]
        clear[day] = np.where(known >= _LEAST_REFERENCE, found, np.nan)
    return clear


def _beside(starts: Floats, known: Mapping[int, float]) -> Floats:
    """Return a quantity in the layout of `starts`.

    Weather is told by whole hours of UTC, which in some countries begin half past.
    """
    flat = [
        known.get(start, known.get(start - start % HOUR, np.nan))
        for start in starts.ravel().astype(np.int64).tolist()
    ]
    return np.array(flat, dtype=np.float64).reshape(starts.shape)
