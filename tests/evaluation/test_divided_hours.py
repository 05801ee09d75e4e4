"""Quarter and half hours are scored as a household has them: divided hours."""

from datetime import datetime

import numpy as np
import pytest

from wattwise_dev.benchmark.progress import Progress
from wattwise_dev.evaluation.chosen import chosen_models
from wattwise_dev.evaluation.contest import run_here
from wattwise_dev.evaluation.contestants import PERSISTENCE, WEEKLY_NAIVE
from wattwise_dev.evaluation.divided_hours import DIVIDED, DividedHours, EvenHours
from wattwise_dev.evaluation.errors import EvaluationError
from wattwise_dev.evaluation.figures import standings
from wattwise_dev.evaluation.plan import Plan

from .households import made, with_noise_from

SAY = Progress.begin()


def cooks(moment: datetime) -> float:
    """Return what a home needs that cooks in the second half of each sixth hour."""
    return 1.0 if moment.hour % 6 == 0 and moment.minute >= 30 else 0.1


@pytest.mark.parametrize("step", [900, 1800])
def test_divided_hours_know_habits_within_them(step: int) -> None:
    """They are right where an even division is not, and have the same hours."""
    home = made(18, step=step, value=cooks)
    plan = Plan(after=17)
    entries = [
        run_here(name, [home], plan, SAY)
        for name in (*DIVIDED, WEEKLY_NAIVE, PERSISTENCE)
    ]
    figures = {one.model: one.mean for one in standings(entries, [home], plan)}
    assert figures[DividedHours.name].mae < 0.3 * figures[EvenHours.name].mae
    divided, even = (entry.issued[0].values for entry in entries[:2])
    parts = 3600 // step
    hours = [
        values[:, 3].reshape(len(values), 24, parts).sum(axis=2)
        for values in (divided, even)
    ]
    np.testing.assert_allclose(*hours)


def test_nothing_is_known_beforehand() -> None:
    """Noise from a day on leaves the forecasts until its midnight as they were."""
    home = made(16, step=1800)
    plan = Plan(after=12)
    said = run_here(DividedHours.name, [home], plan, SAY).issued[0]
    noisy = run_here(DividedHours.name, [with_noise_from(home, 14)], plan, SAY)
    until = [index for index, day in enumerate(said.origins) if day <= 14]
    np.testing.assert_array_equal(said.values[until], noisy.issued[0].values[until])
    assert not np.array_equal(said.values[-1], noisy.issued[0].values[-1])


def test_hours_are_not_divided_into_hours() -> None:
    """Asked for without a finer step, they say what is missing."""
    assert chosen_models("divided")[0] == DividedHours.name
    with pytest.raises(EvaluationError, match="--step"):
        run_here(DividedHours.name, [made(60)], Plan(), SAY)
