"""Whether a home would save by using some of its energy when it is cheap."""

from datetime import date, timedelta, tzinfo
from typing import Final

import numpy as np

from .advice import Advice, AdviceKind
from .days import DAYS_OF_A_YEAR, Hours, complete_days, newest
from .flexible_load import bursts, movable

LEAST_DAYS: Final = 28
LATELY_DAYS: Final = 56
# An appliance runs for about so long: it cannot all be in the one cheapest hour.
_CHEAPEST_HOURS: Final = 3
# Less than what so much energy costs is not worth changing habits for.
LEAST_WORTH_KWH: Final = 100.0


def cheap_hours(
    bought: Hours, prices: Hours, zone: tzinfo, today: date
) -> Advice | None:
    """Move bursts of use to the three cheapest hours of the same day.

    `bought` is the energy from the grid [kWh] and `prices` the mean price per kWh, by
    hours. A day's saving is what can be moved, times what the bursts cost per kWh above
    the mean of the three cheapest hours. The year is 365 times the mean day: that of the
    last eight weeks, or of all the year that is known, whichever is less. Needs four of
    the last eight weeks.
    """
    known = {start: bought[start] for start in bought.keys() & prices.keys()}
    begin = today - timedelta(days=DAYS_OF_A_YEAR)
    days = complete_days(known, zone, begin, today)
    lately = newest(days, today, LATELY_DAYS)
    if len(lately) < LEAST_DAYS:
        return None
    saving: dict[date, float] = {}
    moved: dict[date, float] = {}
    dear: dict[date, float] = {}
    cheap: dict[date, float] = {}
    for day, used in days.items():
        above = bursts(used)
        moved[day] = movable(used, above)
        costs = sorted(prices[start] for start in used)
        cheap[day] = float(np.mean(costs[:_CHEAPEST_HOURS]))
        total = sum(above.values())
        cost = sum(energy * prices[start] for start, energy in above.items())
        dear[day] = cost / total if total else cheap[day]
        saving[day] = moved[day] * max(0.0, dear[day] - cheap[day])
    a_day = min(
        float(np.mean([saving[day] for day in lately])),
        float(np.mean(list(saving.values()))),
    )
    a_year = a_day * DAYS_OF_A_YEAR
    usual = float(np.mean([abs(prices[s]) for day in lately for s in days[day]]))
    if a_year <= 0.0 or a_year < LEAST_WORTH_KWH * usual:
        return None
    return Advice(
        AdviceKind.CHEAP_HOURS,
        {
            "days": len(lately),
            "moved_kwh_per_day": float(np.mean([moved[day] for day in lately])),
            "price_of_bursts": float(np.mean([dear[day] for day in lately])),
            "price_of_cheapest_hours": float(np.mean([cheap[day] for day in lately])),
        },
        size=a_year,
        priority=3,
        saving_money_per_year=a_year,
    )
