"""How well some weeks of real households tell of their year.

From windows of the last year of each home its use of the whole year is estimated, as
`analytics/similar_homes/year_use.py` does where no question was answered; beside it the
mean day, times 365.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from statistics import fmean, median
from typing import Final

from custom_components.wattwise.analytics.similar_homes.climate import Climate
from custom_components.wattwise.analytics.similar_homes.comparison import (
    HomeFacts,
    compare,
)
from custom_components.wattwise.analytics.similar_homes.household_profile import (
    HouseholdProfile,
)
from custom_components.wattwise.analytics.similar_homes.usual_climate import climate_at
from custom_components.wattwise.analytics.similar_homes.year_use import YEAR
from wattwise_dev.benchmark.progress import Say

from .errors import EvaluationError
from .month_end import day_sums_of
from .reading import read_households
from .report import write_json

WEEKS: Final = (2, 4, 8, 13, 26, 39)
# Between the beginnings of two windows.
_STEP: Final = timedelta(weeks=3)
# Of a year, and of a window, so much has to be measured.
_LEAST_DAYS: Final = 340
_LEAST_SHARE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Estimate:
    """The year of a home [kWh] as one window tells of it, and what it was."""

    home: str
    begin: date
    weeks: int
    low: float
    kwh: float
    high: float
    mean_day: float
    """The mean day of the window, times 365."""
    actual: float

    @property
    def error(self) -> float:
        """The error as a share of the year."""
        return abs(self.kwh - self.actual) / self.actual

    @property
    def error_of_mean_day(self) -> float:
        """That of the mean day."""
        return abs(self.mean_day - self.actual) / self.actual

    @property
    def within(self) -> bool:
        """Whether the year was in the range."""
        return self.low <= self.actual <= self.high


def evaluate_part_of_year(options: argparse.Namespace, say: Say) -> None:
    """Estimate the years of the homes that are asked for, and print the table."""
    try:
        climate = climate_at(options.latitude, options.longitude, options.altitude)
    except ValueError as err:
        raise EvaluationError(str(err)) from err
    estimates: list[Estimate] = []
    for home in read_households(options, say):
        found = estimates_of(
            home.name, day_sums_of(home), climate, options.latitude, options.homes_of
        )
        say(f"{home.name}: {len(found)} windows")
        estimates += found
    if not estimates:
        raise EvaluationError("no home has a whole year")
    print(as_text(estimates))
    if options.json:
        facts = {
            "estimates": [asdict(one) | {"begin": str(one.begin)} for one in estimates]
        }
        write_json(options.json, facts)


def estimates_of(
    home: str,
    days: Mapping[date, float],
    climate: Climate,
    latitude: float,
    country: str | None = None,
) -> list[Estimate]:
    """Return what windows of the last year of a home tell of it."""
    if not days:
        return []
    end = max(days) + timedelta(days=1)
    begin = end - YEAR
    year = {day: kwh for day, kwh in days.items() if begin <= day}
    if len(year) < _LEAST_DAYS or sum(year.values()) <= 0:
        return []

    def of(known: Mapping[date, float], today: date) -> HomeFacts:
        return HomeFacts(
            HouseholdProfile(), climate, latitude, country, None, today, known
        )

    whole = compare(of(year, end)).use
    assert whole is not None  # there are days enough
    found = []
    for weeks in WEEKS:
        length, start = timedelta(weeks=weeks), begin
        while start + length <= end:
            until = start + length
            window = {day: kwh for day, kwh in year.items() if start <= day < until}
            enough = len(window) >= _LEAST_SHARE * length.days
            use = compare(of(window, until)).use if enough else None
            if use:
                found.append(
                    Estimate(
                        home,
                        start,
                        weeks,
                        use.low_kwh,
                        use.kwh,
                        use.high_kwh,
                        fmean(window.values()) * YEAR.days,
                        whole.kwh,
                    )
                )
            start += _STEP
    return found


def as_text(estimates: Sequence[Estimate]) -> str:
    """Return the figures of each length of the windows as a table."""
    head = f"{'weeks':>5}{'windows':>9}{'error':>8}{'mean day':>10}"
    head += f"{'in range':>10}{'below':>7}{'above':>7}{'high:low':>10}"
    lines = ["the year of a home, from some weeks of it (median errors)", head]
    for weeks in WEEKS:
        of_length = [one for one in estimates if one.weeks == weeks]
        if not of_length:
            continue
        lines.append(
            f"{weeks:>5}{len(of_length):>9}"
            f"{median(one.error for one in of_length):>8.1%}"
            f"{median(one.error_of_mean_day for one in of_length):>10.1%}"
            f"{fmean(one.within for one in of_length):>10.0%}"
            f"{fmean(one.actual < one.low for one in of_length):>7.0%}"
            f"{fmean(one.actual > one.high for one in of_length):>7.0%}"
            f"{median(one.high / one.low for one in of_length):>10.2f}"
        )
    return "\n".join(lines)
