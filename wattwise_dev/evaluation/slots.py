"""What a meter measured, by the slots of a local clock: energy is neither lost nor made."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.forecasting.local_days import (
    Floats,
    Integers,
    LocalClock,
)

from .errors import EvaluationError

# Below this share of its length measured, a slot is a gap; above, what is missing is
# taken to be like the rest of the slot.
_COVERED: Final = 0.9
_LONGEST_STEP: Final = 86_400
# So many rows at one distance make it the step.
_STEADY_ROWS: Final = 12


class Unit(StrEnum):
    """What the numbers of a file are: energy of a step, or the mean power during it."""

    KWH = "kWh"
    WH = "Wh"
    KW = "kW"
    W = "W"

    def energy(self, values: Floats, seconds: Integers) -> Floats:
        """Return kWh of steps of so many seconds."""
        if self in {Unit.W, Unit.KW}:
            values = values * (seconds / 3600)
        return values / 1000 if self in {Unit.W, Unit.WH} else values


@dataclass(frozen=True, slots=True)
class Steps:
    """Stretches of time that do not overlap: [begin, end) seconds since the epoch."""

    begin: Integers
    end: Integers
    # The commonest length [s].
    usual: int

    @classmethod
    def of(cls, times: Integers, *, stamped_at_end: bool) -> Steps:
        """Find which stretch each rising time of a file stands for.

        The step is the distance that times keep for a while: a file may go over to
        another one. A time that is followed earlier stands for the time until then; what
        is farther apart than the step is a gap. EvaluationError for steps above a day.
        """
        distances = np.diff(times)
        lengths, counts = np.unique(distances, return_counts=True)
        usual = int(lengths[np.argmax(counts)])
        if usual > _LONGEST_STEP:
            raise EvaluationError(
                f"the rows are {usual / 3600:g} h apart, days at most"
            )
        kept = _kept_distances(distances, usual)
        lengths = np.minimum(distances, kept)
        if stamped_at_end:
            return cls(times - np.insert(lengths, 0, kept[0]), times, usual)
        return cls(times, times + np.append(lengths, kept[-1]), usual)


def _kept_distances(distances: Integers, usual: int) -> Integers:
    """Return for each distance the one that was last kept for some rows."""
    changes = np.flatnonzero(np.diff(distances)) + 1
    begins = np.concatenate([[0], changes])
    runs = np.diff(np.append(begins, len(distances)))
    long = (runs >= _STEADY_ROWS) & (distances[begins] <= _LONGEST_STEP)
    if not long.any():
        return np.full(len(distances), usual)
    # Before the first one that is kept, that one counts.
    last = np.maximum.accumulate(np.where(long, np.arange(len(runs)), -1))
    last[last < 0] = np.argmax(long)
    return np.repeat(distances[begins[last]], runs)


def days_of(steps: Steps, clock: LocalClock) -> Integers:
    """Return the starts [s] of the slots of all local days that a file touches.

    Days begin at local midnight, also where a day has 23.5 or 25 hours.
    """
    first = clock.date_of(_moment(steps.begin[0]))
    last = clock.date_of(_moment(steps.end[-1] - 1))
    days = (last - first).days + 1
    midnights = [clock.midnight(first, day) for day in range(days + 1)]
    return np.concatenate(
        [clock.slots_from(begin, end) for begin, end in pairwise(midnights)]
    )


def energy_of_slots(
    values: Floats, steps: Steps, unit: Unit, starts: Integers, step: int
) -> Floats:
    """Return the energy [kWh] of each slot, NaN where it was not measured.

    A row that is longer than a slot is divided evenly. `starts` rise; a slot which the
    next one cuts short, as where the clock moves by half an hour, is a gap.
    """
    known = ~np.isnan(values)
    begin, end = steps.begin[known], steps.end[known]
    energy = unit.energy(values[known], end - begin)
    edges = np.stack([begin, end], axis=1).ravel()
    measured = np.interp(starts, edges, _risen(energy), left=0.0)
    measured = np.interp(starts + step, edges, _risen(energy), left=0.0) - measured
    seconds = _risen((end - begin).astype(np.float64))
    covered = np.interp(starts + step, edges, seconds, left=0.0)
    covered = (covered - np.interp(starts, edges, seconds, left=0.0)) / step
    whole = np.append(np.diff(starts) >= step, [True]) & (covered >= _COVERED)
    slots = np.full(len(starts), np.nan)
    slots[whole] = np.round(measured[whole] / covered[whole], 9)
    return slots


def _risen(amounts: Floats) -> Floats:
    """Return how much there was in sum at each begin and end."""
    after = np.cumsum(amounts)
    return np.stack([after - amounts, after], axis=1).ravel()


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(int(second), UTC)
