"""What a home used day by day, from its hours."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from ..tariffs.local_days import midnight

_HOUR_S: Final = 3600
# The rest of a day is taken to be like what is known of it.
_LEAST_KNOWN: Final = 0.75

type Hours = Mapping[int, float]


def daily_use(
    hours: Hours, timezone: tzinfo, left_out: Collection[Hours] = ()
) -> dict[date, float]:
    """Return the energy [kWh] of the local days of which most hours are known.

    `hours` are energy [kWh] by the start of the hour [s since the epoch]. What is
    `left_out`, as what a car took, is taken off; nothing in an hour in which it is not
    known: chargers may be silent while no car charges, and were chosen late. The last
    day, which may be running, is among them.
    """
    sums: dict[date, tuple[float, int]] = {}
    end = 0.0
    day = date.min
    for start in sorted(hours):
        if start >= end:
            day = datetime.fromtimestamp(start, timezone).date()
            end = midnight(day + timedelta(days=1), timezone)
        energy = hours[start] - sum(other.get(start, 0.0) for other in left_out)
        total, known = sums.get(day, (0.0, 0))
        sums[day] = total + max(energy, 0.0), known + 1
    days = {}
    for day, (total, known) in sums.items():
        begin, end = midnight(day, timezone), midnight(day + timedelta(1), timezone)
        length = (end - begin) / _HOUR_S
        if known >= _LEAST_KNOWN * length:
            days[day] = total * length / known
    return days
