"""Cars at the charger, forecast apart from the rest of the home.

A session is rare and large. What models say of a home's other habits gets lost beside
it, so they are shown the home without it; and what the charger will do is added again.
"""

from bisect import bisect
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .local_days import DayRows, Floats, Integers, LocalClock
from .past import Past
from .prediction import LEVELS, Prediction

# Days looked back at, and after how many a day counts a third (1/e).
_WINDOW: Final = 112
_RECENCY: Final = 70.0
# What a day counts that is of another class.
_OTHER_CLASS: Final = 0.5
# Days since a session beyond which it makes no difference how many they are.
_LONG_AGO: Final = 4
# What is usual counts as much as so many weights of a day when it is asked how likely a
# session is after so many days without.
_PRETENDED: Final = 2.0
# Less than this share of the usual session is none.
_SESSION: Final = 0.25
# Equally likely values that stand for a distribution.
_OF_CHARGING: Final = 25
_OF_REST: Final = 15


@dataclass(frozen=True, slots=True)
class ExpectedCharging:
    """Energy [kWh] of the charger in each slot of a day.

    `values` (slots, equally likely values) are its distribution, `mean` (slots) what is
    expected.
    """

    values: Floats
    mean: Floats


def charging_rows(
    hours: Mapping[int, float], clock: LocalClock, first: date, days: int
) -> Floats | None:
    """Lay what went into cars [kWh], by the start of the slot, into local days.

    NaN where it is unknown; None without a charger.
    """
    if not hours:
        return None
    starts = clock.slots_of(first, days)
    energy = np.array([hours.get(start, np.nan) for start in starts.tolist()])
    return DayRows.from_slots(starts, energy, clock).energy


def expected_charging(past: Past, lead: int) -> ExpectedCharging:
    """Forecast the charger for the day `lead` days after a past that knows of one.

    Past days stand for the coming one; they count more the nearer they are, and if they
    are of the same class. How likely a session is depends on when the last one was.
    """
    assert past.charging is not None
    days = np.arange(max(0, past.days - _WINDOW), past.days)
    rows = past.charging[days]
    # On a day on which nobody was at home, no car was.
    known = ~np.isnan(rows) & ~np.isnan(past.measured[days])
    rows = np.where(known, rows, 0.0)
    counts = known * _day_weights(past, days, rows.sum(axis=1), lead)[:, None]
    whole = counts.sum(axis=0)
    mean = (counts * rows).sum(axis=0) / np.where(whole > 0, whole, 1.0)
    return ExpectedCharging(_equally_likely(rows.T, counts.T), mean)


def add_charging(rest: Prediction, charging: ExpectedCharging) -> Prediction:
    """Return the forecast of the home from those of its rest and of its charger.

    Means add. The distribution is that of the sum of both, taken as independent: when
    a car comes home says little of what the dinner of that day needs. Quantiles do not
    add: hours in which both are high are rarer than hours in which one is.
    """
    spread = rest.quantiles.T @ _SCORES
    if (rest.quantiles >= 0).all():
        spread = np.maximum(spread, 0.0)
    sums = (spread[:, :, None] + charging.values[:, None]).reshape(len(spread), -1)
    return Prediction(
        np.quantile(sums, LEVELS, axis=1, method="hazen"), rest.mean + charging.mean
    )


def charging_with_today(past: Past, refreshed: Prediction) -> Floats:
    """Return the charging of a past (days + 1, slots) as if today were over.

    `refreshed` is the forecast of today with what was measured until now.
    """
    assert past.charging is not None
    expected = np.minimum(expected_charging(past, 0).mean, refreshed.mean)
    days, today = past.charging[: past.days], past.charging[past.days :]
    known = today[0] if len(today) else np.full(past.slots, np.nan)
    return np.vstack([days, np.where(np.isnan(known), expected, known)])


def _day_weights(past: Past, days: Integers, totals: Floats, lead: int) -> Floats:
    """Weigh days by how much they tell of the day `lead` days after the past.

    `totals` (days) is what they charged. Days on which the car was charged count
    together as much as it was likely to be after so many days without.
    """
    weights = np.exp((days - past.days) / _RECENCY)
    free = past.calendar.day_class > 0
    weights *= np.where(free[days] == free[past.days + lead], 1.0, _OTHER_CLASS)
    some = totals[totals > 0]
    charged = totals > _SESSION * (some.mean() if some.size else 1.0)
    usual = float(weights[charged].sum() / weights.sum())
    if not 0 < usual < 1:
        return np.asarray(weights)
    # How long ago the last session was, as it was known `lead` days before each day.
    waited = _days_since(charged)
    alike = np.zeros(len(days), dtype=bool)
    alike[1 + lead :] = waited[: len(days) - 1 - lead] == waited[-1]
    share = (weights[alike & charged].sum() + _PRETENDED * usual) / (
        weights[alike].sum() + _PRETENDED
    )
    return np.asarray(
        weights * np.where(charged, share / usual, (1 - share) / (1 - usual))
    )


def _days_since(charged: NDArray[np.bool_]) -> Integers:
    """Count for each day the days since a session, 0 for a day with one."""
    days = np.arange(len(charged))
    last = np.maximum.accumulate(np.where(charged, days, -_LONG_AGO))
    return np.asarray(np.minimum(days - last, _LONG_AGO), dtype=np.int64)


def _equally_likely(rows: Floats, counts: Floats) -> Floats:
    """Return values (slots, n) each of which stands for the same weight of `rows`.

    Both are (slots, days). Nothing is interpolated: a charger is on or off.
    """
    order = np.argsort(rows, axis=1)
    rows = np.take_along_axis(rows, order, axis=1)
    share = np.cumsum(np.take_along_axis(counts, order, axis=1), axis=1)
    wanted = (np.arange(_OF_CHARGING) + 0.5) / _OF_CHARGING
    values = np.zeros((len(rows), _OF_CHARGING))
    for slot, (row, until) in enumerate(zip(rows, share, strict=True)):
        if until[-1] > 0:
            values[slot] = row[np.searchsorted(until, wanted * until[-1])]
    return values


def _scores() -> Floats:
    """Return what makes equally likely values of quantiles: (LEVELS, values).

    Between two quantiles, and beyond the outer ones, values follow the normal
    distribution, as `expectation.Expected.at` has it.
    """
    normal = NormalDist()
    score = [normal.inv_cdf(level) for level in LEVELS]
    matrix = np.zeros((len(LEVELS), _OF_REST))
    for column in range(_OF_REST):
        wanted = normal.inv_cdf((column + 0.5) / _OF_REST)
        high = min(max(bisect(score, wanted), 1), len(score) - 1)
        part = (wanted - score[high - 1]) / (score[high] - score[high - 1])
        matrix[high - 1, column], matrix[high, column] = 1 - part, part
    return matrix


_SCORES: Final = _scores()
