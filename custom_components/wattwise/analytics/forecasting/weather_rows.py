"""The weather laid into rows of local days."""

from collections.abc import Mapping
from datetime import date
import math
from typing import Final

import numpy as np

from .covariates import Covariates
from .local_days import HOUR, Floats, Integers, LocalClock
from .past import Weather

# What no place on Earth has ever had [degrees Celsius] is not believed.
_COLDEST: Final = -90.0
_HOTTEST: Final = 60.0


def weather_rows(
    covariates: Covariates, clock: LocalClock, first: date, days: int
) -> Weather | None:
    """Return the weather of so many local days from `first` on; None if none is known."""
    starts = clock.slots_of(first, days)
    place = clock.places(starts, first)
    shape = (days, clock.slots_of_a_day)

    def rows(hours: Mapping[int, float], lowest: float, highest: float) -> Floats:
        laid = np.full(shape, np.nan)
        laid[place.day, place.slot] = _of_slots(starts, hours, lowest, highest)
        return laid

    temperature = rows(covariates.temperature, _COLDEST, _HOTTEST)
    cloud = rows(covariates.cloud, 0.0, 1.0)
    if np.isnan(temperature).all() and np.isnan(cloud).all():
        return None
    return Weather(temperature, cloud)


def _of_slots(
    starts: Integers, hours: Mapping[int, float], lowest: float, highest: float
) -> Floats:
    """Return the value of the hour in which each slot begins, NaN where unknown."""
    known = {
        hour: value
        for hour, value in hours.items()
        if math.isfinite(value) and lowest <= value <= highest
    }
    if not known:
        return np.full(len(starts), np.nan)
    times = np.array(sorted(known), dtype=np.int64)
    values = np.array([known[time] for time in times.tolist()])
    at = np.searchsorted(times, starts, side="right") - 1
    here = (at >= 0) & (starts - times[at] < HOUR)
    return np.where(here, values[at], np.nan)
