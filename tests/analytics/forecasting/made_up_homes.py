"""Homes whose habits are known, because they are made up."""

import numpy as np

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
