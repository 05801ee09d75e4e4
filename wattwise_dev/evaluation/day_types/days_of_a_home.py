"""The days of a household as they are known at one hour of one of them."""

import numpy as np

from custom_components.wattwise.analytics.day_types.home_days import MOST_DAYS, HomeDays
from custom_components.wattwise.analytics.forecasting.past import Past


def days_known(past: Past, day: int, hour: int = 0) -> HomeDays:
    """Return what is known after `hour` hours of a day, counted from the past's first.

    The day itself needs no row of the past: at its midnight nothing of it is known.
    """
    first = max(0, day - MOST_DAYS)
    span = slice(first, day + 2)
    energy = np.full((day + 1 - first, past.slots), np.nan)
    there = past.measured[first : day + 1]
    energy[: len(there)] = there
    energy[-1, hour:] = np.nan
    count = len(energy) + 1
    warmth = np.full(count, np.nan)
    if past.weather is not None:
        warmth = past.weather.warmth[span]
    return HomeDays(
        energy,
        hour,
        past.calendar.weekday[span],
        past.calendar.free[span] > 0,
        np.zeros(count, dtype=bool),
        warmth,
    )
