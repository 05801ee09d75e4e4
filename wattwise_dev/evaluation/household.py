"""A household to forecast: what was measured, by days and by moments."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.forecasting.local_days import (
    DayRows,
    Floats,
    Integers,
    LocalClock,
    Place,
)
from custom_components.wattwise.analytics.forecasting.past import (
    DAYS_AHEAD,
    Calendar,
    Past,
    Weather,
)

from .errors import EvaluationError

# Between samples of weather farther apart [s], it is not known.
_FARTHEST: Final = 3 * 3600


@dataclass(frozen=True, slots=True)
class Household:
    """All days of a household.

    `starts` (n) are the starts of its slots [s since the epoch], `measured` (n) their
    energy [kWh], `place` (n) says where they stand in the days of `past`.
    """

    name: str
    clock: LocalClock
    past: Past
    starts: Integers
    measured: Floats
    place: Place

    @property
    def first(self) -> date:
        """The first day."""
        return date.fromordinal(self.past.first_day)

    def midnight(self, day: int) -> datetime:
        """When a day begins, counted from the first."""
        return self.clock.midnight(self.first, day)

    def slots_of(self, day: int) -> slice:
        """Return where the slots of a day stand in `starts`."""
        low, high = np.searchsorted(self.place.day, [day, day + 1])
        return slice(int(low), int(high))


def household(
    name: str,
    clock: LocalClock,
    starts: Integers,
    energy: Floats,
    weather: WeatherSeries | None = None,
    free: Container[date] = (),
) -> Household:
    """Lay out the slots of whole days, less the days before and after anything measured.

    `free` are public holidays.

    EvaluationError if nothing was measured.
    """
    known = np.flatnonzero(~np.isnan(energy))
    if not known.size:
        raise EvaluationError(f"{name}: there is no slot that was measured as a whole")
    zero = clock.date_of(datetime.fromtimestamp(int(starts[0]), UTC))
    day = clock.places(starts, zero).day
    kept = (day >= day[known[0]]) & (day <= day[known[-1]])
    starts, energy = starts[kept], energy[kept]
    rows = DayRows.from_slots(starts, energy, clock)
    days = len(rows.energy)
    past = Past(
        rows.energy,
        _calendar(rows.first, days, free),
        None
        if weather is None
        else weather.by_days(clock, rows.first, days + DAYS_AHEAD),
        rows.first.toordinal(),
    )
    return Household(
        name, clock, past, starts, energy, clock.places(starts, rows.first)
    )


@dataclass(frozen=True, slots=True)
class WeatherSeries:
    """The weather at rising moments [s]: degrees Celsius, and cloud cover from 0 to 1."""

    times: Integers
    temperature: Floats
    cloud: Floats

    def by_days(self, clock: LocalClock, first: date, days: int) -> Weather:
        """Return the weather in the middle of each slot."""
        starts = clock.slots_of(first, days)
        rows = [
            DayRows.from_slots(
                starts, self._at(starts + clock.step // 2, values), clock
            )
            for values in (self.temperature, self.cloud)
        ]
        return Weather(rows[0].energy[:days], rows[1].energy[:days])

    def _at(self, moments: Integers, values: Floats) -> Floats:
        known = ~np.isnan(values)
        times, values = self.times[known], values[known]
        if times.size < 2:
            return np.full(len(moments), np.nan)
        after = np.clip(np.searchsorted(times, moments), 1, len(times) - 1)
        near = times[after] - times[after - 1] <= _FARTHEST
        inside = (moments >= times[0] - _FARTHEST) & (moments <= times[-1] + _FARTHEST)
        return np.where(near & inside, np.interp(moments, times, values), np.nan)


def _calendar(first: date, days: int, free: Container[date]) -> Calendar:
    dates = [first + timedelta(days=index) for index in range(days + DAYS_AHEAD)]
    return Calendar(
        np.array([day.weekday() for day in dates], dtype=np.int64),
        np.array([day in free for day in dates], dtype=np.int64),
    )
