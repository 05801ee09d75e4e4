"""Events that are put into the hours of a home, by chance that can be repeated."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.anomalies.hour_series import (
    HOURS_OF_A_DAY,
    HourSeries,
)
from custom_components.wattwise.analytics.forecasting.local_days import Floats
from wattwise_dev.evaluation.errors import EvaluationError

# Days before the first event, and those that the longest one needs.
FIRST_DAY: Final = 84
_LONGEST_DAYS: Final = 8
# The share of all days that are those of a home that is empty, or next to it.
_LOW_DAYS: Final = 0.05
# Places tried before a home is given up.
_TRIES: Final = 1000


class EventKind(StrEnum):
    """What can happen."""

    OUTAGE = "outage 6 h"
    STUCK = "stuck 24 h"
    LEFT_ON = "+0.5 kW 24 h"
    APPLIANCE = "+1 kW 8 h"
    HEATER = "+2 kW 4 h night"
    BASE = "+0.15 kW 7 d"
    SPIKE = "+3 kW 1 h"
    AWAY = "away 3 d"


HOURS: Final = {
    EventKind.OUTAGE: 6,
    EventKind.STUCK: 24,
    EventKind.LEFT_ON: 24,
    EventKind.APPLIANCE: 8,
    EventKind.HEATER: 4,
    EventKind.BASE: 168,
    EventKind.SPIKE: 1,
    EventKind.AWAY: 72,
}
_ADDED: Final = {
    EventKind.LEFT_ON: 0.5,
    EventKind.APPLIANCE: 1.0,
    EventKind.HEATER: 2.0,
    EventKind.BASE: 0.15,
    EventKind.SPIKE: 3.0,
}


@dataclass(frozen=True, slots=True)
class Event:
    """An event in hours [begin, end) of a home: `energy` [kWh] is what was there then."""

    kind: EventKind
    begin: int
    end: int
    energy: Floats

    def put_into(self, series: HourSeries) -> HourSeries:
        """Return the home with it, as it is known when the event ends."""
        energy = series.energy[: self.end].copy()
        energy[self.begin :] = self.energy
        return HourSeries(series.zone, series.begin, energy)


def events_of(series: HourSeries, each: int, seed: int) -> Iterator[Event]:
    """Make `each` events of every kind; the same for the same home and seed.

    EvaluationError if the home has too few days.
    """
    if series.days < FIRST_DAY + _LONGEST_DAYS + 1:
        raise EvaluationError(
            f"{series.days} days are too few: events begin after {FIRST_DAY} days"
        )
    chance = np.random.default_rng(seed)
    for kind in EventKind:
        for _ in range(each):
            yield _event(series, kind, chance)


def _event(series: HourSeries, kind: EventKind, chance: np.random.Generator) -> Event:
    for _ in range(_TRIES):
        begin = _begin(series, kind, chance)
        end = begin + HOURS[kind]
        # An event in a gap is none, nor is one that nothing comes before.
        if not np.isnan(series.energy[begin - HOURS_OF_A_DAY : end]).any():
            return Event(kind, begin, end, _energy(series, kind, begin, end, chance))
    raise EvaluationError("there are too many gaps to put events between them")


def _begin(series: HourSeries, kind: EventKind, chance: np.random.Generator) -> int:
    day = int(chance.integers(FIRST_DAY, series.days - _LONGEST_DAYS))
    hours = np.flatnonzero(series.place.day == day)
    match kind:
        case EventKind.HEATER:
            # From midnight, one or two on: over by six.
            return int(hours[int(chance.integers(0, 3))])
        case EventKind.AWAY:
            return int(hours[0])
        case _:
            return int(chance.choice(hours))


def _energy(
    series: HourSeries,
    kind: EventKind,
    begin: int,
    end: int,
    chance: np.random.Generator,
) -> Floats:
    if kind in _ADDED:
        return series.energy[begin:end] + _ADDED[kind]
    if kind is EventKind.OUTAGE:
        return np.zeros(end - begin)
    if kind is EventKind.STUCK:
        return np.full(end - begin, series.energy[begin - 1])
    return _as_when_empty(series, begin, end, chance)


def _as_when_empty(
    series: HourSeries, begin: int, end: int, chance: np.random.Generator
) -> Floats:
    """Return days of least use that the home has had or will have, by its clock."""
    rows = series.rows(series.energy)
    whole = np.flatnonzero(~np.isnan(rows).any(axis=1))
    lowest = whole[np.argsort(rows[whole].sum(axis=1))]
    few = lowest[: max(4, int(_LOW_DAYS * len(lowest)))]
    days = series.place.day[begin:end] - series.place.day[begin]
    # The clock may have been set within them: a fourth day, or a third that is short.
    chosen = chance.choice(few, int(days.max()) + 1, replace=False)
    lowered: Floats = rows[chosen[days], series.place.slot[begin:end]]
    return lowered
