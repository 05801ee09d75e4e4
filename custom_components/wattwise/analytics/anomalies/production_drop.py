"""Whether a roof gives far less than its own past, and the weather, let expect.

Two ways to fail are told apart. A roof that gives *nothing* in hours in which it always
gave something is told within hours if the weather is known to be fair, and within days
if it may be snow, or if the weather is not known. A roof that gives *too little* is told
after three days or a week: what share it gave of clear days is compared with the same of
all its past, so that weeks of rain alarm nobody who has seen one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .anomaly import Anomaly, AnomalyKind
from .findings import Learning
from .sun_days import HOUR, Floats, SunDays

DAYS_NEEDED: Final = 28
# Less than this share of a clear hour is nothing: inverters that are off count a little.
_NOTHING: Final = 0.01
# Bright hours of nothing after which a roof has failed: in fair weather, in any, and
# when snow may lie on it.
_FAIR_HOURS: Final = 4
_ANY_HOURS: Final = 16
_SNOW_HOURS: Final = 40
_FAIR_CLOUD: Final = 0.7
_NO_SNOW_C: Final = 2.0
_SNOW_LIES_DAYS: Final = 7
# The longest such time of the past counts for as much and half of it, up to this.
_PAST_FACTOR: Final = 1.5
_LONGEST_PAST: Final = 60
# Too little: of so many days, of which so many have to be known.
_WINDOWS: Final = ((3, 3), (7, 5))
_LEAST_PAST_WINDOWS: Final = 30
_RARE: Final = 0.02
_MARGIN: Final = 0.7
_BLIND_MARGIN: Final = 0.5
# A day that gives this share of a usual one ends it.
_WELL_AGAIN: Final = 0.75
# Days alike in clouds say what is usual under them.
_ALIKE: Final = 25
_LEAST_ALIKE: Final = 15
# Days that may belong to the fault say nothing of what is usual.
_RECENT_DAYS: Final = 7
_LONGEST_DAYS: Final = 21
_BAND: Final = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class ProductionDrop:
    """What is said of a roof: `drop` is None if all is well.

    `nothing` says that it gives nothing at all, `maybe_snow` that it may lie under snow.
    `learning` is None once enough is known to judge.
    """

    drop: Anomaly | None
    learning: Learning | None
    nothing: bool = False
    maybe_snow: bool = False


def production_drop(
    hours: Mapping[float, float],
    clock: tzinfo,
    *,
    temperature: Mapping[int, float],
    cloud: Mapping[int, float],
) -> ProductionDrop:
    """Judge a roof by all its hours [start, s since the epoch -> kWh] that are over.

    `clock` is standard time, without daylight saving. `temperature` [degrees Celsius]
    and `cloud` cover [0 to 1] are by the start of their hour, and may be empty. Takes
    some tens of milliseconds for two years.
    """
    days = SunDays.of(hours, clock, temperature, cloud)
    known = 0 if days is None else int((~np.isnan(days.shares())).sum())
    if days is None or known < DAYS_NEEDED:
        return ProductionDrop(None, Learning(known, DAYS_NEEDED))
    return _gives_nothing(days) or _gives_too_little(days)


def _gives_nothing(days: SunDays) -> ProductionDrop | None:
    """Say whether nothing came in the newest bright hours."""
    bright = (days.bright & ~np.isnan(days.given)).ravel()
    starts = days.starts.ravel()[bright]
    given, clear = days.given.ravel()[bright], days.clear.ravel()[bright]
    runs = _runs_of(given < _NOTHING * clear)
    length = int(runs[-1]) if len(runs) else 0
    if not length:
        return None
    before = runs[:-length]
    past = min(float(before.max(initial=0)), _LONGEST_PAST)
    cloud = days.cloud.ravel()[bright][-length:]
    fair = not np.isnan(cloud).any() and float(cloud.mean()) <= _FAIR_CLOUD
    lately = days.temperature[-_SNOW_LIES_DAYS - length // 6 :]
    coldest = float(np.nanmin(lately)) if not np.isnan(lately).all() else None
    maybe_snow = coldest is not None and coldest <= _NO_SNOW_C
    if maybe_snow:
        needed = max(float(_SNOW_HOURS), _PAST_FACTOR * past)
    elif fair and coldest is not None:
        needed = float(_FAIR_HOURS)
    else:
        needed = max(float(_ANY_HOURS), _PAST_FACTOR * past)
    if length < needed:
        return None
    span = slice(len(given) - length, None)
    share = _usual_shares(days)
    day_of = np.repeat(np.arange(len(days.given)), 24)[bright]
    return ProductionDrop(
        _anomaly(
            starts[span],
            given[span],
            clear[span] * share[day_of[span]],
            days,
            length / needed,
        ),
        None,
        nothing=True,
        maybe_snow=maybe_snow,
    )


def _gives_too_little(days: SunDays) -> ProductionDrop:
    """Say whether the newest days gave less than any like them."""
    usual = _usual_shares(days)
    relative = days.shares() / usual
    # Whether a day of nothing is one of snow is said above.
    relative[relative < _NOTHING] = np.nan
    known = np.flatnonzero(~np.isnan(relative))
    if not len(known) or len(relative) - known[-1] > _WINDOWS[0][0]:
        return ProductionDrop(None, None)
    newest = int(known[-1])
    middle = float(np.nanmedian(relative[: -_RECENT_DAYS or None]))
    seen = not np.isnan(days.cloudiness()[newest])
    score, length = 0.0, 0
    if relative[newest] < _WELL_AGAIN * middle:
        for window, least in _WINDOWS:
            found = _how_rare(relative[: newest + 1], window, least)
            found *= _MARGIN if seen else _BLIND_MARGIN
            if found > score:
                score, length = found, window
    if score < 1:
        return ProductionDrop(None, None)
    first = _began(relative[: newest + 1], length, middle)
    rows = slice(first, newest + 1)
    there = days.bright[rows] & ~np.isnan(days.given[rows])
    expected = days.clear[rows] * usual[rows, None]
    return ProductionDrop(
        _anomaly(
            days.starts[rows][there],
            days.given[rows][there],
            expected[there],
            days,
            score,
        ),
        None,
        maybe_snow=_is_cold(days, first),
    )


def _runs_of(wanted: NDArray[np.bool_]) -> Floats:
    """Return how many in a row were so, up to each."""
    counted = np.cumsum(wanted)
    reset = np.maximum.accumulate(np.where(wanted, 0, counted))
    return np.asarray(counted - reset, dtype=np.float64)


def _usual_shares(days: SunDays) -> Floats:
    """Return what share of a clear day is usual under the clouds of each day (days)."""
    shares, clouds = days.shares(), days.cloudiness()
    past = np.arange(len(shares)) < len(shares) - _RECENT_DAYS
    told = past & ~np.isnan(shares)
    overall = float(np.median(shares[told])) if told.any() else np.nan
    usual = np.full(len(shares), overall)
    alike = told & ~np.isnan(clouds)
    if alike.sum() < _LEAST_ALIKE:
        return usual
    for day in np.flatnonzero(~np.isnan(clouds)):
        order = np.argsort(np.abs(clouds[alike] - clouds[day]), kind="stable")
        usual[day] = np.median(shares[alike][order[:_ALIKE]])
    np.maximum(usual, _NOTHING, out=usual)
    return usual


def _how_rare(relative: Floats, window: int, least: int) -> float:
    """Return how often the mean of the newest days goes into the rare ones of the past."""
    known = ~np.isnan(relative)
    ones = np.ones(window)
    counts = np.convolve(known, ones, "valid")
    sums = np.convolve(np.where(known, relative, 0.0), ones, "valid")
    means = np.where(counts >= least, sums / np.maximum(counts, 1), np.nan)
    past = means[: -max(window, _RECENT_DAYS)]
    past = past[~np.isnan(past)]
    if len(past) < _LEAST_PAST_WINDOWS or not known[-1] or np.isnan(means[-1]):
        return 0.0
    return float(np.quantile(past, _RARE)) / max(float(means[-1]), 1e-6)


def _began(relative: Floats, window: int, middle: float) -> int:
    """Return the first of the days in a row that gave less than most do."""
    first = len(relative) - window
    while relative[first] >= middle and first < len(relative) - 1:
        first += 1
    longest = max(0, len(relative) - _LONGEST_DAYS)
    while first > longest and not relative[first - 1] >= middle / 2:
        first -= 1
    return first


def _is_cold(days: SunDays, first: int) -> bool:
    known = days.temperature[max(0, first - 1) :]
    return not np.isnan(known).all() and float(np.nanmin(known)) <= _NO_SNOW_C


def _anomaly(
    starts: Floats, given: Floats, expected: Floats, days: SunDays, score: float
) -> Anomaly:
    """Return what is told of bright hours that gave too little."""
    shares = days.shares()[:-_RECENT_DAYS]
    shares = shares[~np.isnan(shares)]
    spread = np.quantile(shares / np.median(shares), _BAND)
    whole = float(expected.sum())
    return Anomaly(
        AnomalyKind.PRODUCTION_DROP,
        float(starts[0]),
        float(starts[-1]) + HOUR,
        score,
        float(given.sum()),
        whole,
        whole * float(spread[0]),
        whole * float(spread[1]),
    )
