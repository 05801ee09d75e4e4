"""Models that are shown a home without its charger, and told of the charger afterwards."""

from typing import override

from .charging import add_charging, expected_charging
from .model import FittedModel, Model, State
from .models.persistence import PersistenceEnsemble
from .past import Past
from .prediction import Prediction


def apart_from_charging(model: Model) -> Model:
    """Return a model that forecasts charging apart wherever enough is known of it.

    The mean of the last days stays what it is: all are compared with it.
    """
    if isinstance(model, PersistenceEnsemble):
        return model
    return _FittedApart(model) if isinstance(model, FittedModel) else _Apart(model)


def _rest(model: Model, past: Past) -> Past | None:
    """Return the home without its charger, if that is enough for a model."""
    rest = past.without_charging
    return rest if rest and rest.days >= model.minimum_days else None


def _predict(model: Model, past: Past, lead: int) -> Prediction:
    rest = _rest(model, past)
    if rest is None:
        return model.predict(past, lead)
    return add_charging(model.predict(rest, lead), expected_charging(past, lead))


class _Apart(Model):
    """Forecasts the rest of the home by another model, and adds the charger."""

    def __init__(self, model: Model) -> None:
        """Go by the name of the model."""
        self._model = model
        self.name = model.name
        self.minimum_days = model.minimum_days

    @override
    def predict(self, past: Past, lead: int) -> Prediction:
        return _predict(self._model, past, lead)


class _FittedApart(FittedModel):
    """The same for a model that learns."""

    def __init__(self, model: FittedModel) -> None:
        """Go by the name of the model."""
        self._model = model
        self.name = model.name
        self.minimum_days = model.minimum_days
        self.refit_days = model.refit_days

    @override
    def fit(self, past: Past) -> None:
        self._model.fit(_rest(self._model, past) or past)

    @override
    def predict(self, past: Past, lead: int) -> Prediction:
        return _predict(self._model, past, lead)

    @override
    def state(self) -> State:
        return self._model.state()

    @override
    def restore(self, state: State) -> None:
        self._model.restore(state)

    @override
    def explain(self) -> dict[str, float]:
        return self._model.explain()
