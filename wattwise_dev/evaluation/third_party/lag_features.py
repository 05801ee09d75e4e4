"""Lags, recent statistics and calendar: what a practitioner gives boosted trees."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from .job import Floats, Home, Integers

# Days that make the usual slot, and the least that make a row.
_USUAL: Final = 28
MINIMUM_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Rows:
    """What is known at midnights about the slots of a day, one row per slot.

    `inputs` (rows, features) and `outputs` (rows) are in units of `scale` (rows), the
    home's usual slot at that time [kWh].
    """

    inputs: Floats
    outputs: Floats
    scale: Floats


def rows_of(home: Home, lead: int, days: Integers, first: Integers) -> Rows:
    """Return the rows at the midnights when `days` begin, with `first` days known then.

    Rows of the past have the measured slots as outputs, NaN in gaps.
    """
    inputs, scales, outputs = [], [], []
    for day, earliest in zip(days, first, strict=True):
        known = home.energy[earliest:day]
        scale = float(np.abs(known[-_USUAL:]).mean()) or 1.0
        inputs.append(_inputs(home, known / scale, int(day), lead))
        target = day + lead
        some = target < len(home.measured)
        row = home.measured[target] if some else np.full(home.slots, np.nan)
        outputs.append(row / scale)
        scales.append(np.full(home.slots, scale))
    return Rows(np.concatenate(inputs), np.concatenate(outputs), np.concatenate(scales))


def _inputs(home: Home, known: Floats, day: int, lead: int) -> Floats:
    """Return (slots, features) from what is known (days, slots), scaled."""
    slots, target = home.slots, day + lead
    hour = slots // 24
    month, week, yesterday = known[-_USUAL:], known[-7:], known[-1]
    # Rows counted back from the origin: the same weekday as the target's.
    weekdays = list(range(7 - lead, len(known) + 1, 7))[:4]
    same = known[[-back for back in weekdays]]
    totals = known.mean(axis=1)
    free = home.day_class[day - len(known) : day] > 0
    alike = known[-_USUAL:][free[-_USUAL:] == (home.day_class[target] > 0)]
    alike = alike if len(alike) else month
    columns = [
        np.arange(slots) * 24 / slots,
        home.weekday[target],
        home.day_class[target],
        home.day_class[day - 1],
        *known[-1:-8:-1],
        same[0],
        same[min(1, len(same) - 1)],
        same.mean(axis=0),
        np.median(same, axis=0),
        week.mean(axis=0),
        np.median(week, axis=0),
        week.std(axis=0),
        week.max(axis=0),
        week.min(axis=0),
        month.mean(axis=0),
        month.std(axis=0),
        *np.quantile(month, [0.1, 0.25, 0.5, 0.75, 0.9], axis=0),
        alike.mean(axis=0),
        np.median(alike, axis=0),
        np.roll(yesterday, hour),
        np.roll(yesterday, -hour),
        np.roll(week.mean(axis=0), hour),
        np.roll(week.mean(axis=0), -hour),
        totals[-1],
        totals[-2],
        totals[-3:].mean(),
        totals[-7:].mean(),
        totals[-_USUAL:].std(),
        yesterday[-hour:].mean(),
        yesterday[-6 * hour :].mean(),
        np.quantile(month, 0.05),
    ]
    return np.stack([np.broadcast_to(c, slots) for c in columns], axis=1)
