"""What a meter's past tells of its use: as a whole, and by hour and day type."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..forecasting.local_days import HOUR, LocalClock
from ..forecasting.weighted_quantiles import weighted_quantiles
from .best_fit import TAIL, best_fit
from .off_state import LEAST_USE_W, off_below
from .unusual_days import unusual_days
from .use_profile import (
    DayType,
    TailSource,
    TooLittleUse,
    UsageStatistics,
    UseProfile,
    day_type_of,
)

type Floats = NDArray[np.float64]
type Integers = NDArray[np.int64]
type Flags = NDArray[np.bool_]

# Two weeks know each day of the week twice.
DAYS_NEEDED: Final = 14
# Fewer say nothing of a quartile.
USES_NEEDED: Final = 20
# A day of which less is known is none.
_LEAST_OF_A_DAY: Final = 0.25

# What is usual at an hour is what was usual then. Where less than twenty days of it are
# known, or too few samples to have a highest 1 %, hours nearby stand in.
_ENOUGH_DAYS: Final = 20
_ENOUGH_SAMPLES: Final = 100
# The whole sample, in so few numbers that each hour can afford it.
_SKETCH: Final = 200

_HOURS: Final = 24
_TYPES: Final = tuple(DayType)


def learn_usage(
    starts: Sequence[int],
    watts: Sequence[float],
    interval_s: int,
    zone: tzinfo,
    free: Collection[date] = (),
    *,
    stands_by: bool = False,
) -> UsageStatistics | TooLittleUse:
    """Learn from the mean power [W] of intervals that start at times [s since the epoch].

    `starts` (n) are in order. Of a meter that `stands_by`, an appliance's, the power of
    its stand-by is looked for; of any other, up to 5 W are no use.
    """
    at = np.asarray(starts, dtype=np.int64)
    values = np.asarray(watts, dtype=np.float64)
    known = np.isfinite(values)
    at, values = at[known], values[known]
    if not at.size:
        return TooLittleUse(0, DAYS_NEEDED, 0, USES_NEEDED)
    clock = LocalClock(zone, HOUR)
    first = clock.date_of(datetime.fromtimestamp(int(at[0]), UTC))
    place = clock.places(at, first)
    days = _days_known(place.day, interval_s)
    limit = off_below(values) if stands_by else LEAST_USE_W
    odd = unusual_days(place.day, values, limit)
    used = ~odd & (values > limit)
    uses = int(np.count_nonzero(used))
    if days < DAYS_NEEDED or uses < USES_NEEDED:
        return TooLittleUse(days, DAYS_NEEDED, uses, USES_NEEDED)
    kept = ~odd
    working = _working(place.day, first, free)
    return UsageStatistics(
        interval_s,
        float(at[0]),
        float(at[-1] + interval_s),
        int(np.count_nonzero(kept)),
        days,
        int(np.unique(place.day[odd]).size),
        limit,
        float(np.mean(values[kept] <= limit)),
        float(np.mean(values[kept] < -LEAST_USE_W)),
        _profile(values[used], np.ones(uses), uses),
        _by_hour(values[used], place.slot[used], working[used], interval_s),
    )


def _days_known(day: Integers, interval_s: int) -> int:
    _, counts = np.unique(day, return_counts=True)
    enough = _LEAST_OF_A_DAY * _HOURS * HOUR / interval_s
    return int(np.count_nonzero(counts >= enough))


def _working(day: Integers, first: date, free: Collection[date]) -> Flags:
    """Return which samples are of working days (n)."""
    days, where = np.unique(day, return_inverse=True)
    working = [
        day_type_of(first + timedelta(days=int(one)), free) is DayType.WORKING_DAY
        for one in days
    ]
    flags: Flags = np.array(working, dtype=np.bool_)[where]
    return flags


def _by_hour(
    watts: Floats, hour: Integers, working: Flags, interval_s: int
) -> dict[tuple[DayType, int], UseProfile]:
    enough = max(_ENOUGH_SAMPLES, _ENOUGH_DAYS * HOUR / interval_s)
    values = {
        (kind, at): watts[(working == (kind is DayType.WORKING_DAY)) & (hour == at)]
        for kind in _TYPES
        for at in range(_HOURS)
    }
    levels = (np.arange(_SKETCH) + 0.5) / _SKETCH
    sketch: Floats = np.quantile(watts, levels).astype(np.float64)
    found = {}
    for (kind, at), own in values.items():
        other = next(one for one in _TYPES if one is not kind)
        near = [values[kind, (at + step) % _HOURS] for step in (-1, 1)]
        parts, weights = [own], [np.ones(own.size)]
        missing = max(0.0, enough - own.size)
        for nearby in (np.concatenate(near), values[other, at], sketch):
            if missing > 0 and nearby.size:
                # Together they count as what is missing, each as one at the most.
                weight = min(1.0, missing / nearby.size)
                parts.append(nearby)
                weights.append(np.full(nearby.size, weight))
                missing -= weight * nearby.size
        found[kind, at] = _profile(
            np.concatenate(parts), np.concatenate(weights), own.size
        )
    return found


def _profile(watts: Floats, weights: Floats, samples: int) -> UseProfile:
    order = np.argsort(watts)
    watts, weights = watts[order], weights[order]
    levels = np.array([0.25, 0.5, 0.75, TAIL])
    (p25, p50, p75, tail) = weighted_quantiles(
        watts[:, None], weights[:, None], levels
    )[:, 0].tolist()
    source, fit = TailSource.SAMPLE, None
    if found := best_fit(watts, weights, tail):
        fit, fitted_tail = found
        if fit.fits:
            source, tail = TailSource.FIT, max(fitted_tail, p75)
    return UseProfile(p25, p50, p75, tail, source, samples, fit)
