"""Forecasts stand at the right slot of the right day, whatever the clock does."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.local_days import (
    DayRows,
    Floats,
    Integers,
    LocalClock,
)
from custom_components.wattwise.analytics.forecasting.model import Model
from custom_components.wattwise.analytics.forecasting.models.hour_of_week import (
    HourOfWeek,
)
from custom_components.wattwise.analytics.forecasting.models.median_regression import (
    MedianRegression,
)
from custom_components.wattwise.analytics.forecasting.models.persistence import (
    PersistenceEnsemble,
)
from custom_components.wattwise.analytics.forecasting.models.ridge_regression import (
    RidgeRegression,
)
from custom_components.wattwise.analytics.forecasting.models.seasonal_naive import (
    DailyNaive,
    WeeklyNaive,
)
from custom_components.wattwise.analytics.forecasting.models.weighted_days import (
    WeightedDays,
)
from custom_components.wattwise.analytics.forecasting.past import (
    DAYS_AHEAD,
    Calendar,
    Past,
)

from ..made_up_homes import home
from .every_model import ALL, QUICK, fitted

# Days on which the clock changes, by zone.
CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
]
DAYS = 91


def habit(starts: Integers, zone: ZoneInfo, *, weekly: bool) -> Floats:
    """Return what a home of strict habits uses in slots, asked of the zone itself."""
    energy = []
    for start in starts:
        local = datetime.fromtimestamp(int(start), UTC).astimezone(zone)
        slot = local.hour * 2 + local.minute // 30
        energy.append(0.2 + (slot * 7 % 48) / 48 + weekly * local.weekday() * 0.05)
    return np.array(energy)


def strict_home(clock: LocalClock, first: date, *, weekly: bool) -> Past:
    """Return the DAYS from `first` on of a home of strict habits."""
    assert isinstance(clock.zone, ZoneInfo)
    starts = clock.slots_of(first, DAYS)
    energy = habit(starts, clock.zone, weekly=weekly)
    rows = DayRows.from_slots(starts, energy, clock).energy
    ahead = [first + timedelta(days=day) for day in range(DAYS + DAYS_AHEAD)]
    weekday = np.array([day.weekday() for day in ahead])
    return Past(rows, Calendar(weekday, np.zeros_like(weekday)))


@pytest.mark.parametrize(
    ("kind", "weekly", "off"),
    [
        (DailyNaive, False, 1e-9),
        (PersistenceEnsemble, False, 1e-9),
        (WeeklyNaive, True, 1e-9),
        (MedianRegression, True, 0.06),
        (RidgeRegression, True, 0.04),
    ],
    ids=lambda value: getattr(value, "name", value),
)
@pytest.mark.parametrize(("zone", "change"), CHANGES)
# The clock changes on the last day known, on the day forecast, and between the two.
@pytest.mark.parametrize("known_after", [1, 0, -1])
def test_strict_habits_are_forecast_exactly(
    kind: type[Model],
    weekly: bool,
    off: float,
    zone: str,
    change: date,
    known_after: int,
) -> None:
    """What is a function of the clock on the wall is known, slot by slot in UTC.

    A regression shrinks what it cannot be sure of; a slot's shift would make it twice
    as wrong as it may be here.
    """
    clock = LocalClock(ZoneInfo(zone), 1800)
    end = change + timedelta(days=known_after)
    past = strict_home(clock, end - timedelta(days=DAYS), weekly=weekly)
    model = fitted(kind, past)
    for lead in (0, 1):
        prediction = model.predict(past, lead)
        starts = clock.slots_of(end + timedelta(days=lead))
        slots = clock.places(starts, end + timedelta(days=lead)).slot
        expected = habit(starts, ZoneInfo(zone), weekly=weekly)
        assert prediction.mean[slots] == pytest.approx(expected, abs=off)
        assert prediction.median[slots] == pytest.approx(expected, abs=off)


@pytest.mark.parametrize(
    ("kind", "slots"),
    [*((kind, 24) for kind in ALL), *((kind, 96) for kind in QUICK)],
    ids=lambda value: getattr(value, "name", value),
)
def test_no_forecast_is_shifted(kind: type[Model], slots: int) -> None:
    """A peak at one time of day is expected then, not a slot earlier or later."""
    usual = home(40, slots=slots)
    measured = usual.measured * 0.2
    place = slots * 7 // 24
    measured[:, place] += 2.0
    past = Past(measured, usual.calendar)
    model = fitted(kind, past)
    for lead in (0, 2):
        prediction = model.predict(past, lead)
        assert prediction.mean.argmax() == place
        assert prediction.median.argmax() == place


@pytest.mark.parametrize(
    "kind",
    [HourOfWeek, WeeklyNaive, WeightedDays, MedianRegression, RidgeRegression],
    ids=lambda kind: kind.name,
)
def test_washing_day_is_the_right_day(kind: type[Model]) -> None:
    """Free days that differ from working days are told apart, at any lead."""
    usual = home(72)
    measured = usual.measured * 0.1 + 0.1
    measured[usual.calendar.day_class[:72] > 0, 10] += 2.0
    past = Past(measured, usual.calendar)
    known = [past.until(days) for days in range(58, 58 + 7)]
    models = [fitted(kind, part) for part in known]
    for lead in range(DAYS_AHEAD):
        washing, working = [], []
        for model, part in zip(models, known, strict=True):
            expected = model.predict(part, lead).mean[10]
            free = usual.calendar.day_class[part.days + lead] > 0
            (washing if free else working).append(expected)
        assert min(washing) > 1.5 * max(working), lead
