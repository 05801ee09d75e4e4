"""Which models there are, and which may be chosen."""

from typing import override

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting import registry
from custom_components.wattwise.analytics.forecasting.forecaster import (
    FINAL,
    Forecaster,
)
from custom_components.wattwise.analytics.forecasting.model import Model
from custom_components.wattwise.analytics.forecasting.models.ridge_regression import (
    RidgeRegression,
)
from custom_components.wattwise.analytics.forecasting.past import Past
from custom_components.wattwise.analytics.forecasting.prediction import (
    LEVELS,
    Prediction,
)
from custom_components.wattwise.analytics.forecasting.registry import (
    AUTOMATIC,
    chosen_model,
    default_models,
    model_choices,
    register_model,
)
from custom_components.wattwise.const import MODEL_AUTOMATIC

from .made_up_homes import FIRST_DAY, home


class Oracle(Model):
    """A model of another package: it says one kilowatt-hour, always."""

    name = "oracle"

    @override
    def predict(self, past: Past, lead: int) -> Prediction:
        return Prediction(np.ones((len(LEVELS), past.slots)), np.ones(past.slots))


def test_what_runs_here_may_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Models of a library are offered where it is installed, and not elsewhere."""
    assert AUTOMATIC == MODEL_AUTOMATIC
    everywhere = {"persistence", "weighted_days", "pretrained_network", "weekly_naive"}
    of_scikit_learn = {"boosted_trees", "random_forest", "neural_network"}
    choices = model_choices()
    assert len(set(choices)) == len(choices)
    assert everywhere | of_scikit_learn <= set(choices)
    for name in choices:
        model = chosen_model(name)
        assert model
        assert model.name == name
    monkeypatch.setattr(registry, "available", lambda: False)
    assert everywhere <= set(model_choices())
    assert not of_scikit_learn & set(model_choices())


def test_automatic_is_the_blend(caplog: pytest.LogCaptureFixture) -> None:
    """So it is for a model whose package was removed, and that is said."""
    assert chosen_model(AUTOMATIC) is None
    assert not caplog.records
    assert chosen_model("removed_model") is None
    assert "removed_model" in caplog.text


def test_another_package_brings_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes part in the blend, may be chosen, and its name is its own."""
    monkeypatch.setattr(registry, "_DEFAULT", [*registry._DEFAULT])
    register_model(Oracle)
    assert "oracle" in {model.name for model in default_models()}
    assert "oracle" in model_choices()
    for name in ("oracle", "boosted_trees", "weekly_naive", AUTOMATIC):
        kind = type("Other", (Oracle,), {"name": name})
        with pytest.raises(ValueError, match="already"):
            register_model(kind)


def test_a_chosen_model_forecasts_alone() -> None:
    """Once it knows enough days; until then the others stand in, and it is said who."""
    past = home(40)
    others = [model for model in default_models() if model.name != "ridge_regression"][
        :4
    ]
    forecaster = Forecaster(others, RidgeRegression())
    forecaster.advance(past.until(13))
    young = forecaster.forecast(past.until(13), 0)
    assert set(young.weights) == {model.name for model in others}
    forecaster.advance(past)
    answer = forecaster.forecast(past, 0)
    assert answer.weights == {"ridge_regression": 1.0}
    # What is shown is its forecast, with bands moved by how wrong it was.
    alone = forecaster.record.issued("ridge_regression", FIRST_DAY + 40, 0)
    final = forecaster.record.issued(FINAL, FIRST_DAY + 40, 0)
    assert alone
    assert final
    assert np.allclose(final.mean, alone.mean)
    assert np.abs(final.median - alone.median).max() < 0.02
    assert not np.array_equal(final.quantiles, alone.quantiles)
    # The reference is issued beside it, so that it can be scored.
    assert forecaster.record.issued("persistence", FIRST_DAY + 40, 0)


def test_who_is_new_is_tried_on_the_past() -> None:
    """A model that is chosen, or registered, later has a record from the first lesson."""
    past = home(40)
    forecaster = Forecaster(default_models()[:3])
    forecaster.advance(past)
    final = forecaster.record.issued(FINAL, FIRST_DAY + 30, 0)
    again = Forecaster([*default_models()[:3], Oracle()])
    again.restore(forecaster.state())
    again.advance(past)
    assert again.record.issued("oracle", FIRST_DAY + 30, 0)
    # It is far off, and that is known of it at once; what was said is left as it was.
    assert again.forecast(past, 0).weights["oracle"] < 0.01
    kept = again.record.issued(FINAL, FIRST_DAY + 30, 0)
    assert final
    assert kept
    assert np.array_equal(kept.quantiles, final.quantiles)
