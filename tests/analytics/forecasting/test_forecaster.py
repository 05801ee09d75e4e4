"""One forecaster of several models."""

from typing import override

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.expectation import (
    CancelledError,
)
from custom_components.wattwise.analytics.forecasting.forecaster import (
    BACKTEST_DAYS,
    BLEND,
    FINAL,
    Forecaster,
)
from custom_components.wattwise.analytics.forecasting.models.hour_of_week import (
    HourOfWeek,
)
from custom_components.wattwise.analytics.forecasting.models.persistence import (
    PersistenceEnsemble,
)
from custom_components.wattwise.analytics.forecasting.models.weighted_days import (
    WeightedDays,
)
from custom_components.wattwise.analytics.forecasting.past import Past
from custom_components.wattwise.analytics.forecasting.prediction import Prediction

from .made_up_homes import FIRST_DAY, home, weekdays


def forecaster() -> Forecaster:
    """Return a forecaster of three models."""
    return Forecaster([PersistenceEnsemble(), WeightedDays(), HourOfWeek()])


def test_the_past_is_relived_day_by_day() -> None:
    """Eight weeks are forecast as they would have been, from the days before each."""
    past = home(BACKTEST_DAYS + 1)
    relived = forecaster()
    relived.advance(past)
    lived = forecaster()
    for days in range(1, past.days + 1):
        lived.advance(past.until(days))
    for index in range(past.days + 3):
        for lead in (0, 1, 2):
            day = FIRST_DAY + index
            now, then = (f.record.issued(FINAL, day, lead) for f in (relived, lived))
            assert (now is None) == (then is None)
            if now and then:
                assert np.array_equal(now.quantiles, then.quantiles)


def test_no_forecast_knows_its_day() -> None:
    """Noise from some day on changes no forecast that was issued until then."""
    past = home(60)
    noisy = past.measured.copy()
    noisy[50:] = np.random.default_rng(9).gamma(1, 5, (10, 24))
    spoiled = Past(noisy, weekdays(60), first_day=FIRST_DAY)
    one, other = forecaster(), forecaster()
    one.advance(past)
    other.advance(spoiled)
    for model in (BLEND, FINAL, "weighted_days"):
        for lead in (0, 1, 2):
            for index in range(20, 51 + lead):
                a = one.record.issued(model, FIRST_DAY + index, lead)
                b = other.record.issued(model, FIRST_DAY + index, lead)
                assert a
                assert b
                assert np.array_equal(a.quantiles, b.quantiles), (model, lead, index)


def test_the_blend_is_no_worse_than_its_worst_and_near_its_best() -> None:
    """On the days behind, the blend's loss stays near the best model's."""
    past = home(120, seed=4)
    whole = forecaster()
    whole.advance(past)
    errors = {}
    for model in ("persistence", "weighted_days", "hour_of_week", FINAL):
        outcomes = whole.record.outcomes(model, past, 0, 50)
        assert len(outcomes) == 50
        errors[model] = np.mean(
            [np.abs(o.measured - o.prediction.median).mean() for o in outcomes]
        )
    best = min(value for model, value in errors.items() if model != FINAL)
    assert errors[FINAL] < best * 1.02


def test_a_forecast_names_who_made_it() -> None:
    """The weights of the models are part of the answer."""
    past = home(40)
    whole = forecaster()
    whole.advance(past)
    answer = whole.forecast(past, 1)
    assert set(answer.weights) == {"persistence", "weighted_days", "hour_of_week"}
    assert sum(answer.weights.values()) == pytest.approx(1)
    assert (np.diff(answer.prediction.quantiles, axis=0) >= 0).all()


def test_a_young_home_is_forecast_by_who_can() -> None:
    """After one day there is persistence; before, nobody says anything."""
    whole = forecaster()
    whole.advance(home(1))
    assert set(whole.forecast(home(1), 0).weights) == {"persistence"}
    with pytest.raises(ValueError, match="0 days"):
        whole.forecast(home(1).until(0), 0)


def test_training_can_be_stopped_and_gone_on_with() -> None:
    """What was relived until then is kept."""
    past = home(40)
    whole = forecaster()
    calls = iter(range(100))
    with pytest.raises(CancelledError):
        whole.advance(past, lambda: next(calls) == 10)
    assert whole.record.issued(FINAL, FIRST_DAY + 10, 0)
    assert not whole.record.issued(FINAL, FIRST_DAY + 30, 0)
    whole.advance(past)
    assert whole.record.issued(FINAL, FIRST_DAY + 40, 0)


def test_gaps_and_zeros() -> None:
    """A silent meter and an empty home are forecast without a word of complaint."""
    past = home(60)
    past.measured[20:45] = np.nan
    past.measured[50:] = 0.0
    whole = forecaster()
    whole.advance(past)
    said = whole.forecast(past, 0).prediction
    assert np.isfinite(said.quantiles).all()
    assert np.isfinite(said.mean).all()


class Moody(PersistenceEnsemble):
    """Fails on some days, and tells what is no number on others."""

    name = "moody"

    @override
    def predict(self, past: Past, lead: int) -> Prediction:
        if past.days == 20:
            msg = "not today"
            raise ArithmeticError(msg)
        said = super().predict(past, lead)
        if past.days >= 30:
            return Prediction(said.quantiles * np.nan, said.mean)
        return said


@pytest.mark.failing_models
def test_a_model_that_fails_does_not_stop_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever a model of another package does, the home has its forecast."""
    past = home(40)
    whole = Forecaster([WeightedDays(), Moody()])
    whole.advance(past.until(25))
    assert whole.record.issued("moody", FIRST_DAY + 19, 0)
    assert not whole.record.issued("moody", FIRST_DAY + 20, 0)
    assert whole.record.issued(FINAL, FIRST_DAY + 20, 0)
    assert whole.record.issued("moody", FIRST_DAY + 21, 0)
    # It is told once, not of each lead.
    assert [r.getMessage() for r in caplog.records if r.levelname == "ERROR"] == [
        "The forecast goes on without moody, which failed"
    ]
    whole.advance(past)
    answer = whole.forecast(past, 0)
    assert set(answer.weights) == {"weighted_days"}
    assert np.isfinite(answer.prediction.quantiles).all()


@pytest.mark.parametrize("days", [10, 14, 21])
def test_the_first_days_do_not_widen_the_bands_of_a_young_home(days: int) -> None:
    """How far a forecast from two days was off says nothing of one from two weeks."""
    inside, widths, usual = [], [], []
    for seed in range(12):
        whole, past = forecaster(), home(days + 1, seed=seed)
        whole.advance(past.until(days))
        said = whole.forecast(past.until(days), 0).prediction
        came = past.measured[days]
        inside.append((said.quantiles[0] <= came) & (came <= said.quantiles[-1]))
        widths.append((said.quantiles[-1] - said.quantiles[0]).mean())
        usual.append(np.quantile(past.measured, 0.9) - np.quantile(past.measured, 0.1))
    assert 0.7 < np.mean(inside) < 0.9
    assert np.mean(widths) < np.mean(usual)
