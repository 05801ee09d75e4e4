"""Hours of homes for tests, in the local time of Berlin."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Berlin")
# Two nights after the clocks went back: a day of 25 hours is among all that is looked at.
TODAY: Final = date(2026, 10, 27)


def hours(
    days: int,
    value: Callable[[datetime], float],
    *,
    today: date = TODAY,
    until: date | None = None,
) -> dict[int, float]:
    """Return a value for each hour of so many days before today, by its local start."""
    first = datetime.combine(today - timedelta(days=days), datetime.min.time(), ZONE)
    last = datetime.combine(until or today, datetime.min.time(), ZONE)
    moment = first.astimezone(UTC)
    found: dict[int, float] = {}
    while moment < last:
        found[int(moment.timestamp())] = value(moment.astimezone(ZONE))
        moment += timedelta(hours=1)
    return found


def without_days(known: dict[int, float], every: int) -> dict[int, float]:
    """Return hours without an afternoon on every so many days: those are not complete."""

    def is_kept(start: int) -> bool:
        local = datetime.fromtimestamp(start, ZONE)
        return bool(local.toordinal() % every) or not 12 <= local.hour < 18

    return {start: value for start, value in known.items() if is_kept(start)}


def dinner(moment: datetime) -> float:
    """Return the energy of a home that cooks at six and does little else [kWh]."""
    return 2.0 if moment.hour in {18, 19} else 0.3
