"""Whether knowing the day type finds more of what is unusual.

The distance of an hour from the median of that hour, in robust sigmas: of the last eight
weeks, or of days of the type that is expected at midnight. The threshold of each is the
one that would have alarmed once a month.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.anomalies.hour_series import HourSeries
from custom_components.wattwise.analytics.day_types.expected_type import chances_today
from custom_components.wattwise.analytics.day_types.home_days import MOST_DAYS
from custom_components.wattwise.analytics.day_types.learned_types import (
    LearnedTypes,
    learn,
)
from custom_components.wattwise.analytics.forecasting.local_days import Floats
from custom_components.wattwise.analytics.forecasting.past import Past
from wattwise_dev.evaluation.anomalies.events import FIRST_DAY, EventKind, events_of
from wattwise_dev.evaluation.household import Household

from .days_of_a_home import days_known

_EIGHT_WEEKS: Final = 56
_TYPED_WEEKS: Final = 112
_LEAST_OF_A_TYPE: Final = 14
_SIGMAS: Final = 1.4826
_LEAST_SIGMA: Final = 0.01
_LEARNED_EVERY: Final = 28
_DAYS_OF_A_MONTH: Final = 30.4


@dataclass(slots=True)
class Recalls:
    """Events that were put into homes, and those that were found, by kind."""

    put: dict[EventKind, int] = field(default_factory=dict)
    plain: dict[EventKind, int] = field(default_factory=dict)
    typed: dict[EventKind, int] = field(default_factory=dict)


def count_found(home: Household, each: int, seed: int, recalls: Recalls) -> None:
    """Put events into a home, and count who finds them."""
    pairs = zip(home.starts.tolist(), home.measured.tolist(), strict=True)
    series = HourSeries.of(dict(pairs), home.clock.zone)
    if series is None:
        return
    rows = series.rows(series.energy)
    past = home.past.since(max(0, (series.first - home.first) // timedelta(days=1)))
    usual = _usual_hours(rows, past)
    events = list(events_of(series, each, seed))
    day, slot = series.place.day, series.place.slot
    for found, (middle, sigma) in zip(
        (recalls.plain, recalls.typed), usual, strict=True
    ):
        scores = np.abs(series.energy - middle[day, slot]) / sigma[day, slot]
        limit = _once_a_month(scores, day)
        for event in events:
            hours = slice(event.begin, event.end)
            at = day[hours], slot[hours]
            off = np.abs(event.put_into(series).energy[hours] - middle[at]) / sigma[at]
            new = (off > limit) & ~(scores[hours] > limit)
            found[event.kind] = found.get(event.kind, 0) + bool(new.any())
    for event in events:
        recalls.put[event.kind] = recalls.put.get(event.kind, 0) + 1


def _usual_hours(rows: Floats, past: Past) -> tuple[tuple[Floats, Floats], ...]:
    """Return the median and the sigma of each hour (days, 24): plainly, and by type."""
    plain = np.full_like(rows, np.nan), np.full_like(rows, np.nan)
    typed = np.full_like(rows, np.nan), np.full_like(rows, np.nan)
    types: LearnedTypes | None = None
    for day in range(_EIGHT_WEEKS, len(rows)):
        if (day - _EIGHT_WEEKS) % _LEARNED_EVERY == 0:
            types = learn(days_known(past, day), types)
        before = rows[day - _EIGHT_WEEKS : day]
        plain[0][day], plain[1][day] = _median_and_sigma(before)
        alike = _of_the_expected_type(types, past, rows, day)
        chosen = before if alike is None else alike
        typed[0][day], typed[1][day] = _median_and_sigma(chosen)
    return plain, typed


def _of_the_expected_type(
    types: LearnedTypes | None, past: Past, rows: Floats, day: int
) -> Floats | None:
    """Return the last days of the type that a day is expected to be; None if too few."""
    if types is None or len(types.names) < 2:
        return None
    known = days_known(past, day)
    labels = types.labels(known.whole)
    kind = int(chances_today(types, known, labels).argmax())
    offset = day - min(day, MOST_DAYS)
    at = np.flatnonzero(labels == kind) + offset
    at = at[at >= day - _TYPED_WEEKS][-_EIGHT_WEEKS:]
    return rows[at] if len(at) >= _LEAST_OF_A_TYPE else None


def _median_and_sigma(before: Floats) -> tuple[Floats, Floats]:
    there = ~np.isnan(before).all(axis=0)
    middle, sigma = np.full(24, np.nan), np.full(24, np.nan)
    middle[there] = np.nanmedian(before[:, there], axis=0)
    off = np.abs(before[:, there] - middle[there])
    sigma[there] = np.maximum(np.nanmedian(off, axis=0) * _SIGMAS, _LEAST_SIGMA)
    return middle, sigma


def _once_a_month(scores: Floats, day: np.ndarray) -> float:
    """Return the threshold above which there is something on one day of a month."""
    peaks = [
        float(np.nanmax(scores[day == one]))
        for one in range(FIRST_DAY, int(day[-1]) + 1)
        if not np.isnan(scores[day == one]).all()
    ]
    return float(np.quantile(peaks, 1 - 1 / _DAYS_OF_A_MONTH))
