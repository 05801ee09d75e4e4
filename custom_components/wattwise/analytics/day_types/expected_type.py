"""Which day type a day will be, and which one today becomes as it unfolds.

Past days count the more, the more they are like the day in question: the same weekday,
the same temperature, the day before of the same type, and not long ago. As the day
unfolds, what was used so far is held against what each type used until the same hour
(linear discriminant analysis, R. A. Fisher, 1936).
"""

from typing import Final

import numpy as np

from ..forecasting.local_days import Floats, Integers
from .day_parts import mean_powers, on_scale
from .day_type import DayTypeName, DayTypesOutlook, ExpectedType
from .home_days import HomeDays
from .learned_types import LearnedTypes

# Days after which a day counts a third (1/e).
_RECENCY: Final = 25.0
# What a day counts that is of another class, or free like the day in question but another
# one, or of the same class on another weekday.
_OTHER_CLASS: Final = 0.03
_FREE_TOO: Final = 0.3
_OTHER_WEEKDAY: Final = 0.5
# What a day counts before which another type was, or which came after another class of day.
_OTHER_BEFORE: Final = 0.2
_INCOMPARABLE_BEFORE: Final = 0.5
# How many degrees off a day counts 60 %.
_DEGREES: Final = 4.0
# What a day counts on which people were there, for one on which they are away.
_NOT_AS_AWAY: Final = 0.002
# Days' worth of doubt: of all types in their usual shares.
_DOUBT: Final = 0.4
# What is added to the variance of each part of the day, in shares of the mean one: some
# types have few days to tell it.
_SHRINKAGE: Final = 0.1
# What the distance from a type counts: days lie farther off than a normal distribution says.
_TRUST: Final = 0.8


def outlook(types: LearnedTypes | None, days: HomeDays) -> DayTypesOutlook:
    """Say which type yesterday was, and which today and tomorrow are expected to be."""
    known = int(days.known.sum())
    if types is None or not known:
        return DayTypesOutlook(known)
    labels = types.labels(days.whole)
    today = chances_today(types, days, labels)
    tomorrow = _before_it_begins(types, days, labels, days.days + 1, today)
    last = int(labels[-1])
    return DayTypesOutlook(
        known,
        types.types,
        types.names[last] if last >= 0 else None,
        _expected(types, today),
        _expected(types, tomorrow),
    )


def chances_today(types: LearnedTypes, days: HomeDays, labels: Integers) -> Floats:
    """Return how probable it is that today is of each type (kinds).

    `labels` (days) say which kind each whole day is, -1 where it is not known.
    """
    kinds = len(types.names)
    before = np.full(kinds, 1 / kinds)
    if labels[-1] >= 0:
        before = np.eye(kinds)[labels[-1]]
    chances = _before_it_begins(types, days, labels, days.days, before)
    return _as_it_unfolds(types, days, labels, chances)


def _before_it_begins(
    types: LearnedTypes, days: HomeDays, labels: Integers, target: int, before: Floats
) -> Floats:
    """Return the chances of a day `target` before which a type had the chances `before`."""
    kinds = len(types.names)
    at = np.flatnonzero(labels >= 0)
    weights = np.exp((at - target) / _RECENCY)
    weights *= _by_calendar(days, at, target)
    weights *= np.where(days.away[at] == days.away[target], 1.0, _NOT_AS_AWAY)
    if not np.isnan(days.warmth[target]):
        off = (days.warmth[at] - days.warmth[target]) / _DEGREES
        # Of which nothing is known, it may be as far off as any.
        weights *= np.exp(-(np.where(np.isnan(off), 1.0, off) ** 2) / 2)
    previous = np.append(-1, labels)[at]
    alike = np.where(previous >= 0, before[previous], 1 / kinds)
    # The type of a Saturday says little of a holiday that comes after a Thursday.
    same_before = at > 0  # Of what was before the first day nothing is known.
    same_before &= days.day_class[at - 1] == days.day_class[target - 1]
    same_before &= days.away[at - 1] == days.away[target - 1]
    weights *= np.where(
        same_before, alike + (1 - alike) * _OTHER_BEFORE, _INCOMPARABLE_BEFORE
    )
    shares = np.array([one.share for one in types.types])
    counts = np.bincount(labels[at], weights, kinds) + _DOUBT * shares / shares.sum()
    return np.asarray(counts / counts.sum())


def _by_calendar(days: HomeDays, at: Integers, target: int) -> Floats:
    """Return what the days `at` count for a day by their weekdays and holidays."""
    classes = days.day_class
    same_class = classes[at] == classes[target]
    same_weekday = days.weekday[at] == days.weekday[target]
    both_free = (classes[at] > 0) & (classes[target] > 0)
    other = np.where(both_free, _FREE_TOO, _OTHER_CLASS)
    return np.where(same_class, np.where(same_weekday, 1.0, _OTHER_WEEKDAY), other)


def _as_it_unfolds(
    types: LearnedTypes, days: HomeDays, labels: Integers, chances: Floats
) -> Floats:
    """Return the chances after the hours of today that are over."""
    if not days.hour or len(chances) == 1:
        return chances
    values = on_scale(mean_powers(days.energy, days.hour), types.usual)
    told = ~np.isnan(values[-1])
    values = values[:, told]
    usable = ~np.isnan(values[:-1]).any(axis=1) & (labels >= 0)
    kinds = len(chances)
    counts = np.bincount(labels[usable], minlength=kinds)
    if not told.any() or (counts < 2).any():
        return chances
    rows, kind = values[:-1][usable], labels[usable]
    means = np.stack([rows[kind == one].mean(axis=0) for one in range(kinds)])
    rest = rows - means[kind]
    spread = rest.T @ rest / max(len(rows) - kinds, 1)
    spread += _SHRINKAGE * np.trace(spread) / len(spread) * np.eye(len(spread))
    spread += 1e-6 * np.eye(len(spread))
    off = values[-1] - means
    distance = (off * np.linalg.solve(spread, off.T).T).sum(axis=1)
    weights = np.log(chances) - _TRUST * distance / 2
    found = np.exp(weights - weights.max())
    return np.asarray(found / found.sum())


def _expected(types: LearnedTypes, chances: Floats) -> ExpectedType:
    by_name: dict[DayTypeName, float] = dict(
        zip(types.names, chances.tolist(), strict=True)
    )
    return ExpectedType(max(by_name, key=by_name.__getitem__), by_name)
