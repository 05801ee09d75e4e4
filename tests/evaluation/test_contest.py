"""Models are asked at midnights, and know what was known then and nothing else."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from wattwise_dev.benchmark.progress import Progress
from wattwise_dev.evaluation.contest import Entry, run_here
from wattwise_dev.evaluation.contestants import (
    PERSISTENCE,
    WEEKLY_NAIVE,
    contestants,
)
from wattwise_dev.evaluation.errors import EvaluationError
from wattwise_dev.evaluation.figures import standings
from wattwise_dev.evaluation.household import Household
from wattwise_dev.evaluation.plan import Plan

from .households import made, with_noise_from

SAY = Progress.begin()


@pytest.mark.parametrize("lead", [0, 1])
@pytest.mark.parametrize("name", contestants())
def test_the_future_changes_no_forecast(name: str, lead: int) -> None:
    """Noise from a day on leaves all forecasts made until its midnight as they were."""
    home = made(48)
    plan = Plan(lead=lead, after=44)
    noisy = with_noise_from(home, 46)
    said = run_here(name, [home], plan, SAY).issued[0]
    otherwise = run_here(name, [noisy], plan, SAY).issued[0]

    until = [index for index, day in enumerate(said.origins) if day <= 46]
    assert len(until) == 3
    assert not np.isnan(said.values[until]).any()
    np.testing.assert_array_equal(said.values[until], otherwise.values[until])
    if lead == 0:
        assert not np.array_equal(said.values[-1], otherwise.values[-1])


@pytest.mark.parametrize("name", contestants())
def test_what_lies_before_the_history_changes_no_forecast(name: str) -> None:
    """With 14 days of history, noise before them is as if it had not been."""
    home = made(40)
    plan = Plan(after=37, history=14, origins=2)
    before = home.measured.copy()
    reversed_days = with_noise_from(home, 0)
    early = home.place.day < 38 - 14
    before[early] = reversed_days.measured[early]
    noisy = Household(
        home.name,
        home.clock,
        type(home.past)(
            np.vstack([reversed_days.past.measured[:24], home.past.measured[24:]]),
            home.past.calendar,
            first_day=home.past.first_day,
        ),
        home.starts,
        before,
        home.place,
    )
    said = run_here(name, [home], plan, SAY).issued[0]
    otherwise = run_here(name, [noisy], plan, SAY).issued[0]
    np.testing.assert_array_equal(said.values, otherwise.values)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe"])
def test_a_habit_of_the_clock_is_forecast_as_such(zone: str) -> None:
    """A function of hour and weekday is forecast exactly, also as the clock changes."""

    def habit(moment: datetime) -> float:
        return 1.0 + moment.weekday() + moment.hour / 10

    home = made(30, date(2024, 3, 15), ZoneInfo(zone), value=habit)
    plan = Plan(after=8)
    entries = [
        run_here(name, [home], plan, SAY) for name in (WEEKLY_NAIVE, PERSISTENCE)
    ]
    naive, _ = standings(entries, [home], plan)

    assert naive.mean.slots > 20 * 24
    assert naive.mean.mae == pytest.approx(0, abs=0.003)


def test_references_are_the_plain_ones() -> None:
    """The week before and the mean of seven days are what their names say."""
    home = made(20)
    plan = Plan(after=15)
    weekly, mean = (
        run_here(name, [home], plan, SAY).issued[0].values[0]
        for name in (WEEKLY_NAIVE, PERSISTENCE)
    )
    np.testing.assert_allclose(weekly[1], home.past.measured[8])
    np.testing.assert_allclose(mean[1], home.past.measured[8:15].mean(axis=0))
    np.testing.assert_allclose(mean[1], mean[3])
    assert (mean[0] <= mean[1]).all()
    assert (mean[1] <= mean[2]).all()


def test_origins_are_the_last_ones() -> None:
    """A number of origins means the last days; too few days are told as such."""
    home = made(70)
    assert Plan().origins_of(home) == list(range(56, 70))
    assert Plan(origins=3).origins_of(home) == [67, 68, 69]
    assert Plan(origins=3, lead=1).origins_of(home) == [66, 67, 68]
    with pytest.raises(EvaluationError, match="made: 20 days are too few"):
        Plan().origins_of(made(20))


def test_shares_of_homes() -> None:
    """Homes count the same, however large they are."""
    plan = Plan(after=15)
    homes = [made(20), made(20, seed=2)]
    entries: list[Entry] = [
        run_here(name, homes, plan, SAY) for name in (WEEKLY_NAIVE, PERSISTENCE)
    ]
    naive, mean = standings(entries, homes, plan)

    assert naive.mean.rel_weekly == 1
    assert mean.mean.rel_persistence == 1
    assert naive.beats_weekly == 0
    assert mean.forecasts == 10
    assert mean.beats_weekly == 1
    home_names = [home.name for home in homes]
    assert list(mean.homes) == list(dict.fromkeys(home_names))
