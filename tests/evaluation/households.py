"""Households made for tests."""

from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

import numpy as np

from custom_components.wattwise.analytics.forecasting.local_days import LocalClock
from wattwise_dev.evaluation.household import Household, household

LONDON = ZoneInfo("Europe/London")


def made(
    days: int,
    first: date = date(2013, 2, 1),
    zone: tzinfo = LONDON,
    step: int = 3600,
    value: Callable[[datetime], float] | None = None,
    seed: int = 1,
) -> Household:
    """Return a household of whole days: a function of the clock, or noise on a habit."""
    clock = LocalClock(zone, step)
    starts = clock.slots_of(first, days)
    local = [
        datetime.fromtimestamp(int(start), UTC).astimezone(zone) for start in starts
    ]
    if value is not None:
        energy = np.array([value(moment) for moment in local])
    else:
        rng = np.random.default_rng(seed)
        habit = np.array([0.3 + (17 <= moment.hour < 22) for moment in local])
        energy = habit * rng.gamma(2.0, 0.5, len(starts))
    return household("made", clock, starts, energy)


def with_noise_from(home: Household, day: int, seed: int = 7) -> Household:
    """Return a household whose days from one on are something else."""
    rng = np.random.default_rng(seed)
    energy = home.measured.copy()
    later = home.place.day >= day
    energy[later] = rng.gamma(1.0, 3.0, int(later.sum()))
    return household(home.name, home.clock, home.starts, energy)
