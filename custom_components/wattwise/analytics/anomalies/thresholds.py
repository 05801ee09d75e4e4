"""How unusual an hour has to be, such that a home is rarely told of nothing.

A home's own past tells: nearly all of it was ordinary. How often it was how unusual is
extended beyond what it has seen along the exponential distribution, the tail that
maxima of most things have (Pickands 1975, with shape 0), and set such that all scales
together would have raised so many alarms.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..forecasting.local_days import Floats

DAYS_OF_A_MONTH: Final = 30.4
# Alarms of a month that the past would have had: fewer than the one that is allowed,
# because the coming month is never quite like the past.
_A_MONTH: Final = 0.8
# Days of the past that count, at most: all seasons, and not what was before.
_LATELY: Final = 365
# The most peaks that tell the tail, and the share of the days that may be peaks.
_MOST_PEAKS: Final = 40
_PEAK_SHARE: Final = 0.2
# Lately [days] there may have been no more than that, either: when a home changes with the
# season, its past is less of a guide.
_LATE_DAYS: Final = 60
# By how much all shares may be raised together, because alarms of different scales
# meet, or lowered.
_FACTORS: Final = np.geomspace(0.08, 6.0, 20)


@dataclass(frozen=True, slots=True)
class Tail:
    """How often so much is exceeded: `count` times `start`, and by `mean` then."""

    start: float
    mean: float
    count: int

    @classmethod
    def of(cls, daily: Floats) -> Tail | None:
        """Fit the tail of maxima of days (days), NaN where unknown; None without any."""
        peaks = _peaks(daily)
        count = min(len(peaks) - 1, max(3, int(_PEAK_SHARE * len(daily))), _MOST_PEAKS)
        if count < 1:
            return None
        start = peaks[count]
        return cls(start, float(np.mean(peaks[:count]) - start), count)

    def exceeded(self, times: Floats) -> Floats:
        """Return what was exceeded so many times."""
        return self.start + self.mean * np.log(
            self.count / np.minimum(times, self.count)
        )


def thresholds(
    daily: Floats,
    shares: Floats,
    floors: Floats,
    a_month: float = _A_MONTH,
    given: Floats | None = None,
) -> Floats:
    """Threshold of each scale from the maxima of past days (scales, days), NaN unknown.

    Infinite where a scale knows nothing of its past. The past would have had `a_month`
    alarms a month, those of the scales among them whose thresholds are `given` (scales),
    NaN where they are to be found.
    """
    given = np.full(len(shares), np.nan) if given is None else given
    daily = daily[:, -_LATELY:]
    days = int((~np.isnan(daily)).any(axis=0).sum())
    allowed = a_month * days / DAYS_OF_A_MONTH
    lately = a_month * _LATE_DAYS / DAYS_OF_A_MONTH
    found = np.full((len(_FACTORS), len(daily)), np.inf)
    for index, share in enumerate(shares):
        tail = Tail.of(daily[index])
        if not np.isnan(given[index]):
            found[:, index] = given[index]
        elif tail is not None:
            found[:, index] = tail.exceeded(_FACTORS * share * allowed)
    found = np.maximum(found, floors)
    known = np.where(np.isnan(daily), -np.inf, daily)
    best = found[0]
    for candidate in found:
        flags = (known > candidate[:, None]).any(axis=0)
        if _runs(flags) > allowed or _runs(flags[-_LATE_DAYS:]) > lately:
            break
        best = candidate
    return np.asarray(best, dtype=np.float64)


def _runs(flags: np.ndarray) -> int:
    """Count the runs of days on which something is flagged."""
    at = np.flatnonzero(flags)
    return int(at.size and 1 + (np.diff(at) > 1).sum())


def _peaks(daily: Floats) -> list[float]:
    """Return the highest days, the highest first, none beside another one."""
    near = np.isnan(daily)
    peaks = list[float]()
    for day in np.argsort(np.where(near, -np.inf, daily))[::-1]:
        if len(peaks) > _MOST_PEAKS:
            break
        if not near[day]:
            peaks.append(float(daily[day]))
            near[max(0, day - 1) : day + 2] = True
    return peaks
