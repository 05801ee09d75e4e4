"""The households look like homes, and each like its own."""

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
import pytest

from wattwise_dev.simulator import Chunk, Household, SimulatorError, household_named

from .conftest import run as run_from

run = partial(run_from, early=True)
WINTER, SPRING, SUMMER = "2026-01-12", "2026-04-20", "2026-07-13"


def kwh(chunk: Chunk, meter: str) -> float:
    """Return the mean energy per day."""
    return float(chunk.values[meter, "power"].mean()) * 24 / 1000


def hourly(
    household: Household, chunk: Chunk, weekdays: set[int]
) -> NDArray[np.float64]:
    """Return the mean power [W] by local hour on some days of the week."""
    zone = ZoneInfo(household.time_zone)
    local = [datetime.fromtimestamp(time, zone) for time in chunk.times.tolist()]
    hours = np.array([moment.hour for moment in local])
    chosen = np.array([moment.weekday() in weekdays for moment in local])
    power = chunk.values["grid", "power"]
    return np.array([power[chosen & (hours == hour)].mean() for hour in range(24)])


@pytest.mark.parametrize(
    ("name", "meter", "start", "low", "high"),
    [
        ("day_worker", "grid", WINTER, 8, 20),
        ("day_worker", "grid", SPRING, 5, 12),
        ("day_worker", "water_heater", SPRING, 2.5, 6),
        ("office", "grid", WINTER, 18, 40),
        ("office", "grid", SUMMER, 22, 50),
        ("shift_worker", "grid", SPRING, 5, 13),
        ("shift_worker", "water_heater", SUMMER, 2.5, 6),
        ("family", "water_heater", WINTER, 6, 14),
        ("family", "ev", SPRING, 2, 14),
        ("family", "washing_machine", SPRING, 0.1, 1.2),
        ("family", "pv", WINTER, 3, 25),
        ("family", "pv", SUMMER, 25, 55),
    ],
)
def test_energy_per_day_is_plausible(
    name: str, meter: str, start: str, low: float, high: float
) -> None:
    """Ten days use or make as much as such homes do."""
    chunk = run(household_named(name), start, 10, step_s=900, meters=[meter])
    assert low < kwh(chunk, meter) < high


@pytest.mark.parametrize("name", ["day_worker", "office", "shift_worker", "family"])
def test_air_conditioning_follows_the_weather(name: str) -> None:
    """It cools in summer, heats in winter and hardly runs in between."""
    household = household_named(name)
    winter, mild, summer = (
        kwh(run(household, start, 6, 900, meters=["ac"]), "ac")
        for start in (WINTER, "2026-10-05", SUMMER)
    )
    assert winter > 2
    assert summer > 1
    assert mild < min(winter, 8)


def test_air_conditioning_switches_on_and_off() -> None:
    """A thermostat makes cycles of minutes, not of seconds or days."""
    chunk = run(household_named("office"), "2026-07-14", 1, step_s=1, meters=["ac"])
    running = chunk.values["ac", "power"] > 1000
    starts = int((np.diff(running.astype(int)) > 0).sum())
    assert 4 <= starts <= 60
    assert 600 < running.sum() / starts < 7200


def test_water_is_heated_after_it_was_used() -> None:
    """The heater runs a few times a day for long enough to matter."""
    chunk = run(household_named("family"), "2026-04-20", 5, 60, meters=["water_heater"])
    running = chunk.values["water_heater", "power"] > 1000
    starts = int((np.diff(running.astype(int)) > 0).sum())
    assert 3 * 5 <= starts <= 12 * 5
    assert 2000 < chunk.values["water_heater", "power"].max() < 2600


def test_the_day_worker_is_out_from_eight_to_five() -> None:
    """Weekdays have a morning, an evening and nothing much between."""
    household = household_named("day_worker")
    chunk = run(household, SPRING, 14)
    week = hourly(household, chunk, {0, 1, 2, 3, 4})
    weekend = hourly(household, chunk, {5, 6})
    assert week[9:16].mean() < 0.4 * week[18:22].mean()
    assert week[9:16].mean() < 0.7 * weekend[9:16].mean()


def test_the_office_works_when_the_day_worker_does() -> None:
    """Weekdays from eight to six, small at night and at the weekend."""
    household = household_named("office")
    chunk = run(household, SPRING, 14)
    week = hourly(household, chunk, {0, 1, 2, 3, 4})
    weekend = hourly(household, chunk, {5, 6})
    assert week[9:17].mean() > 3 * week[0:6].mean()
    assert weekend[9:17].mean() < 1.5 * week[0:6].mean()
    assert 250 < week[0:6].mean() < 700


def test_the_shift_worker_lives_by_another_clock_each_week() -> None:
    """The hours of use move with the shift, in turns of three weeks."""
    household = household_named("shift_worker")
    chunk = run(household, "2026-04-06", 42)
    shapes = []
    for week in range(6):
        days = slice(week * 7 * 1440, week * 7 * 1440 + 5 * 1440)
        part = Chunk(
            chunk.times[days], {key: v[days] for key, v in chunk.values.items()}
        )
        shape = hourly(household, part, {0, 1, 2, 3, 4})
        shapes.append(shape / shape.sum())
    again = [float(np.corrcoef(shapes[n], shapes[n + 3])[0, 1]) for n in range(3)]
    others = [float(np.corrcoef(shapes[n], shapes[n + 1])[0, 1]) for n in range(3)]
    assert min(again) > 0.4
    assert max(others) < min(again)


def test_the_family_exports_in_summer_and_imports_in_winter() -> None:
    """Photovoltaics turn the balance around, by day only."""
    household = household_named("family")
    winter, summer = (run(household, start, 7, 900) for start in (WINTER, SUMMER))
    assert kwh(winter, "grid") > 5
    assert kwh(summer, "grid") < -5
    pv = summer.values["pv", "power"]
    hours = summer.times % 86_400 // 3600
    assert pv.min() == 0
    assert pv[(hours < 2) | (hours > 20)].max() == 0
    assert 5000 < pv.max() <= 8000


def test_clouds_make_days_and_minutes_differ() -> None:
    """PV has bright and dull days, and jumps while clouds pass."""
    household = household_named("family")
    pv = run(household, "2026-05-01", 30, meters=["pv"]).values["pv", "power"]
    daily = pv.reshape(30, 1440).sum(axis=1)
    assert daily.max() > 2 * daily.min()
    assert np.abs(np.diff(pv)).max() > 500


def test_unknown_household() -> None:
    """The error names those there are."""
    with pytest.raises(SimulatorError, match=r"'castle'.*day_worker, office"):
        household_named("castle")
