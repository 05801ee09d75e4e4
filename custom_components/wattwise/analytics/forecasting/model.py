"""The contract of a model that forecasts energy."""

from abc import ABC, abstractmethod
from typing import ClassVar, override

import numpy as np

from .local_days import Floats
from .past import Past
from .prediction import LEVELS, Prediction
from .weighted_quantiles import weighted_quantiles

type State = dict[str, Floats]


class Model(ABC):
    """Forecasts one local day from the whole days before an origin.

    It looks at nothing but the `Past` it is given: a backtest hands it shorter ones.
    """

    # How it is called in options, answers and stored forecasts.
    name: str
    # Whole days it needs before it may be asked.
    minimum_days: int = 1

    @abstractmethod
    def predict(self, past: Past, lead: int) -> Prediction:
        """Forecast the day `lead` days after the first one that is not over.

        `lead` is 0 for the day that begins at the origin. ValueError with less than
        `minimum_days`.
        """

    def require(self, past: Past) -> None:
        """Refuse a past that is too short."""
        if past.days < self.minimum_days:
            msg = f"{self.name} needs {self.minimum_days} days, there are {past.days}"
            raise ValueError(msg)


class FittedModel(Model):
    """A model that has to learn before it may be asked.

    Asked before it was fitted or restored, it raises RuntimeError.
    """

    # Days after which it should be fitted again.
    refit_days: int = 7

    @abstractmethod
    def fit(self, past: Past) -> None:
        """Learn from whole days. Costly: belongs into an executor."""

    @abstractmethod
    def state(self) -> State:
        """Return what was fitted, to be kept over a restart."""

    @abstractmethod
    def restore(self, state: State) -> None:
        """Take back what `state` gave; ValueError if it is of another kind."""

    @abstractmethod
    def explain(self) -> dict[str, float]:
        """Return what was learned, by names a person can make something of."""


class PointModel(Model):
    """A model that says one value per slot, and learns how wrong it is from the past.

    Its quantiles are the value plus quantiles of the errors it would have made in the
    last four weeks, at the same slot of the day and its neighbours.
    """

    # Days whose errors make the bands.
    error_days: ClassVar[int] = 28

    @abstractmethod
    def value(self, past: Past, lead: int) -> Floats:
        """Energy [kWh] of each slot of the day, as one number."""

    @override
    def predict(self, past: Past, lead: int) -> Prediction:
        self.require(past)
        value = self.value(past, lead)
        errors = self._errors(past, lead)
        bands = np.repeat(value[None], len(LEVELS), axis=0)
        if len(errors):
            neighbours = np.concatenate(
                [np.roll(errors, shift, axis=1) for shift in (-1, 0, 1)]
            )
            known = ~np.isnan(neighbours)
            # Slots that were never measured have no errors, and no band.
            known[0, ~known.any(axis=0)] = True
            bands += weighted_quantiles(
                np.nan_to_num(neighbours), known.astype(np.float64), LEVELS
            )
        return Prediction.in_order(bands, value, positive=past.never_negative)

    def _errors(self, past: Past, lead: int) -> Floats:
        """Measured less forecast (days, slots) for the last days it could forecast."""
        first = max(self.minimum_days, past.days - lead - self.error_days)
        rows = [
            past.measured[days + lead] - self.value(past.until(days), lead)
            for days in range(first, past.days - lead)
        ]
        kept = [row for row in rows if not np.isnan(row).all()]
        return np.array(kept).reshape(len(kept), past.slots)
