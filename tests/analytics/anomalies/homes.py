"""Hours of a made home, and of a real one."""

import csv
from datetime import UTC, datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

DATA: Final = Path(__file__).parents[2] / "data"
LONDON: Final = ZoneInfo("Europe/London")
HOUR: Final = 3600
DAY: Final = 24 * HOUR
# The midnight in London that the made home begins with, in winter.
BEGIN: Final = datetime(2024, 1, 8, tzinfo=LONDON).timestamp()

type Hours = dict[float, float]


def made_home(
    days: int, seed: int = 3, zone: tzinfo = LONDON, begin: float = BEGIN
) -> Hours:
    """Return a home of evenings, a fridge and chance."""
    chance = np.random.default_rng(seed)
    hours: Hours = {}
    for index in range(24 * days):
        start = begin + HOUR * index
        local = datetime.fromtimestamp(start, UTC).astimezone(zone)
        evening = chance.gamma(2.0, 0.4) if 17 <= local.hour < 22 else 0.0
        day = chance.gamma(1.0, 0.15) if 7 <= local.hour < 22 else 0.0
        hours[start] = 0.1 + 0.02 * chance.random() + evening + day
    return hours


@cache
def real_home() -> tuple[tuple[float, float], ...]:
    """Return the year of a home in London by its hours."""
    hours: Hours = {}
    path = DATA / "lcl_MAC000002_2013_halfhourly_kwh_utc.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            moment = datetime.fromisoformat(row["time"]).replace(tzinfo=UTC)
            start = moment.timestamp() // HOUR * HOUR
            hours[start] = hours.get(start, 0.0) + float(row["kwh"])
    return tuple(hours.items())


def end_of(hours: Hours) -> float:
    """Return when the last hour is over."""
    return max(hours) + HOUR


def newest(hours: Hours, days: int = 40) -> Hours:
    """Return the last days."""
    since = end_of(hours) - days * DAY
    return {start: kwh for start, kwh in hours.items() if start >= since}
