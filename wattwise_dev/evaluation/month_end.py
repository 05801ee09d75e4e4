"""How good the energy expected of a month is, on real households.

At the midnights that begin some days of each month, what the rest of the month will bring
is forecast from whole days before it, as `analytics/tariffs/month_end.py` does without a
forecast of consumption; beside it the month so far, extrapolated.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from statistics import fmean, median
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.tariffs.local_days import next_month
from custom_components.wattwise.analytics.tariffs.month_end import expect_rest
from wattwise_dev.benchmark.progress import Say

from .errors import EvaluationError
from .household import Household
from .reading import read_households
from .report import write_json

DAYS: Final = (6, 11, 16, 21, 26)
# Of a day of which less was measured the sum is not known.
_LEAST_MEASURED: Final = 0.9
# A home that uses next to nothing in a month [kWh] has no error in percent.
_LEAST_MONTH: Final = 15.0


@dataclass(frozen=True, slots=True)
class MonthEnd:
    """One forecast of a month [kWh], and what it became."""

    home: str
    day: date
    low: float
    expected: float
    high: float
    extrapolated: float
    actual: float

    @property
    def error(self) -> float:
        """The error as a share of the month."""
        return abs(self.expected - self.actual) / self.actual

    @property
    def error_of_extrapolation(self) -> float:
        """That of the month so far, extrapolated."""
        return abs(self.extrapolated - self.actual) / self.actual

    @property
    def within(self) -> bool:
        """Whether the month was in the band."""
        return self.low <= self.actual <= self.high

    @property
    def width(self) -> float:
        """The width of the band as a share of the month."""
        return (self.high - self.low) / self.actual


def evaluate_bill(options: argparse.Namespace, say: Say) -> None:
    """Forecast all months of the homes that are asked for, and print the table."""
    forecasts: list[MonthEnd] = []
    for home in read_households(options, say):
        found = month_ends(home.name, day_sums_of(home))
        say(f"{home.name}: {len(found)} forecasts")
        forecasts += found
    if not forecasts:
        raise EvaluationError("no home has a whole month with a week before it")
    print(as_text(forecasts))
    if options.json:
        facts = {
            "forecasts": [asdict(one) | {"day": str(one.day)} for one in forecasts]
        }
        write_json(options.json, facts)


def day_sums_of(home: Household) -> dict[date, float]:
    """Return the energy [kWh] of the days of a home that were measured."""
    sums = {}
    for day in range(home.past.days):
        energy = home.measured[home.slots_of(day)]
        known = ~np.isnan(energy)
        if energy.size and known.mean() >= _LEAST_MEASURED:
            sums[home.first + timedelta(days=day)] = float(np.nansum(energy))
    return sums


def month_ends(home: str, days: Mapping[date, float]) -> list[MonthEnd]:
    """Return the forecasts of all months of which each day was measured."""
    found: list[MonthEnd] = []
    if not days:
        return found
    month = min(days).replace(day=1)
    while month <= max(days):
        whole = [
            month + timedelta(days=at) for at in range((next_month(month) - month).days)
        ]
        month = next_month(month)
        actual = sum(days.get(day, 0.0) for day in whole)
        if any(day not in days for day in whole) or actual < _LEAST_MONTH:
            continue
        for number in DAYS:
            one = _forecast(home, days, whole, whole[number - 1], actual)
            if one:
                found.append(one)
    return found


def _forecast(
    home: str,
    days: Mapping[date, float],
    whole: Sequence[date],
    today: date,
    actual: float,
) -> MonthEnd | None:
    known = {day: energy for day, energy in days.items() if day < today}
    rest = {day: 1.0 for day in whole if day >= today}
    expected = expect_rest(known, today, rest, floor=0.0)
    if expected is None or min(known) > whole[0] - timedelta(days=7):
        return None
    so_far = sum(days[day] for day in whole if day < today)
    gone = len(whole) - len(rest)
    found = expected.plus(so_far)
    return MonthEnd(
        home,
        today,
        found.low,
        found.expected,
        found.high,
        so_far * len(whole) / gone,
        actual,
    )


def as_text(forecasts: Sequence[MonthEnd]) -> str:
    """Return the figures of each day of the month as a table."""
    head = f"{'day':>5}{'months':>8}{'error':>8}{'median':>8}"
    head += f"{'so far':>8}{'median':>8}{'in band':>9}{'width':>7}"
    lines = ["forecast at the midnight that begins a day of the month", head]
    for number in DAYS:
        of_day = [one for one in forecasts if one.day.day == number]
        if not of_day:
            continue
        errors = [one.error for one in of_day]
        others = [one.error_of_extrapolation for one in of_day]
        lines.append(
            f"{number:>5}{len(of_day):>8}{fmean(errors):>8.1%}{median(errors):>8.1%}"
            f"{fmean(others):>8.1%}{median(others):>8.1%}"
            f"{fmean(one.within for one in of_day):>9.0%}"
            f"{median(one.width for one in of_day):>7.0%}"
        )
    return "\n".join(lines)
