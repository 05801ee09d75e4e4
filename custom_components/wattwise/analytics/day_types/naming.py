"""What kinds of days are called: by what distinguishes each from the home's other days.

What is known best goes first: that nobody was there, then the calendar, then the weather,
then the course of the use itself, which is always known. Each name is given once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..forecasting.local_days import Floats, Integers
from .day_parts import off_scale
from .day_type import DayTypeName
from .home_days import HomeDays

# How much better a name must fit than the one that a kind had, to take its place.
_HELD: Final = 1.5
# What is enough to keep a name, as a share of what is enough to get it: one that says
# how many of the days are what must stay true, of the others homes know no number.
_ENOUGH_TO_STAY_AWAY: Final = 1.0
_ENOUGH_OF_THE_CALENDAR: Final = 0.75
_ENOUGH_TO_KEEP: Final = 0.5
# Shares of a kind's days: of those known to be without people, of the way from the
# share of free days that all days have to only free ones, and to none.
_MOSTLY_AWAY: Final = 0.5
_MOSTLY_FREE: Final = 0.4
_HARDLY_FREE: Final = 0.6
# Where nobody tells who is there: the most that may be used, in shares of the usual, and
# in any part of the day, in multiples of the base load.
_LITTLE: Final = 0.6
_NEAR_BASE: Final = 1.5
_NEXT_TO_NOTHING: Final = 0.1
_BASE_QUANTILE: Final = 0.1
# How far the mean temperature must be off, in standard deviations of the days', and of
# which share of the days it must be known.
_COLD_OR_WARM: Final = 0.7
_WARMTH_KNOWN: Final = 0.6
# The least contrast of uses [natural log] that is worth a name.
_CONTRAST: Final = 0.1
# The share of all days that makes a kind the usual one, and how near to the mean of all
# another one must be [natural log].
_MOST_DAYS: Final = 0.6
_NEAR_THE_MEAN: Final = 0.3

_BUSY: Final = (
    DayTypeName.BUSY_NIGHT,
    DayTypeName.BUSY_MORNING,
    DayTypeName.BUSY_DAYTIME,
    DayTypeName.BUSY_EVENING,
)
_QUIET: Final = (
    DayTypeName.QUIET_NIGHT,
    DayTypeName.QUIET_MORNING,
    DayTypeName.QUIET_DAYTIME,
    DayTypeName.QUIET_EVENING,
)


@dataclass(frozen=True, slots=True)
class _Evidence:
    """How well a name fits: `strength` of `enough`; what has a higher `rank` goes first."""

    rank: int
    strength: float
    enough: float
    to_keep: float = _ENOUGH_TO_KEEP
    """What is enough where a kind has the name, as a share of `enough`."""

    def score(self, *, held: bool) -> float:
        """Return what the best of all names has the most of; below 0 if it does not fit."""
        enough = self.enough * (self.to_keep if held else 1.0)
        beyond = float(np.tanh(self.strength))
        if self.strength < enough:
            return beyond - 2.0
        return self.rank + beyond + (_HELD if held else 0.0)


def names_of(
    centers: Floats,
    labels: Integers,
    days: HomeDays,
    usual: float,
    held: Sequence[DayTypeName | None],
) -> list[DayTypeName] | None:
    """Name each kind of days; None if one of them fits no name that is left.

    `centers` (kinds, parts) stand on the scale of `day_parts`, `labels` (days known) say
    which kind each known day is, `held` which name each kind had before.
    """
    if len(centers) == 1:
        return [DayTypeName.USUAL_DAY]
    found = [
        (evidence.score(held=held[kind] is name), kind, name)
        for kind in range(len(centers))
        for name, evidence in _evidence(kind, centers, labels, days, usual).items()
    ]
    names: dict[int, DayTypeName] = {}
    for score, kind, name in sorted(found, key=lambda one: -one[0]):
        if score >= 0 and kind not in names and name not in names.values():
            names[kind] = name
    if len(names) < len(centers):
        return None
    return [names[kind] for kind in range(len(centers))]


def _evidence(
    kind: int, centers: Floats, labels: Integers, days: HomeDays, usual: float
) -> dict[DayTypeName, _Evidence]:
    """Return how well each name fits a kind."""
    return {
        DayTypeName.AWAY: _away(kind, centers, labels, days, usual),
        **_by_calendar(kind, labels, days),
        **_by_weather(kind, labels, days),
        **_by_use(kind, centers, labels),
    }


def _away(
    kind: int, centers: Floats, labels: Integers, days: HomeDays, usual: float
) -> _Evidence:
    """Of each day by what is known of it; of those before anybody told, by its use."""
    away = _of_known(days.away, days)
    told = np.logical_or.accumulate(away)
    powers = off_scale(centers[kind], usual)
    base = float(np.nanquantile(days.whole, _BASE_QUANTILE))
    mean = float(powers.mean()) / usual
    near_base = powers.max() <= _NEAR_BASE * base or mean <= _NEXT_TO_NOTHING
    empty = np.where(told, away, near_base and mean <= _LITTLE)
    share = float(empty[labels == kind].mean())
    return _Evidence(3, share, _MOSTLY_AWAY, _ENOUGH_TO_STAY_AWAY)


def _by_calendar(
    kind: int, labels: Integers, days: HomeDays
) -> dict[DayTypeName, _Evidence]:
    free = _of_known(days.day_class > 0, days)
    here, usually = float(free[labels == kind].mean()), float(free.mean())
    more = (here - usually) / max(1.0 - usually, 1e-9)
    less = (usually - here) / max(usually, 1e-9)
    return {
        DayTypeName.WEEKEND: _Evidence(2, more, _MOSTLY_FREE, _ENOUGH_OF_THE_CALENDAR),
        DayTypeName.WORKING_DAY: _Evidence(
            2, less, _HARDLY_FREE, _ENOUGH_OF_THE_CALENDAR
        ),
    }


def _by_weather(
    kind: int, labels: Integers, days: HomeDays
) -> dict[DayTypeName, _Evidence]:
    warmth = _of_known(days.warmth, days)
    there = ~np.isnan(warmth)
    here = there & (labels == kind)
    spread = float(warmth[there].std()) if there.any() else 0.0
    if (
        there.mean() < _WARMTH_KNOWN
        or here.sum() < _WARMTH_KNOWN * (labels == kind).sum()
        or spread <= 0
    ):
        return {}
    off = float(warmth[here].mean() - warmth[there].mean()) / spread
    return {
        DayTypeName.WARM_DAY: _Evidence(1, off, _COLD_OR_WARM),
        DayTypeName.COLD_DAY: _Evidence(1, -off, _COLD_OR_WARM),
    }


def _by_use(
    kind: int, centers: Floats, labels: Integers
) -> dict[DayTypeName, _Evidence]:
    shares = np.bincount(labels, minlength=len(centers)) / len(labels)
    off = centers[kind] - shares @ centers
    level, spread = float(off.mean()), float(off.std())
    parts = len(off)
    contrast = (off - level) * parts / (parts - 1)
    usual = _NEAR_THE_MEAN - float(np.abs(off).max())
    if shares[kind] >= _MOST_DAYS:
        usual = 1.0
    found = {
        DayTypeName.BUSY_DAY: _Evidence(0, level - spread, _CONTRAST),
        DayTypeName.QUIET_DAY: _Evidence(0, -level - spread, _CONTRAST),
        DayTypeName.USUAL_DAY: _Evidence(0, usual, 0.0),
    }
    for part in range(parts):
        # More than the rest of the day, and more than on other days.
        busy = min(float(contrast[part]), float(off[part]))
        quiet = min(-float(contrast[part]), -float(off[part]))
        found[_BUSY[part]] = _Evidence(0, busy, _CONTRAST)
        found[_QUIET[part]] = _Evidence(0, quiet, _CONTRAST)
    return found


def _of_known[Kind: np.generic](
    values: np.ndarray[tuple[int], np.dtype[Kind]], days: HomeDays
) -> np.ndarray[tuple[int], np.dtype[Kind]]:
    return values[: days.days][days.known]
