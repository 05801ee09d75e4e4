"""Days and months of the local clock."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo


def local_day(moment: float, timezone: tzinfo) -> date:
    """Return the day that a time [s since the epoch] belongs to."""
    return datetime.fromtimestamp(moment, timezone).date()


def midnight(day: date, timezone: tzinfo) -> float:
    """Return when a day begins [s since the epoch]."""
    start = datetime.combine(day, time(), timezone).timestamp()
    # Where clocks jump over midnight, the day begins at one o'clock.
    return start if local_day(start, timezone) == day else start + 3600


def days_between(start: float, end: float, timezone: tzinfo) -> Iterator[date]:
    """Yield the days that [start, end) touches."""
    day = local_day(start, timezone)
    while midnight(day, timezone) < end:
        yield day
        day += timedelta(days=1)


def month_start(day: date) -> date:
    """Return the first day of its month."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """Return the first day of the month after."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def days_in_month(day: date) -> int:
    """Return how many days its month has."""
    return (next_month(day) - month_start(day)).days
