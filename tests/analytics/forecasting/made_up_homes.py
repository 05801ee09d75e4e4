"""Homes whose habits are known, because they are made up."""

import numpy as np

from custom_components.wattwise.analytics.forecasting.local_days import Floats
from custom_components.wattwise.analytics.forecasting.past import (
    DAYS_AHEAD,
    Calendar,
    Past,
)

# A Monday.
FIRST_DAY = 739_250


def weekdays(days: int) -> Calendar:
    """Return the calendar of days from a Monday on, without holidays."""
    weekday = np.arange(days + DAYS_AHEAD) % 7
    return Calendar(weekday, np.zeros_like(weekday))


def home(days: int, *, seed: int = 1, slots: int = 24) -> Past:
    """Return a home with a base load, an evening peak and bursts of appliances."""
    rng = np.random.default_rng(seed)
    hour = np.arange(slots) * 24 / slots
    evening = np.exp(-(((hour - 19) / 2.5) ** 2))
    level = np.exp(rng.normal(0, 0.25, days))[:, None]
    bursts = rng.gamma(0.5, 0.4, (days, slots))
    energy = (0.1 + level * (0.6 * evening + bursts * (0.2 + evening))) * 24 / slots
    return Past(energy, weekdays(days), first_day=FIRST_DAY)


def home_that_changes(
    days: int, change: int, *, nights: bool, seed: int = 1, slots: int = 24
) -> Past:
    """Return a home with other habits from day `change` on.

    Dinner is at seven, and on free days in the afternoon as well. Then somebody begins
    to work `nights`, or else a heat pump is put in.
    """
    rng = np.random.default_rng(seed)
    hour = np.arange(slots) * 24 / slots
    heat = 0.8 + 0.4 * np.cos((hour - 5) / 24 * 2 * np.pi)
    rows = []
    for day in range(days):
        free = day % 7 > 4
        late = nights and day >= change and not free
        usual = (1.2 if free else 1.0) * _peak(hour, 14 if free else 4 if late else 19)
        if day >= change and not nights:
            usual = usual + heat * np.exp(rng.normal(0, 0.2))
        level = np.exp(rng.normal(0, 0.15))
        rows.append(usual * rng.gamma(4, 0.25, slots) * level * 24 / slots)
    return Past(np.array(rows), weekdays(days), first_day=FIRST_DAY)


def _peak(hour: Floats, at: float) -> Floats:
    """Return a base load, a peak at an hour, and a smaller one half a day from it."""
    off = (hour - at + 12) % 24 - 12
    opposite = (hour - at) % 24 - 12
    main, small = np.exp(-((off / 2.5) ** 2)), np.exp(-((opposite / 1.5) ** 2))
    return np.asarray(0.1 + 0.9 * main + 0.4 * small)
