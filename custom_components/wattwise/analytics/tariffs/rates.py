"""Prices that follow the clock: rates by hours, kinds of days and months.

A change of the clocks needs no rule of its own: what counts is what the clock on the
wall shows, so a cheap hour that the clock skips is skipped, and one it shows twice is
cheap twice.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from .grid_slot import PriceSteps

DAY_MINUTES: Final = 1440
_SATURDAY: Final = 5
# Clocks are moved at multiples of that.
_GRID: Final = timedelta(minutes=5)


class Days(StrEnum):
    """On which days a rate counts."""

    ALL = "all"
    WORKING_DAYS = "working_days"
    """Monday to Friday, without public holidays."""
    FREE_DAYS = "free_days"
    """Saturdays, Sundays and public holidays."""
    WEEKDAYS = "weekdays"
    """Monday to Friday, whatever is celebrated."""
    WEEKEND = "weekend"
    """Saturday and Sunday."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A price [currency/kWh] at some times.

    `spans` are minutes of the local day [from, to); one that begins after its end goes
    over midnight, and counts on each of the two days by itself. Without spans it is the
    whole day, without months the whole year.
    """

    price: float
    spans: tuple[tuple[int, int], ...] = ()
    days: Days = Days.ALL
    months: frozenset[int] = frozenset()

    def counts(self, minute: int, day: date, *, holiday: bool) -> bool:
        """Whether it counts at a minute of a day."""
        if self.months and day.month not in self.months:
            return False
        weekend = day.weekday() >= _SATURDAY
        match self.days:
            case Days.WORKING_DAYS if weekend or holiday:
                return False
            case Days.FREE_DAYS if not (weekend or holiday):
                return False
            case Days.WEEKDAYS if weekend:
                return False
            case Days.WEEKEND if not weekend:
                return False
        return not self.spans or any(
            begin <= minute < end if begin < end else minute >= begin or minute < end
            for begin, end in self.spans
        )


@dataclass(frozen=True, slots=True)
class TimeOfUse:
    """A price for all times, and rates of which the first that counts goes before it."""

    price: float
    rates: tuple[Rate, ...]
    timezone: tzinfo
    holidays: Collection[date] = field(default=frozenset())

    def price_at(self, moment: float) -> float:
        """Return the price at a time [s since the epoch]."""
        local = datetime.fromtimestamp(moment, self.timezone)
        minute, day = local.hour * 60 + local.minute, local.date()
        holiday = day in self.holidays
        for rate in self.rates:
            if rate.counts(minute, day, holiday=holiday):
                return rate.price
        return self.price

    def steps(self, start: float, end: float) -> PriceSteps:
        """Return the price at `start`, and each change before `end`."""
        steps = [(start, self.price_at(start))]
        for moment in self._borders(start, end):
            price = self.price_at(moment)
            if price != steps[-1][1]:
                steps.append((moment, price))
        return steps

    def next_change(self, after: float, within: float) -> float | None:
        """Return when the price changes next, None if it does not for `within` seconds."""
        steps = self.steps(after, after + within)
        return steps[1][0] if len(steps) > 1 else None

    def _borders(self, start: float, end: float) -> Iterator[float]:
        """Yield all times in (start, end) at which the price may change, in order."""
        minutes = {0} | {
            minute % DAY_MINUTES
            for rate in self.rates
            for span in rate.spans
            for minute in span
        }
        day = datetime.fromtimestamp(start, self.timezone).date() - timedelta(days=1)
        last = datetime.fromtimestamp(end, self.timezone).date()
        done = start
        while day <= last:
            for moment in sorted(self._borders_of(day, minutes)):
                if done < moment < end:
                    done = moment
                    yield moment
            day += timedelta(days=1)

    def _borders_of(self, day: date, minutes: Collection[int]) -> set[float]:
        begin = datetime.combine(day, time(), self.timezone)
        until = datetime.combine(day + timedelta(days=1), time(), self.timezone)
        if begin.utcoffset() == until.utcoffset():
            return {
                begin.replace(hour=minute // 60, minute=minute % 60).timestamp()
                for minute in minutes
            }
        # The clock is moved on this day, at a time that no rate need to know.
        moment, stop = begin.astimezone(UTC), until.astimezone(UTC)
        found: set[float] = set()
        while moment < stop:
            found.add(moment.timestamp())
            moment += _GRID
        return found


def stated(price: float) -> PriceSteps:
    """Return the steps of a price that never changes."""
    return [(float("-inf"), price)]
