"""A new version of a model is heard when it is no worse than the one before it."""

from copy import deepcopy
from typing import ClassVar, override

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting import model_versions
from custom_components.wattwise.analytics.forecasting.daily_losses import daily_losses
from custom_components.wattwise.analytics.forecasting.forecaster import (
    FINAL,
    Forecaster,
)
from custom_components.wattwise.analytics.forecasting.model import FittedModel, State
from custom_components.wattwise.analytics.forecasting.model_versions import (
    ModelVersions,
    VersionReport,
)
from custom_components.wattwise.analytics.forecasting.models.median_regression import (
    MedianRegression,
)
from custom_components.wattwise.analytics.forecasting.models.persistence import (
    PersistenceEnsemble,
)
from custom_components.wattwise.analytics.forecasting.past import Past
from custom_components.wattwise.analytics.forecasting.prediction import (
    LEVELS,
    Prediction,
)
from custom_components.wattwise.analytics.forecasting.record import KEPT_DAYS

from .made_up_homes import FIRST_DAY, home_that_changes, weekdays


class MeanOfAll(FittedModel):
    """Says the mean of the days it was fitted to, and breaks where it is told to."""

    name = "mean_of_all"
    minimum_days = 2
    refit_days = 10
    # What of the state is as large as that of a library.
    padding: ClassVar[int] = 1

    def __init__(self) -> None:
        """Begin without knowing anything."""
        self.value = np.nan

    @override
    def fit(self, past: Past) -> None:
        self.require(past)
        self.value = float(np.nanmean(past.measured))

    @override
    def predict(self, past: Past, lead: int) -> Prediction:
        mean = np.full(past.slots, self.value)
        return Prediction(np.repeat(mean[None], len(LEVELS), axis=0), mean)

    @override
    def state(self) -> State:
        return {"value": np.array([self.value] * self.padding)}

    @override
    def restore(self, state: State) -> None:
        if "value" not in state:
            msg = "no state of a mean"
            raise ValueError(msg)
        self.value = float(state["value"][0])

    @override
    def explain(self) -> dict[str, float]:
        return {"mean": self.value}


def flat(levels: list[float]) -> Past:
    """Return a home that uses the same in all hours of a day."""
    rows = np.repeat(np.array(levels)[:, None], 24, axis=1)
    return Past(rows, weekdays(len(levels)), first_day=FIRST_DAY)


def lived(past: Past, first: int = 1) -> Forecaster:
    """Return a forecaster that has lived each night of a home from one on."""
    forecaster = Forecaster([MeanOfAll(), PersistenceEnsemble()])
    for days in range(first, past.days + 1):
        forecaster.advance(past.until(days))
    return forecaster


def versions(forecaster: Forecaster, past: Past) -> list[VersionReport]:
    """Return what is told of the versions of the model that is fitted."""
    return next(iter(forecaster.versions(past).values()))


def speaking(forecaster: Forecaster, past: Past) -> int:
    """Return the day of the version that speaks, counted from the first of the home."""
    spoken = [v.day for v in versions(forecaster, past) if v.speaks]
    assert len(spoken) == 1
    return spoken[0] - FIRST_DAY


def test_a_version_is_heard_after_a_week_on_probation() -> None:
    """One that knows more is fitted after ten days, and speaks after seven more."""
    rng = np.random.default_rng(3)
    # One mean over two days knows little, that over twelve days a lot.
    past = flat([3.0, 3.0, *rng.normal(1.0, 0.2, 30)])
    forecaster = lived(past.until(12))
    assert [v.day - FIRST_DAY for v in versions(forecaster, past.until(12))] == [2, 12]
    assert speaking(forecaster, past.until(12)) == 2
    heard = []
    for days in range(13, 22):
        forecaster.advance(past.until(days))
        heard.append(speaking(forecaster, past.until(days)))
    # The difference is clear after three days already.
    assert heard[:2] == [2, 2]
    assert heard[-1] == 12


def test_a_worse_version_is_never_heard() -> None:
    """A week in which the meter was stuck is learned by a version that never speaks."""
    rng = np.random.default_rng(5)
    levels = rng.normal(1.0, 0.1, 40)
    levels[5:12] = 30.0
    past = flat(list(levels))
    forecaster = lived(past)
    for days in range(13, 40):
        issued = forecaster.record.issued("mean_of_all", FIRST_DAY + days, 0)
        assert issued
        assert issued.mean[0] < 2.0, days
    assert speaking(forecaster, past) == 2


