"""Every model that stands beside these tests, and how to ask it."""

import numpy as np

from custom_components.wattwise.analytics.forecasting.model import FittedModel, Model
from custom_components.wattwise.analytics.forecasting.models.analog_days import (
    AnalogDays,
)
from custom_components.wattwise.analytics.forecasting.models.boosted_trees import (
    BoostedTrees,
)
from custom_components.wattwise.analytics.forecasting.models.hour_of_week import (
    HourOfWeek,
)
from custom_components.wattwise.analytics.forecasting.models.median_regression import (
    MedianRegression,
)
from custom_components.wattwise.analytics.forecasting.models.neural_network import (
    NeuralNetwork,
)
from custom_components.wattwise.analytics.forecasting.models.persistence import (
    PersistenceEnsemble,
)
from custom_components.wattwise.analytics.forecasting.models.random_forest import (
    RandomForest,
)
from custom_components.wattwise.analytics.forecasting.models.ridge_regression import (
    RidgeRegression,
)
from custom_components.wattwise.analytics.forecasting.models.seasonal_naive import (
    DailyNaive,
    WeeklyNaive,
)
from custom_components.wattwise.analytics.forecasting.models.weighted_days import (
    WeightedDays,
)
from custom_components.wattwise.analytics.forecasting.past import Past
from custom_components.wattwise.analytics.forecasting.prediction import Prediction

AT_ONCE: list[type[Model]] = [
    DailyNaive,
    WeeklyNaive,
    PersistenceEnsemble,
    HourOfWeek,
    WeightedDays,
    AnalogDays,
]
REGRESSIONS: list[type[FittedModel]] = [MedianRegression, RidgeRegression]
OF_SCIKIT_LEARN: list[type[FittedModel]] = [BoostedTrees, RandomForest, NeuralNetwork]
QUICK: list[type[Model]] = [*AT_ONCE, *REGRESSIONS]
ALL: list[type[Model]] = [*QUICK, *OF_SCIKIT_LEARN]


def fitted(kind: type[Model], past: Past) -> Model:
    """Return a new model, fitted to the past if it has to be."""
    model = kind()
    if isinstance(model, FittedModel):
        model.fit(past)
    return model


def forecast(kind: type[Model], past: Past, lead: int) -> Prediction:
    """Forecast with a new model."""
    return fitted(kind, past).predict(past, lead)


def assert_sound(prediction: Prediction, slots: int) -> None:
    """Hold the shapes, the numbers and the order of quantiles."""
    assert prediction.quantiles.shape == (5, slots)
    assert prediction.mean.shape == (slots,)
    assert np.isfinite(prediction.quantiles).all()
    assert np.isfinite(prediction.mean).all()
    assert (np.diff(prediction.quantiles, axis=0) >= 0).all()
