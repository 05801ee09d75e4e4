"""The days of a home as far as they are known, with what is known of each beside its use."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import cached_property
import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..forecasting.covariates import Covariates
from ..forecasting.local_days import HOUR, DayRows, Floats, Integers, LocalClock
from ..forecasting.weather_rows import weather_rows
from .day_parts import are_known, mean_powers

type Flags = NDArray[np.bool_]

# A year has each season once; what was a habit before that often is none any more.
MOST_DAYS: Final = 365
# Of days to come only the next one matters.
_AHEAD: Final = 1
_SATURDAY: Final = 5


@dataclass(frozen=True)
class HomeDays:
    """Whole days of a home, today as far as it is over, and what is known of tomorrow.

    `energy` (days + 1, 24) is kWh by the hours of the clock, NaN where unknown; its last
    row is today, of which `hour` hours are over. All others (days + 2) reach to
    tomorrow: `weekday` 0 to 6 from Monday, `free` on public holidays, `away` where nobody
    was or will be at home, `warmth` the mean temperature, NaN where unknown.
    """

    energy: Floats
    hour: int
    weekday: Integers
    free: Flags
    away: Flags
    warmth: Floats

    @property
    def days(self) -> int:
        """Whole days."""
        return len(self.energy) - 1

    @property
    def whole(self) -> Floats:
        """The hours of the whole days (days, 24)."""
        return self.energy[:-1]

    @cached_property
    def known(self) -> Flags:
        """Of which whole days enough is known to tell their type (days)."""
        return are_known(mean_powers(self.whole))

    @cached_property
    def day_class(self) -> Integers:
        """0 on working days, 1 on Saturdays, 2 on Sundays and holidays, until tomorrow."""
        by_weekday = np.where(self.weekday < _SATURDAY, 0, self.weekday - 4)
        return np.asarray(np.where(self.free, 2, by_weekday), dtype=np.int64)


def home_days(
    hours: Mapping[int, float],
    zone: tzinfo,
    now: datetime,
    covariates: Covariates,
) -> HomeDays | None:
    """Lay out the hours of a home; None if none is known.

    `hours` is kWh by the start of the hour [s since the epoch]; hours that are missing
    are gaps, and what is not over at `now` is left out.
    """
    clock = LocalClock(zone, HOUR)
    today = clock.date_of(now)
    first = today - timedelta(days=MOST_DAYS)
    begin, latest = clock.midnight(first).timestamp(), now.timestamp() - HOUR
    known = {
        start: energy
        for start, energy in hours.items()
        if begin <= start <= latest and math.isfinite(energy)
    }
    if not known:
        return None
    rows = DayRows.from_slots(
        np.array(list(known), dtype=np.int64),
        np.array(list(known.values()), dtype=np.float64),
        clock,
    )
    days = (today - rows.first).days
    energy = np.full((days + 1, rows.energy.shape[1]), np.nan)
    energy[: len(rows.energy)] = rows.energy
    dates = [rows.first + timedelta(days=at) for at in range(days + 1 + _AHEAD)]
    weather = weather_rows(covariates, clock, rows.first, len(dates))
    return HomeDays(
        energy,
        now.astimezone(zone).hour,
        np.array([day.weekday() for day in dates], dtype=np.int64),
        np.array([day in covariates.free for day in dates]),
        np.array([day in covariates.away for day in dates]),
        np.full(len(dates), np.nan) if weather is None else weather.warmth,
    )
