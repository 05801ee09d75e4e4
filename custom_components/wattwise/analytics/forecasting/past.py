"""What is known when a forecast is made."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Self

import numpy as np

from .gap_filling import fill_gaps
from .local_days import Floats, Integers

# Days ahead that a calendar and the weather have to reach: 48 hours from any moment of
# a day end on the day after tomorrow.
DAYS_AHEAD: Final = 3


@dataclass(frozen=True)
class Calendar:
    """What days people have: `weekday` 0 to 6 from Monday, `free` on public holidays.

    Both (days + DAYS_AHEAD): the calendar is known beforehand.
    """

    weekday: Integers
    free: Integers

    @cached_property
    def day_class(self) -> Integers:
        """0 on a working day, 1 on a Saturday, 2 on a Sunday or holiday."""
        by_weekday = np.where(self.weekday < 5, 0, self.weekday - 4)
        return np.where(self.free > 0, 2, by_weekday)

    def until(self, days: int) -> Self:
        """Return the calendar as it is known after so many days."""
        end = days + DAYS_AHEAD
        return type(self)(self.weekday[:end], self.free[:end])


@dataclass(frozen=True)
class Weather:
    """The weather of each slot: (days + DAYS_AHEAD, slots), NaN where unknown.

    `temperature` in degrees Celsius, `cloud` cover from 0 to 1. Past rows hold what was
    forecast for the day when it began, where that was archived: a model that learned
    from measured weather would trust tomorrow's forecast too much.
    """

    temperature: Floats
    cloud: Floats

    def until(self, days: int) -> Self:
        """Return the weather as it is known after so many days."""
        end = days + DAYS_AHEAD
        return type(self)(self.temperature[:end], self.cloud[:end])


@dataclass(frozen=True)
class Past:
    """The whole days of a series before an origin, and what is known of the next ones.

    `measured` (days, slots) is energy [kWh], NaN where unknown. `first_day` numbers the
    first of them in a count that stays the same for the home (the proleptic Gregorian
    ordinal): forecasts that were issued are kept by it.
    """

    measured: Floats
    calendar: Calendar
    weather: Weather | None = None
    first_day: int = 0

    def __post_init__(self) -> None:
        """Hold what is known of the coming days against the days there are."""
        known = len(self.calendar.weekday)
        if known != self.days + DAYS_AHEAD:
            msg = f"a calendar of {known} days for {self.days} days of energy"
            raise ValueError(msg)

    @property
    def days(self) -> int:
        """Whole days known."""
        return len(self.measured)

    @property
    def slots(self) -> int:
        """Slots of a day."""
        return int(self.measured.shape[1])

    @cached_property
    def energy(self) -> Floats:
        """`measured` with its gaps filled from before them, for models to look at."""
        return fill_gaps(self.measured)

    @cached_property
    def totals(self) -> Floats:
        """Energy of each day [kWh], gaps filled."""
        return np.asarray(self.energy.sum(axis=1), dtype=np.float64)

    @cached_property
    def never_negative(self) -> bool:
        """Whether this is consumption or production, not their difference."""
        return not bool((self.measured < 0).any())

    def until(self, days: int) -> Past:
        """Return what was known when only the first `days` were over."""
        if not 0 <= days <= self.days:
            msg = f"{days} of {self.days} days"
            raise ValueError(msg)
        past = replace(
            self,
            measured=self.measured[:days],
            calendar=self.calendar.until(days),
            weather=self.weather and self.weather.until(days),
        )
        # Gaps are filled from before them, so the rows of the whole serve its parts.
        past.__dict__["energy"] = self.energy[:days]
        past.__dict__["totals"] = self.totals[:days]
        return past

    def since(self, first: int) -> Past:
        """Return the same without its first days: a home that is younger."""
        return replace(
            self,
            measured=self.measured[first:],
            calendar=Calendar(
                self.calendar.weekday[first:], self.calendar.free[first:]
            ),
            weather=self.weather
            and Weather(self.weather.temperature[first:], self.weather.cloud[first:]),
            first_day=self.first_day + first,
        )