def test_what_turns_out_to_be_worse_is_taken_back() -> None:
    """A version that was better for a week, and is worse since, makes way."""
    levels = [1.0] * 11 + [3.0] * 11 + [1.0] * 20
    past = flat(levels)
    forecaster = lived(past.until(22))
    assert speaking(forecaster, past.until(22)) == 12
    for days in range(23, 37):
        forecaster.advance(past.until(days))
    assert speaking(forecaster, past.until(36)) == 2


def test_there_are_three_versions_at_most() -> None:
    """What was said by those that are gone is off the record, and the state bounded."""
    rng = np.random.default_rng(4)
    past = flat(list(rng.normal(1.0, 0.2, 100)))
    forecaster = lived(past)
    known = versions(forecaster, past)
    assert len(known) == 3
    assert [v.day for v in known] == sorted(v.day for v in known)
    days = forecaster.state()["final.when"][:, 0] - FIRST_DAY
    assert days.min() == 100 - KEPT_DAYS
    names = [name for name in forecaster.record.models if "@" in name]
    assert sorted(names) == [f"mean_of_all@{v.day}" for v in known]
    for version in known:
        assert version.explained == {"mean": pytest.approx(1.0, abs=0.2)}
        told = version.as_dict()
        assert told["speaks"] is version.speaks


def test_versions_are_kept_over_a_restart() -> None:
    """Which there are, which speaks and what they learned is as before."""
    rng = np.random.default_rng(4)
    past = flat(list(rng.normal(1.0, 0.2, 40)))
    forecaster = lived(past)
    again = Forecaster([MeanOfAll(), PersistenceEnsemble()])
    again.restore(forecaster.state())
    assert again.versions(past) == forecaster.versions(past)
    assert again.drifts == forecaster.drifts
    for lead in range(3):
        one, other = (f.forecast(past, lead) for f in (forecaster, again))
        assert one.weights == other.weights
        assert np.array_equal(one.prediction.quantiles, other.prediction.quantiles)


def test_what_is_too_large_to_keep_is_fitted_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A model of a library learns the same days again, with the next lesson."""
    monkeypatch.setattr(MeanOfAll, "padding", 20_000)
    past = flat([float(day % 5) for day in range(25)])
    forecaster = lived(past)
    state = forecaster.state()
    assert sum(v.nbytes for k, v in state.items() if k.startswith("fitted/")) < 1000
    again = Forecaster([MeanOfAll(), PersistenceEnsemble()])
    again.restore(state)
    assert set(again.forecast(past, 0).weights) == {"persistence"}
    again.advance(past)
    assert speaking(again, past) == speaking(forecaster, past)
    one, other = (f.forecast(past, 0).prediction for f in (forecaster, again))
    assert np.array_equal(one.mean, other.mean)


def test_versions_of_another_release_are_fitted_again() -> None:
    """A state that the model does not know any more costs a lesson, and no score."""
    past = flat([float(day % 5) for day in range(25)])
    forecaster = lived(past)
    state = {
        (f"{key}_before" if key.endswith("/value") else key): value
        for key, value in forecaster.state().items()
    }
    again = Forecaster([MeanOfAll(), PersistenceEnsemble()])
    again.restore(state)
    assert again.record.issued(FINAL, FIRST_DAY + 20, 0)
    again.advance(past)
    assert set(again.forecast(past, 0).weights) == {"mean_of_all", "persistence"}


def test_no_version_knows_the_day_it_is_asked_for() -> None:
    """Days before any version's are forecast by one that was fitted before them."""
    past = flat([1.0] * 30 + [5.0] * 30)
    model = ModelVersions(MeanOfAll())
    young = lived(past, first=58)
    assert model.speaking(FIRST_DAY + 10) is None
    later = [v for v in versions(young, past) if v.day > FIRST_DAY + 30]
    assert later
    early = past.until(20)
    said = young.forecast(early, 0)
    assert said.prediction.mean[0] == pytest.approx(1.0)


@pytest.mark.parametrize("nights", [True, False], ids=["night shifts", "heat pump"])
def test_a_home_that_changes_is_learned_anew(
    nights: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within two weeks it is forecast better than by learning every four weeks."""
    change = 75
    past = home_that_changes(change + 22, change, nights=nights, seed=3)
    notices = Forecaster([PersistenceEnsemble(), MedianRegression()])
    notices.advance(past.until(change))
    waits = deepcopy(notices)
    losses = []
    for forecaster in (notices, waits):
        if forecaster is waits:
            monkeypatch.setattr(model_versions, "drifts", lambda *_: False)
        for days in range(change + 1, past.days + 1):
            forecaster.advance(past.until(days))
        outcomes = forecaster.record.outcomes(FINAL, past, 0, 11)
        losses.append(daily_losses(outcomes).mean())
    assert (notices.drifts, waits.drifts) == (1, 0)
    assert losses[0] < losses[1]
