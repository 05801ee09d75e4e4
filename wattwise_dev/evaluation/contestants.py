"""Our own models, as the evaluation asks them."""

from abc import ABC, abstractmethod
from typing import Final, override

import numpy as np

from custom_components.wattwise.analytics.forecasting.forecaster import Forecaster
from custom_components.wattwise.analytics.forecasting.model import FittedModel, Model
from custom_components.wattwise.analytics.forecasting.models.persistence import (
    PersistenceEnsemble,
)
from custom_components.wattwise.analytics.forecasting.models.seasonal_naive import (
    DailyNaive,
    WeeklyNaive,
)
from custom_components.wattwise.analytics.forecasting.past import Past
from custom_components.wattwise.analytics.forecasting.prediction import (
    MEDIAN,
    Prediction,
)
from custom_components.wattwise.analytics.forecasting.registry import (
    default_models,
    installed_models,
    reference_models,
)

from .cost import Cost

# What WattWise publishes: all its default models, blended and calibrated.
FORECASTER: Final = "forecaster"
# What everything is compared with.
WEEKLY_NAIVE: Final = WeeklyNaive.name
PERSISTENCE: Final = PersistenceEnsemble.name
_REFERENCES: Final = {WEEKLY_NAIVE, PERSISTENCE, DailyNaive.name}


class Contestant(ABC):
    """A forecaster of one household, asked midnight after midnight."""

    def __init__(self) -> None:
        """Begin without costs."""
        self.cost: Final = Cost()

    def forecast(self, past: Past, lead: int) -> Prediction | None:
        """Learn what is due, and forecast; None with too little of a past."""
        with self.cost.fitting() as counted:
            counted(self.learn(past))
        with self.cost.predicting():
            return self.predict(past, lead)

    @abstractmethod
    def learn(self, past: Past) -> int:
        """Learn what is due; return how many times anything was learned."""

    @abstractmethod
    def predict(self, past: Past, lead: int) -> Prediction | None:
        """Forecast, or return None."""


class SingleModel(Contestant):
    """One model, fitted again when its time has come."""

    def __init__(self, model: Model) -> None:
        """Ask a model that knows nothing yet."""
        super().__init__()
        self._model = model
        self._fitted: int | None = None

    @override
    def learn(self, past: Past) -> int:
        model, today = self._model, past.first_day + past.days
        if not isinstance(model, FittedModel) or past.days < model.minimum_days:
            return 0
        if self._fitted is not None and today - self._fitted < model.refit_days:
            return 0
        model.fit(past)
        self._fitted = today
        return 1

    @override
    def predict(self, past: Past, lead: int) -> Prediction | None:
        if past.days < self._model.minimum_days:
            return None
        return self._model.predict(past, lead)


class Reference(SingleModel):
    """A naive model as everybody knows it: its value is its best guess.

    As a member of our blend, such a model also learns how far its value is from the
    median. That makes it better, and no reference any more.
    """

    @override
    def predict(self, past: Past, lead: int) -> Prediction | None:
        prediction = super().predict(past, lead)
        if prediction is None:
            return None
        quantiles = prediction.quantiles.copy()
        quantiles[MEDIAN] = prediction.mean
        # What lies on the wrong side of the value is moved to it.
        quantiles[:MEDIAN] = np.minimum(quantiles[:MEDIAN], prediction.mean)
        quantiles[MEDIAN:] = np.maximum(quantiles[MEDIAN:], prediction.mean)
        return Prediction(quantiles, prediction.mean)


class WholeForecaster(Contestant):
    """The forecaster as a household has it: it relives the midnights, then it is asked."""

    def __init__(self) -> None:
        """Begin without a record."""
        super().__init__()
        self._forecaster = Forecaster(default_models())

    @override
    def learn(self, past: Past) -> int:
        self._forecaster.advance(past)
        return 1

    @override
    def predict(self, past: Past, lead: int) -> Prediction:
        return self._forecaster.forecast(past, lead).prediction


def contestant(name: str) -> Contestant:
    """Return one that knows nothing yet; KeyError for a name that nobody goes by."""
    if name == FORECASTER:
        return WholeForecaster()
    models = [*_models(), *installed_models()]
    model = {model.name: model for model in models}[name]
    return Reference(model) if name in _REFERENCES else SingleModel(model)


def contestants() -> tuple[str, ...]:
    """Return the names of all that can be asked, what is published first."""
    return FORECASTER, *(model.name for model in _models())


def of_scikit_learn() -> tuple[str, ...]:
    """Return the names of those that can be asked where scikit-learn is installed."""
    return tuple(model.name for model in installed_models())


def _models() -> list[Model]:
    return [*default_models(), *reference_models()]
