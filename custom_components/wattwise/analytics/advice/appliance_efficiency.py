"""Whether an appliance that runs by itself needs more than it did."""

from collections.abc import Mapping
from datetime import date, timedelta, tzinfo
from typing import Final

import numpy as np

from .advice import Advice, AdviceKind
from .days import DAYS_OF_A_YEAR, Hours, complete_days, newest, quantile

LATELY_DAYS: Final = 28
LEAST_DAYS: Final = 20
LEAST_DAYS_BEFORE: Final = 28
# A fridge draws something in most hours of any day; a washing machine does not, and
# what it uses is how often it is used.
_DRAWS_KWH: Final = 0.005
_RUNS_BY_ITSELF: Final = 0.7
# More than in the same weeks a year before, and more than just before: kitchens get
# warm in summer.
RISEN_IN_A_YEAR: Final = 1.25
RISEN_LATELY: Final = 1.5
LEAST_KWH_PER_YEAR: Final = 40.0
# A summer is no year.
_LATELY_TAKEN_BACK: Final = 0.5
_A_YEAR: Final = timedelta(days=364)
_SEASON: Final = timedelta(days=14)
_JUST_BEFORE_DAYS: Final = 112
_WEEK: Final = 7


def appliance_efficiency(
    key: str, hours: Hours, zone: tzinfo, today: date, price: float | None
) -> Advice | None:
    """Find an appliance that needs more than a year before, or far more than lately.

    `hours` is its energy [kWh]. Only what draws something in 70 % of all hours is judged.
    The last four weeks are compared with the same ones a year before and a fortnight on
    either side (25 % more), or with the 12 weeks before them (50 % more). A quarter of the
    days at the most may be below the upper quarter of those before, and the median of each
    week must be above them by half of that. Needs 20 of the last 28 days and 28 days to
    compare with.
    """
    year_ago = today - _A_YEAR
    days = complete_days(
        hours, zone, year_ago - timedelta(days=LATELY_DAYS) - _SEASON, today
    )
    lately = newest(days, today, LATELY_DAYS)
    if len(lately) < LEAST_DAYS:
        return None
    a_year_ago = newest(days, year_ago + _SEASON, LATELY_DAYS + 2 * _SEASON.days)
    if len(a_year_ago) >= LEAST_DAYS_BEFORE:
        before, rise, taken = a_year_ago, RISEN_IN_A_YEAR, 1.0
    else:
        begin_lately = today - timedelta(days=LATELY_DAYS)
        before = newest(days, begin_lately, _JUST_BEFORE_DAYS - LATELY_DAYS)
        rise, taken = RISEN_LATELY, _LATELY_TAKEN_BACK
    if len(before) < LEAST_DAYS_BEFORE:
        return None
    if not all(_runs_by_itself(days, chosen) for chosen in (lately, before)):
        return None
    now = {day: sum(days[day].values()) for day in lately}
    then = [sum(days[day].values()) for day in before]
    is_now, was = quantile(list(now.values()), 0.5), quantile(then, 0.5)
    lasting = min(_medians_of_weeks(now, today)) >= was * (1 + (rise - 1) / 2)
    apart = quantile(list(now.values()), 0.25) > quantile(then, 0.75)
    more = (is_now - was) * DAYS_OF_A_YEAR
    if is_now < rise * was or not lasting or not apart or more < LEAST_KWH_PER_YEAR:
        return None
    saved = more * taken
    return Advice(
        AdviceKind.APPLIANCE_EFFICIENCY,
        {
            "days": float(len(lately)),
            "days_before": float(len(before)),
            "days_apart": float((lately[0] - before[0]).days),
            "now_kwh_per_day": is_now,
            "before_kwh_per_day": was,
        },
        size=is_now - was,
        priority=6,
        saving_kwh_per_year=saved,
        saving_money_per_year=None if price is None else saved * price,
        subject=key,
    )


def _runs_by_itself(
    days: Mapping[date, Mapping[int, float]], chosen: list[date]
) -> bool:
    drawn = [energy >= _DRAWS_KWH for day in chosen for energy in days[day].values()]
    return float(np.mean(drawn)) >= _RUNS_BY_ITSELF


def _medians_of_weeks(energy: Mapping[date, float], today: date) -> list[float]:
    """Return the median day of each week before today of which anything is known."""
    weeks: dict[int, list[float]] = {}
    for day, used in energy.items():
        weeks.setdefault((today - day).days // _WEEK, []).append(used)
    return [quantile(used, 0.5) for used in weeks.values()]
