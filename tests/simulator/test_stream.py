"""The stream of samples: reproducible, exact and on time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from wattwise_dev.simulator import (
    HOUSEHOLDS,
    SimulatorError,
    household_named,
    simulate,
)

from .conftest import joined, run, utc

FAMILY = household_named("family")
ALL = pytest.mark.parametrize("name", HOUSEHOLDS)


@ALL
def test_the_same_whatever_the_start(name: str) -> None:
    """A range that starts later, or ends earlier, has the same samples."""
    household = household_named(name)
    whole = run(household, "2026-01-03", 3, step_s=10)
    part = run(household, "2026-01-04T13:47:20", 1.2, step_s=10)
    first = int(np.searchsorted(whole.times, part.times[0]))
    here = slice(first, first + part.times.size)
    np.testing.assert_array_equal(whole.times[here], part.times)
    for key, values in part.values.items():
        np.testing.assert_array_equal(whole.values[key][here], values, str(key))


def test_the_same_whatever_was_simulated_before() -> None:
    """Counters are the same when they are first asked for at another day."""
    fresh = replace(FAMILY, description="the same home, with a ledger of its own")
    backwards = run(fresh, "2025-12-28", 2, step_s=3600)
    forwards = run(FAMILY, "2025-12-20", 10, step_s=3600)
    for key, values in backwards.values.items():
        np.testing.assert_array_equal(forwards.values[key][-values.size :], values)


def test_a_seed_makes_another_year() -> None:
    """Seeds differ from each other, and so do homes."""
    one, other = (run(FAMILY, "2026-01-02", 1, seed=seed) for seed in (1, 2))
    assert not np.array_equal(
        one.values["grid", "power"], other.values["grid", "power"]
    )
    assert one.values["grid", "voltage_l1"][0] != other.values["grid", "voltage_l1"][0]


@ALL
@pytest.mark.parametrize("step_s", [1, 60, 700])
def test_counters_are_the_integral_of_power(name: str, step_s: int) -> None:
    """Between two samples a counter rises by mean power times time."""
    household = household_named(name)
    chunk = run(household, "2026-06-10", 1, step_s=step_s, early=True)
    hours = step_s / 3600
    for meter in household.meters:
        channels = chunk.meter(meter.key)
        total = np.zeros(chunk.times.size)
        for channel in meter.counters:
            assert (np.diff(channels[channel]) >= 0).all()
            sign = 1 if channel == "energy_import" or meter.key == "pv" else -1
            total += sign * channels[channel]
        np.testing.assert_allclose(
            np.diff(total), channels["power"][1:] * hours / 1000, atol=2e-9
        )


def test_import_and_export_are_counted_apart() -> None:
    """At one second the counters are the positive and the negative part of power."""
    chunk = run(FAMILY, "2026-06-10", 1, step_s=1, meters=["grid"], early=True)
    power = chunk.values["grid", "power"][1:]
    assert power.min() < 0 < power.max()
    for channel, part in (
        ("energy_import", power.clip(min=0)),
        ("energy_export", (-power).clip(min=0)),
    ):
        counted = np.diff(chunk.values["grid", channel])
        np.testing.assert_allclose(counted, part / 3.6e6, atol=1e-10)


@ALL
def test_the_grid_is_what_is_used_less_what_is_made(name: str) -> None:
    """The grid's power is at least that of the metered appliances less the PV."""
    household = household_named(name)
    chunk = run(household, "2026-05-05", 1, step_s=30, early=True)
    known = np.zeros(chunk.times.size)
    for meter in household.meters:
        power = chunk.values[meter.key, "power"]
        if meter.key == "pv":
            known -= power
        elif meter.key != "grid":
            known += power
    rest = chunk.values["grid", "power"] - known
    # What no meter of its own measures: never negative, and never all of a house.
    assert rest.min() > 20
    assert rest.max() < household.contracted_power_w


def test_the_grid_is_the_sum_of_all_appliances() -> None:
    """With a meter on every appliance the sums agree to the milliwatt."""
    meters = list(FAMILY.meters)
    known = {meter.key for meter in meters}
    meters += [
        replace(FAMILY.meter("ac"), key=appliance.name)
        for appliance in FAMILY.appliances
        if appliance.name not in known
    ]
    household = replace(FAMILY, meters=tuple(meters))
    chunk = run(household, "2026-05-05", 0.5, step_s=1, early=True)
    used = sum(
        chunk.values[appliance.name, "power"] for appliance in household.appliances
    )
    made = chunk.values["pv", "power"]
    np.testing.assert_allclose(
        chunk.values["grid", "power"], used - made, rtol=0, atol=1e-6
    )


