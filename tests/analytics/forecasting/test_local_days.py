"""Slots in UTC become rows of local days, and find their places again."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.local_days import (
    DayRows,
    LocalClock,
)

# The local day on which a clock changes, and how long it is [h].
CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29), 23),
    ("Europe/Berlin", date(2026, 10, 25), 25),
    ("America/New_York", date(2026, 3, 8), 23),
    ("America/New_York", date(2026, 11, 1), 25),
    ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
    ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
    # Here there is no midnight on the day the clock is put forward.
    ("Africa/Cairo", date(2026, 4, 24), 23),
]


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
@pytest.mark.parametrize("step", [900, 1800])
def test_slots_stand_where_the_clock_on_the_wall_says(
    zone: str, day: date, hours: float, step: int
) -> None:
    """Each slot around a change has the place that the zone itself gives its start."""
    clock = LocalClock(ZoneInfo(zone), step)
    first = day - timedelta(days=1)
    starts = clock.slots_of(first, 3)
    assert len(starts) * step == (48 + hours) * 3600
    place = clock.places(starts, first)
    for start, at_day, slot in zip(starts, place.day, place.slot, strict=True):
        local = datetime.fromtimestamp(int(start), UTC).astimezone(clock.zone)
        assert at_day == (local.date() - first).days
        assert slot * step == local.hour * 3600 + local.minute * 60


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_short_days_have_a_hole_and_long_ones_a_mean(
    zone: str, day: date, hours: float
) -> None:
    """Nothing is shifted by a change: all other places hold what began there."""
    clock = LocalClock(ZoneInfo(zone), 1800)
    starts = clock.slots_of(day)
    rows = DayRows.from_slots(starts, np.arange(len(starts), dtype=float), clock)
    assert rows.first == day
    assert rows.energy.shape == (1, 48)
    assert np.isnan(rows.energy).sum() == max(0, 48 - hours * 2)
    place = clock.places(starts, day).slot
    for slot in np.flatnonzero(~np.isnan(rows.energy[0])):
        there = np.flatnonzero(place == slot)
        assert rows.energy[0, slot] == there.mean()


def test_slots_may_come_in_any_order_with_gaps() -> None:
    """Days that nothing is known of are rows of NaN."""
    clock = LocalClock(ZoneInfo("Europe/Berlin"), 3600)
    starts = clock.slots_of(date(2026, 3, 28), 3)
    energy = np.arange(len(starts), dtype=float)
    energy[24:47] = np.nan
    order = np.random.default_rng(1).permutation(len(starts))
    rows = DayRows.from_slots(starts[order], energy[order], clock).energy
    assert rows.shape == (3, 24)
    assert (rows[0] == np.arange(24)).all()
    assert np.isnan(rows[1]).all()
    assert (rows[2] == np.arange(47, 71)).all()


def test_what_cannot_be_laid_out_is_refused() -> None:
    """Slots that do not divide the hour, and days of nothing, are errors."""
    with pytest.raises(ValueError, match="15, 30 or 60"):
        LocalClock(UTC, 1200)
    with pytest.raises(ValueError, match="no slot"):
        DayRows.from_slots(np.zeros(0, np.int64), np.zeros(0), LocalClock(UTC, 3600))
