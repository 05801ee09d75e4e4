"""Hours of energy by the local days in which they begin."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

import numpy as np

DAYS_OF_A_YEAR: Final = 365
HOURS_OF_A_YEAR: Final = 8760
# In spring a day has 23 hours; one more may be missing.
_LEAST_HOURS: Final = 22

type Hours = Mapping[int, float]


def complete_days(
    hours: Hours, zone: tzinfo, begin: date, end: date
) -> dict[date, dict[int, float]]:
    """Return the hours of the local days in [begin, end) of which next to all are known.

    `hours` are values by the start of the hour [s since the epoch].
    """
    since, until = _midnight(begin, zone), _midnight(end, zone)
    days: dict[date, dict[int, float]] = {}
    for start, value in sorted(hours.items()):
        if since <= start < until:
            days.setdefault(
                datetime.fromtimestamp(start, UTC).astimezone(zone).date(), {}
            )[start] = value
    return {day: known for day, known in days.items() if len(known) >= _LEAST_HOURS}


def newest(days: Iterable[date], today: date, count: int) -> list[date]:
    """Return those of the days that are among the last so many before today."""
    begin = today - timedelta(days=count)
    return sorted(day for day in days if begin <= day < today)


def quantile(values: Sequence[float], share: float) -> float:
    """Return a quantile of values of which there is at least one."""
    return float(np.quantile(values, share))


def _midnight(day: date, zone: tzinfo) -> float:
    return datetime.combine(day, datetime.min.time(), zone).timestamp()
