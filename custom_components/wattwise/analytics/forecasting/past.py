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
# Days whose weather has to be known before any model makes something of it: what a
# degree costs cannot be told from a few days that differ in everything else, too.
LEAST_WEATHER_DAYS: Final = 14
# Days of a charger's meter from which it is forecast apart, and the days without a
# reading after which it is no more.
LEAST_CHARGER_DAYS: Final = 28
SILENT_CHARGER_DAYS: Final = 7
# The share of a day's slots whose weather stands for that of the day.
_KNOWN_SHARE: Final = 0.5


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

    @cached_property
    def warmth(self) -> Floats:
        """Mean temperature of each day, NaN where most of it is unknown."""
        known = ~np.isnan(self.temperature)
        count = known.sum(axis=1)
        whole = np.where(known, self.temperature, 0.0).sum(axis=1)
        mean = np.full(len(count), np.nan)
        there = count >= _KNOWN_SHARE * known.shape[1]
        np.divide(whole, count, out=mean, where=there)
        return mean


@dataclass(frozen=True)
class Past:
    """The whole days of a series before an origin, and what is known of the next ones.

    `measured` (days, slots) is energy [kWh], NaN where unknown. `first_day` numbers the
    first of them in a count that stays the same for the home (the proleptic Gregorian
    ordinal): forecasts that were issued are kept by it. `charging` (days, slots) is what
    of the energy went into cars, NaN where unknown; None without a meter that tells it.
    It may have one row more: that of today, as far as it is known.
    """

    measured: Floats
    calendar: Calendar
    weather: Weather | None = None
    first_day: int = 0
    charging: Floats | None = None

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
    def usable_weather(self) -> Weather | None:
        """`weather` as far as enough days have it for models to look at.

        Temperature or cloud cover of which less is known is unknown throughout.
        """
        if self.weather is None:
            return None
        parts = (self.weather.temperature, self.weather.cloud)
        enough = [self._known_days(rows) >= LEAST_WEATHER_DAYS for rows in parts]
        if all(enough):
            return self.weather
        if not any(enough):
            return None
        return Weather(
            *(
                rows if some else np.full_like(rows, np.nan)
                for rows, some in zip(parts, enough, strict=True)
            )
        )

    def _known_days(self, rows: Floats) -> int:
        """Count the days that were measured and are known in `rows`, too."""
        known = (~np.isnan(rows[: self.days])).mean(axis=1) >= _KNOWN_SHARE
        return int((known & (~np.isnan(self.measured)).any(axis=1)).sum())

    @cached_property
    def worked_out(self) -> dict[str, object]:
        """What a model worked out of it that another one needs as well, by its name."""
        return {}

    @cached_property
    def never_negative(self) -> bool:
        """Whether this is consumption or production, not their difference."""
        return not bool((self.measured < 0).any())

    @cached_property
    def without_charging(self) -> Past | None:
        """The same home as if it had no charger, since that has a meter.

        None while too little is known of the charger. Hours of which nothing is known of
        it are as they were measured.
        """
        if self.charging is None:
            return None
        charging = self.charging[: self.days]
        known = np.flatnonzero((~np.isnan(charging)).any(axis=1))
        begin, end = (known[0], known[-1]) if known.size else (self.days, 0)
        if (
            self.days - begin < LEAST_CHARGER_DAYS
            or end < self.days - SILENT_CHARGER_DAYS
        ):
            return None
        rest = np.maximum(self.measured - np.nan_to_num(charging), 0.0)
        # Whether a car was charged before there was a meter, nobody knows.
        return replace(self, measured=rest, charging=None).since(int(begin))

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
            charging=None if self.charging is None else self.charging[:days],
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
            charging=None if self.charging is None else self.charging[first:],
        )
