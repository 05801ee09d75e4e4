"""Whether a roof gives less than it did."""

from datetime import date, timedelta, tzinfo
from typing import Final

import numpy as np

from .advice import Advice, AdviceKind
from .days import DAYS_OF_A_YEAR, Hours, complete_days, newest

LATELY_DAYS: Final = 56
LEAST_DAYS: Final = 40
# The best days of eight weeks are clear ones in both years, whatever the weather.
CLEAR_DAYS: Final = 5
# Panels lose half a per cent a year (Jordan and Kurtz, 2013). Rain and snow differ by a
# few per cent.
WORSE_THAN: Final = 0.85
# In the dark weeks of a year snow and fog decide.
_BRIGHT_SHARE: Final = 0.5
# Cleaning brings back some of it.
_TAKEN_BACK: Final = 0.5
_LEAST_KWH: Final = 100.0
_A_YEAR: Final = timedelta(days=364)


def roof_output(
    key: str, hours: Hours, zone: tzinfo, today: date, worth: float | None
) -> Advice | None:
    """Find a roof whose clear days give less than those of the same weeks a year before.

    `hours` is what it gave [kWh]. The mean of the five best days of the last eight weeks is
    compared with that of the same weeks a year before, if those were bright ones: at least
    half of the year's best. Missing is that share of what the year gave; half of it is
    taken to come back. `worth` is the money a kWh from the roof brings. Needs 40 days of
    each eight weeks.
    """
    days = complete_days(
        hours, zone, today - _A_YEAR - timedelta(days=LATELY_DAYS), today
    )
    gave = {day: sum(known.values()) for day, known in days.items()}
    lately = newest(gave, today, LATELY_DAYS)
    before = newest(gave, today - _A_YEAR, LATELY_DAYS)
    if min(len(lately), len(before)) < LEAST_DAYS:
        return None
    now, then, best = (
        float(np.mean(sorted(gave[day] for day in chosen)[-CLEAR_DAYS:]))
        for chosen in (lately, before, list(gave))
    )
    if then <= 0.0 or then < _BRIGHT_SHARE * best or now >= WORSE_THAN * then:
        return None
    year = newest(gave, today, DAYS_OF_A_YEAR)
    missing = (1 - now / then) * sum(gave[day] for day in year)
    saved = missing * _TAKEN_BACK
    if saved < _LEAST_KWH:
        return None
    return Advice(
        AdviceKind.ROOF_OUTPUT,
        {
            "days": float(len(lately)),
            "days_a_year_ago": float(len(before)),
            "clear_day_kwh": now,
            "clear_day_a_year_ago_kwh": then,
            "share": now / then,
        },
        size=1 - now / then,
        priority=7,
        saving_kwh_per_year=saved,
        saving_money_per_year=None if worth is None else saved * worth,
        subject=key,
    )
