"""Homes with kinds of days that are known, because they were made so."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
import math
import random
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from custom_components.wattwise.analytics.day_types.home_days import (
    HomeDays,
    home_days,
)
from custom_components.wattwise.analytics.forecasting.covariates import Covariates

LONDON: Final = ZoneInfo("Europe/London")
# A Friday.
TODAY: Final = date(2026, 6, 19)
DAYS: Final = 140
HOLIDAY: Final = frozenset(date(2026, 5, 2) + timedelta(days=day) for day in range(9))

type Power = Callable[[datetime], float]


def family(moment: datetime) -> float:
    """Return what a family uses [kW]: out by day, at home on weekends, away in May."""
    if moment.date() in HOLIDAY:
        return 0.1
    asleep = moment.hour < 7 or moment.hour >= 23
    free = moment.weekday() >= 5
    out = not free and 9 <= moment.hour < 17
    return 0.1 if asleep or out else (1.2 if moment.hour >= 17 else 0.8)


def hours_of(
    power: Power,
    until: datetime,
    days: int = DAYS,
    zone: tzinfo = LONDON,
    seed: int = 3,
) -> dict[int, float]:
    """Return noisy hours [kWh] by their start [s], of so many days before a moment."""
    noise = random.Random(seed)
    end = int(until.timestamp()) // 3600 * 3600
    return {
        start: power(datetime.fromtimestamp(start, UTC).astimezone(zone))
        * noise.lognormvariate(0.0, 0.3)
        for start in range(end - days * 86_400, end, 3600)
    }


def at(day: date, hour: int, zone: tzinfo = LONDON) -> datetime:
    """Return a moment, some minutes past an hour."""
    return datetime(day.year, day.month, day.day, hour, 7, tzinfo=zone)


def family_days(
    hour: int = 0,
    day: date = TODAY,
    power: Power = family,
    known: Covariates | None = None,
    hours: Mapping[int, float] | None = None,
) -> HomeDays:
    """Return what is known of a family's days at an hour of one of them."""
    now = at(day, hour)
    found = home_days(
        hours_of(power, now) if hours is None else hours,
        LONDON,
        now,
        known or Covariates(),
    )
    assert found
    return found


def winter_of(day: int) -> float:
    """Return the temperature of a day: half of the time cold, in spells."""
    return 2.0 if math.sin(day / 4.0) > 0 else 16.0


def blobs(counts: tuple[int, ...], spread: float, seed: int = 5) -> np.ndarray:
    """Return points around corners of a square, so many around each."""
    random_state = np.random.default_rng(seed)
    corners = [(0.0, 0.0), (4.0, 0.0), (0.0, 4.0), (4.0, 4.0)]
    return np.concatenate(
        [
            random_state.normal(corner, spread, (count, 2))
            for corner, count in zip(corners, counts, strict=False)
        ]
    )


def shuffled(points: np.ndarray) -> np.ndarray:
    """Return points in an order that tells nothing."""
    return np.random.default_rng(11).permutation(points)
