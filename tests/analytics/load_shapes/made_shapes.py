"""Homes and load shapes made for tests."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from custom_components.wattwise.analytics.forecasting.local_days import LocalClock
from custom_components.wattwise.analytics.load_shapes.load_shape import (
    LoadShape,
    ShapeKind,
)

BERLIN = ZoneInfo("Europe/Berlin")
# A Monday, four weeks before the clocks are set forward.
FIRST = date(2026, 3, 2)

type Use = Callable[[datetime], float]


def hours_of(
    use: Use, days: int = 56, zone: ZoneInfo = BERLIN, first: date = FIRST
) -> dict[int, float]:
    """Return what a home used in each hour: a function of the clock on its wall."""
    starts = LocalClock(zone, 3600).slots_of(first, days).tolist()
    return {
        start: use(datetime.fromtimestamp(start, UTC).astimezone(zone))
        for start in starts
    }


def day_of(start: int, zone: ZoneInfo = BERLIN) -> date:
    """Return the day of an hour."""
    return datetime.fromtimestamp(start, UTC).astimezone(zone).date()


def warmth_of(day: date) -> float:
    """Return how warm a day is [°C]: each day of two weeks otherwise, from -6 to 20."""
    return -6.0 + 2.0 * ((day - FIRST) // timedelta(days=1) * 5 % 14)


# Figures of usual homes of a kind: base, peak, night, morning, evening.
_USUAL = {
    ShapeKind.STEADY: (0.50, 2.2, 0.18, 0.15, 0.37),
    ShapeKind.DAYTIME: (0.20, 4.5, 0.13, 0.20, 0.31),
    ShapeKind.EVENING: (0.28, 3.7, 0.13, 0.14, 0.43),
    ShapeKind.NIGHT: (0.08, 5.0, 0.60, 0.11, 0.12),
}


def shape_like(
    kind: ShapeKind, random: np.random.Generator | None = None, by: float = 0.03
) -> LoadShape:
    """Return the shape of a usual home of a kind; each figure is off by a few percent."""
    figures = np.array(_USUAL[kind])
    if random is not None:
        figures = figures * random.normal(1.0, by, len(figures))
    base, peak, night, morning, evening = figures.tolist()
    day = 1.0 - night - morning - evening
    return LoadShape(
        90, base, peak, night, morning, day, evening, 18.5, 1.0, temperature_slope=None
    )


def shapes_like(
    kinds: dict[str, ShapeKind], seed: int = 1, by: float = 0.03
) -> dict[str, LoadShape]:
    """Return shapes of homes of some kinds, much the same for each seed."""
    random = np.random.default_rng(seed)
    return {home: shape_like(kind, random, by) for home, kind in kinds.items()}
