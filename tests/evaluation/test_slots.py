"""Rows of any length become slots of the local clock; energy is neither lost nor made."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.local_days import LocalClock
from wattwise_dev.evaluation.errors import EvaluationError
from wattwise_dev.evaluation.slots import Steps, Unit, days_of, energy_of_slots

NEW_YEAR = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
IN_UTC = LocalClock(ZoneInfo("UTC"), 3600)


def slots(
    times: list[int],
    values: list[float],
    *,
    at_end: bool = False,
    unit: Unit = Unit.KWH,
    clock: LocalClock = IN_UTC,
) -> np.ndarray:
    """Return the energy of the slots of the days that rows touch."""
    steps = Steps.of(np.array(times), stamped_at_end=at_end)
    starts = days_of(steps, clock)
    return energy_of_slots(np.array(values), steps, unit, starts, clock.step)


def every(seconds: int, count: int) -> list[int]:
    """Return rising times from the new year on."""
    return [NEW_YEAR + seconds * index for index in range(count)]


@pytest.mark.parametrize("seconds", [60, 300, 900, 1800, 3600, 7200, 10800, 2400])
def test_energy_is_conserved(seconds: int) -> None:
    """A day of rows of any length has the energy of the day, slot by slot."""
    count = 86_400 // seconds
    values = np.random.default_rng(1).random(count)
    hourly = slots(every(seconds, count), values.tolist())

    assert len(hourly) == 24
    assert hourly.sum() == pytest.approx(values.sum())
    if seconds <= 3600 and 3600 % seconds == 0:
        expected = values.reshape(24, -1).sum(axis=1)
        np.testing.assert_allclose(hourly, expected, rtol=1e-8)


def test_times_at_the_end_belong_to_the_step_before() -> None:
    """A step stamped 00:30 at its end is the first of the day."""
    times = [NEW_YEAR + 1800 * index for index in range(1, 49)]
    values = [float(index) for index in range(48)]

    np.testing.assert_allclose(
        slots(times, values, at_end=True),
        np.reshape(values, (24, 2)).sum(axis=1),
    )


def test_power_becomes_energy() -> None:
    """1 kW during an hour is 1 kWh, in any unit and step."""
    for unit, value in ((Unit.W, 1000.0), (Unit.KW, 1.0)):
        hourly = slots(every(300, 288), [value] * 288, unit=unit)
        np.testing.assert_allclose(hourly, 1.0)
    np.testing.assert_allclose(slots(every(1800, 48), [500.0] * 48, unit=Unit.WH), 1.0)


def test_gaps_stay_gaps() -> None:
    """An hour with a half missing, an empty cell or no row at all is no measurement."""
    times, values = every(1800, 48), [1.0] * 48
    values[5] = float("nan")
    del times[20:24], values[20:24]
    hourly = slots(times, values)

    assert np.flatnonzero(np.isnan(hourly)).tolist() == [2, 10, 11]
    np.testing.assert_allclose(hourly[~np.isnan(hourly)], 2.0)


def test_a_missing_minute_is_like_the_others() -> None:
    """An hour with a few minutes missing counts with the mean of the others."""
    times, values = every(60, 1440), [0.1] * 1440
    values[30] = float("nan")

    np.testing.assert_allclose(slots(times, values), 6.0)


def test_another_step_later_in_the_file() -> None:
    """A file may go over from half hours to quarters."""
    times = every(1800, 48) + [NEW_YEAR + 86_400 + 900 * index for index in range(96)]
    values = [0.5] * 48 + [0.25] * 96
    ends = [*times[1:], times[-1] + 900]

    np.testing.assert_allclose(slots(times, values), 1.0)
    np.testing.assert_allclose(slots(ends, values, at_end=True), 1.0)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2024, 3, 31), 23),
        ("Europe/Berlin", date(2024, 10, 27), 25),
        ("Asia/Kolkata", date(2024, 6, 1), 24),
        ("Australia/Lord_Howe", date(2024, 6, 1), 24),
    ],
)
def test_slots_begin_with_the_local_hour(zone: str, day: date, hours: int) -> None:
    """Energy between two strokes of the local clock stands in one slot."""
    clock = LocalClock(ZoneInfo(zone), 3600)
    begin = clock.midnight(day).timestamp()
    times = [int(begin) + 900 * index for index in range(hours * 4)]
    values = [float(index // 4) for index in range(hours * 4)]

    np.testing.assert_allclose(
        slots(times, values, clock=clock), 4.0 * np.arange(hours)
    )


def test_half_an_hour_of_summer_time() -> None:
    """Where the clock moves by half an hour, the days around it are not shifted."""
    clock = LocalClock(ZoneInfo("Australia/Lord_Howe"), 3600)
    first = date(2024, 4, 6)
    begin = int(clock.midnight(first).timestamp())
    end = int(clock.midnight(first, 3).timestamp())
    times = list(range(begin, end, 1800))
    local = [datetime.fromtimestamp(t, clock.zone) for t in times]
    steps = Steps.of(np.array(times), stamped_at_end=False)
    starts = days_of(steps, clock)
    hours = np.array([float(moment.hour) for moment in local])
    hourly = energy_of_slots(hours, steps, Unit.KWH, starts, 3600)

    np.testing.assert_allclose(hourly[:24], 2.0 * np.arange(24))
    np.testing.assert_allclose(hourly[-24:], 2.0 * np.arange(24))
    # The day of 24.5 hours ends with half a slot.
    assert np.flatnonzero(np.isnan(hourly)).tolist() == [48]


def test_rows_farther_apart_than_a_day_are_refused() -> None:
    """Monthly readings tell nothing about hours."""
    with pytest.raises(EvaluationError, match="720 h apart"):
        slots(every(30 * 86_400, 5), [1.0] * 5)