@ALL
def test_voltage_current_and_power_factor_belong_together(name: str) -> None:
    """|P| = power factor x sum of U x I, and all are in their ranges."""
    household = household_named(name)
    chunk = run(household, "2026-02-11", 0.5, step_s=1, meters=["grid"], early=True)
    grid = chunk.meter("grid")
    apparent = sum(
        grid[f"voltage_l{n}"] * grid[f"current_l{n}"]
        for n in range(1, household.phases + 1)
    )
    np.testing.assert_allclose(
        np.abs(grid["power"]), grid["power_factor"] * apparent, atol=0.01
    )
    for n in range(1, household.phases + 1):
        assert 210 < grid[f"voltage_l{n}"].min() < grid[f"voltage_l{n}"].max() < 245
        assert grid[f"current_l{n}"].min() >= 0
    assert f"voltage_l{household.phases + 1}" not in grid
    assert 49.8 < grid["frequency"].min() < 50 < grid["frequency"].max() < 50.2
    assert 0 <= grid["power_factor"].min() <= grid["power_factor"].max() <= 1


def test_load_pulls_the_voltage_down() -> None:
    """The car's charger shows in the voltage."""
    chunk = run(FAMILY, "2026-01-10", 4, step_s=60, meters=["grid", "ev"], early=True)
    charging = chunk.values["ev", "power"] > 8000
    voltage = chunk.values["grid", "voltage_l1"]
    assert charging.any()
    assert voltage[charging].mean() < voltage[~charging].mean() - 1.5


def test_samples_lie_on_whole_steps_and_join_without_gaps() -> None:
    """A sample is due at each step from the start, included, to the end, excluded."""
    home = replace(FAMILY, counters_start=date(2026, 3, 28))
    chunks = list(simulate(home, utc("2026-03-28"), utc("2026-03-31"), step_s=900))
    times = joined(chunks).times
    expected = np.arange(
        utc("2026-03-28").timestamp(), utc("2026-03-31").timestamp(), 900
    )
    np.testing.assert_array_equal(times, expected)
    assert len(chunks) == 4


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 28), 23), (date(2026, 10, 24), 25)]
)
def test_days_are_local(day: date, hours: int) -> None:
    """The days on which clocks change are not 24 hours long."""
    assert FAMILY.site.day_length(day) == hours * 3600
    start = datetime.fromtimestamp(
        FAMILY.site.day_start(day), ZoneInfo(FAMILY.time_zone)
    )
    assert (start.date(), start.hour) == (day, 4)


def test_chosen_meters_only() -> None:
    """What is not asked for is left out, the rest is the same."""
    alone = run(FAMILY, "2026-01-05", 0.5, meters=["pv"])
    everything = run(FAMILY, "2026-01-05", 0.5)
    assert list(alone.values) == [("pv", "power"), ("pv", "energy_export")]
    for key, values in alone.values.items():
        np.testing.assert_array_equal(everything.values[key], values)


def test_counters_show_the_start_readings_on_the_first_day() -> None:
    """The description's readings are those of the first living day."""
    start = FAMILY.site.day_start(FAMILY.counters_start)
    moment = datetime.fromtimestamp(start, UTC)
    chunk = next(simulate(FAMILY, moment, moment + timedelta(seconds=2)))
    assert chunk.times.tolist() == [start]
    meter = FAMILY.meter("grid")
    assert chunk.values["grid", "energy_import"][0] == pytest.approx(meter.import_kwh)
    assert chunk.values["grid", "energy_export"][0] == pytest.approx(meter.export_kwh)


@pytest.mark.parametrize(
    ("start", "end", "step_s", "meters", "message"),
    [
        (datetime(2026, 1, 1), utc("2026-01-02"), 1, None, "time zone"),  # noqa: DTZ001
        (utc("2026-01-02"), utc("2026-01-02"), 1, None, "later than the start"),
        (utc("2026-01-01"), utc("2026-01-02"), 0, None, "step"),
        (utc("2026-01-01"), utc("2026-01-02"), 1, ["gas"], "grid, pv, ac"),
    ],
)
def test_odd_requests_are_refused_at_once(
    start: datetime, end: datetime, step_s: int, meters: list[str] | None, message: str
) -> None:
    """The error comes with the call, not with the first sample."""
    with pytest.raises(SimulatorError, match=message):
        simulate(FAMILY, start, end, step_s=step_s, meters=meters)


def test_counters_cannot_be_below_zero() -> None:
    """Long before its first day a home's counters would have been negative."""
    young = replace(
        FAMILY,
        meters=(replace(FAMILY.meter("grid"), import_kwh=10.0, export_kwh=10.0),),
    )
    with pytest.raises(SimulatorError, match="start later"):
        run(young, "2025-12-01", 1)
