"""The models of other people know what was known, and are what they are called."""

from datetime import datetime
import os
from pathlib import Path

import numpy as np
import pytest

from wattwise_dev.evaluation.contest import Entry
from wattwise_dev.evaluation.cost import Cost
from wattwise_dev.evaluation.other_people import OTHER_PEOPLES, ask_all, installed
from wattwise_dev.evaluation.plan import Plan
from wattwise_dev.evaluation.third_party.job import Home, Job, read_answer, write_answer
from wattwise_dev.evaluation.third_party.lag_features import MINIMUM_DAYS, rows_of

from .households import made, with_noise_from


def require_packages() -> None:
    """Skip the test where they are not installed; fail where everything must be."""
    if not installed():
        why = "not installed (scripts/setup --evaluation)"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)


@pytest.fixture(scope="module")
def entries() -> dict[str, Entry]:
    """Return what all models say of a home, of its copy with noise, and of a habit.

    The first two differ from day 41 on; the third does the same every day.
    """
    require_packages()
    home = made(42)
    homes = [home, with_noise_from(home, 41), made(42, value=habit)]
    said = ask_all(OTHER_PEOPLES, homes, homes, Plan(after=40))
    return {entry.name: entry for entry in said}


def habit(moment: datetime) -> float:
    """Return what somebody does who does the same every day."""
    return 1.0 + moment.hour**2


# All are asked at once: importing their packages takes half a minute on a busy machine.
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", OTHER_PEOPLES)
def test_the_future_changes_no_forecast(name: str, entries: dict[str, Entry]) -> None:
    """Noise from a day on leaves what was said until its midnight as it was."""
    said, otherwise, _ = (issued.values for issued in entries[name].issued)

    # Some are asked at each fifth origin only.
    asked = ~np.isnan(said[:, 0, 0])
    assert asked[0]
    np.testing.assert_array_equal(said, otherwise)
    assert (np.diff(said[asked, :3], axis=1) >= 0).all()
    assert (said[asked] >= 0).all()
    assert entries[name].cost.predict_seconds > 0


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", OTHER_PEOPLES)
def test_a_habit_is_forecast_as_such(name: str, entries: dict[str, Entry]) -> None:
    """Whoever does the same every day is forecast so, not shifted by a slot."""
    said = entries[name].issued[2].values[0, 1]
    expected = 1.0 + np.arange(24.0) ** 2
    errors = [np.abs(said - np.roll(expected, by)).mean() for by in (0, -1, 1)]

    assert errors[0] < min(errors[1:]) / 2
    if name == "emhass_neighbours":
        np.testing.assert_allclose(said, expected)


def as_home(days: int, lead: int = 0) -> Home:
    """Return a home as a job has it."""
    past = made(days).past
    return Home(
        past.first_day,
        past.measured,
        past.energy,
        past.calendar.weekday,
        past.calendar.day_class,
        (days - 1 - lead,),
    )


def test_jobs_and_answers_survive_their_files(tmp_path: Path) -> None:
    """What goes to the other environment and comes back is what was meant."""
    home = as_home(20)
    Job("lasso", 1, 14, [home]).write(tmp_path)
    job = Job.read(tmp_path)
    assert (job.model, job.lead, job.history) == ("lasso", 1, 14)
    assert job.homes[0].origins == home.origins
    np.testing.assert_array_equal(job.homes[0].measured, home.measured)
    assert [job.first(day) for day in (5, 14, 20)] == [0, 0, 6]

    said = [np.ones((2, 4, 24)), np.zeros((1, 4, 24))]
    write_answer(tmp_path, said, Cost(fits=2, memory_mib=1.5))
    again, cost = read_answer(tmp_path)
    assert [values.shape for values in again] == [(2, 4, 24), (1, 4, 24)]
    assert cost == Cost(fits=2, memory_mib=1.5)


@pytest.mark.parametrize("lead", [0, 1])
def test_lags_are_what_their_place_says(lead: int) -> None:
    """The features of a day come from before its origin, in units of the usual slot."""
    home = as_home(40)
    day = 35
    rows = rows_of(home, lead, np.array([day]), np.array([0]))
    scale = np.abs(home.energy[day - 28 : day]).mean()

    np.testing.assert_allclose(rows.scale, scale)
    np.testing.assert_allclose(rows.outputs * scale, home.measured[day + lead])
    for back in range(1, 8):
        np.testing.assert_allclose(
            rows.inputs[:, 3 + back] * scale, home.energy[day - back]
        )
    np.testing.assert_allclose(rows.inputs[:, 11] * scale, home.energy[day + lead - 7])
    recent = rows_of(home, lead, np.array([day]), np.array([day - MINIMUM_DAYS]))
    assert recent.inputs.shape == rows.inputs.shape
    assert not np.isnan(recent.inputs).any()
