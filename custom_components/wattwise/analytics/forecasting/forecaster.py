"""The forecaster of one series: several models, one calibrated answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
import logging
from typing import Final

import numpy as np

from .blend import blend, blend_weights
from .charging_apart import apart_from_charging
from .conformal import CALIBRATION_DAYS, calibrate
from .expectation import CancelledError
from .local_days import Floats
from .model import FittedModel, Model
from .model_versions import ModelVersions, VersionReport
from .past import DAYS_AHEAD, Past
from .prediction import Prediction
from .record import KEPT_DAYS, Outcome, Record

_LOGGER: Final = logging.getLogger(__name__)

# Days of the past that are forecast once more when there is no record of them.
BACKTEST_DAYS: Final = 56
# Whole days from which a home's own models know more than other homes.
OWN_DAYS: Final = 4
# Under which the blend is issued, before it is calibrated; and what is shown.
BLEND: Final = "blend"
FINAL: Final = "final"
# Before what is kept of fitted models: <_FITTED><model>/...
_FITTED: Final = "fitted/"


@dataclass(frozen=True, slots=True)
class Forecast:
    """The forecast of one local day, and whose it is: model names by their weight."""

    prediction: Prediction
    weights: dict[str, float]


class Forecaster:
    """Forecasts the days after a past, and keeps its own record of how it did.

    Not safe for use by several threads at once.
    """

    def __init__(self, models: Sequence[Model], chosen: Model | None = None) -> None:
        """Forecast by the blend of models of different names; ValueError without any.

        A `chosen` one, which need not be among them, forecasts alone as soon as it can;
        the others are asked all the same, to stand in and to compare with.
        """
        if not models:
            msg = "a forecaster needs a model"
            raise ValueError(msg)
        every = {model.name: apart_from_charging(model) for model in models}
        self._blended: Final = list(every)
        self._chosen: Final = chosen.name if chosen else None
        if chosen:
            every.setdefault(chosen.name, apart_from_charging(chosen))
        self._models: Final = {
            name: ModelVersions(model) if isinstance(model, FittedModel) else model
            for name, model in every.items()
        }
        self._failed: set[str] = set()
        self.record: Final = Record()

    def advance(
        self, past: Past, cancelled: Callable[[], bool] = lambda: False
    ) -> None:
        """Relive the last BACKTEST_DAYS midnights: fit what is due, issue, and note.

        Midnights with a forecast on record are left as they are, so that each night
        there is one to live; all of them are when years of readings come from a file,
        and for a model that is new. Each forecast is made from the days before it only.
        Raises CancelledError between two days.
        """
        self._failed.clear()
        day = past.first_day
        begin = max(day + 1, day + past.days - BACKTEST_DAYS)
        for today in range(begin, day + past.days + 1):
            names = self._unheard(today, past)
            if not names and self.record.issued(FINAL, today, lead=0):
                continue
            if cancelled():
                raise CancelledError
            self._live(past.until(today - day), names)
        # After a restart no midnight may be due, and still nothing is fitted.
        self._learn(past, list(self._models))
        self.record.forget_before(day + past.days - KEPT_DAYS)
        for versions in self._fitted():
            versions.forget(self.record)

    def forecast(
        self, past: Past, lead: int, judged_by: Past | None = None
    ) -> Forecast:
        """Forecast the day `lead` days after the past; ValueError if no model can.

        What was issued is held against `judged_by`, by default the past itself: one that
        ends in a day that is not over is no judge.
        """
        predictions = self._ask(past, lead, list(self._models))
        if not predictions:
            msg = f"no model forecasts from {past.days} days"
            raise ValueError(msg)
        judge = judged_by or past
        blended = self._blend(predictions, judge, lead)
        return self._answer(predictions, blended, judge, lead)

    def outcomes(self, name: str, past: Past, lead: int) -> list[Outcome]:
        """Return what became of forecasts by which others are calibrated.

        Those of a home's first days were made of next to nothing: how far they were off
        says nothing of the ones that are made now.
        """
        days = past.days - lead - OWN_DAYS
        return self.record.outcomes(name, past, lead, min(CALIBRATION_DAYS, days))

    def versions(self, past: Past) -> dict[str, list[VersionReport]]:
        """Tell of each fitted model's versions, by its name."""
        return {v.name: v.report(past, self.record) for v in self._fitted()}

    @property
    def drifts(self) -> int:
        """How often a model learned anew before its time, because it became worse."""
        return sum(versions.drifts for versions in self._fitted())

    def _unheard(self, today: int, past: Past) -> list[str]:
        """Return the models that could have forecast a day, and are not on record."""
        days = today - past.first_day
        return [
            name
            for name, model in self._models.items()
            if days >= model.minimum_days and not self.record.issued(name, today, 0)
        ]

    def _live(self, past: Past, names: list[str]) -> None:
        """Let models forecast from a midnight on, and note what they and all say."""
        today = past.first_day + past.days
        self._learn(past, names)
        for lead in range(DAYS_AHEAD):
            for name, prediction in self._ask(past, lead, names).items():
                self.record.issue(name, today + lead, lead, prediction)
            if self.record.issued(FINAL, today + lead, lead):
                continue
            said = {
                name: issued
                for name in self._models
                if (issued := self.record.issued(name, today + lead, lead))
            }
            if not said:
                continue
            blended = self._blend(said, past, lead)
            final = self._answer(said, blended, past, lead)
            self.record.issue(BLEND, today + lead, lead, blended.prediction)
            self.record.issue(FINAL, today + lead, lead, final.prediction)
        for versions in self._fitted():
            self._guarded(versions.name, partial(versions.issue, past, self.record))

    def _learn(self, past: Past, names: list[str]) -> None:
        for versions in self._fitted():
            if versions.name in names:
                self._guarded(versions.name, partial(versions.learn, past, self.record))

    def _fitted(self) -> list[ModelVersions]:
        return [m for m in self._models.values() if isinstance(m, ModelVersions)]

    def _ask(self, past: Past, lead: int, names: list[str]) -> dict[str, Prediction]:
        said = {}
        for name in names:
            model = self._models[name]
            if past.days < model.minimum_days:
                continue
            prediction = self._guarded(name, partial(_predict, model, past, lead))
            if prediction is not None:
                said[name] = prediction
        return said

    def _guarded[T](self, name: str, ask: Callable[[], T]) -> T | None:
        """Ask a model; where it fails, the others go on without it.

        That is logged once, until the next lesson.
        """
        try:
            return ask()
        except Exception:
            if name not in self._failed:
                _LOGGER.exception("The forecast goes on without %s, which failed", name)
            self._failed.add(name)
            return None

    def _answer(
        self,
        predictions: dict[str, Prediction],
        blended: Forecast,
        judge: Past,
        lead: int,
    ) -> Forecast:
        """Return the chosen model's forecast, or the blend, with bands that hold."""
        name, said = BLEND, blended
        if self._chosen in predictions:
            name = self._chosen
            said = Forecast(predictions[name], {name: 1.0})
        outcomes = self.outcomes(name, judge, lead)
        return Forecast(calibrate(said.prediction, outcomes), said.weights)

    def _blend(
        self, predictions: dict[str, Prediction], judge: Past, lead: int
    ) -> Forecast:
        blended = {n: p for n, p in predictions.items() if n in self._blended}
        weights = blend_weights(self.record, judge, lead, list(blended))
        return Forecast(blend(blended, weights), weights)

    def state(self) -> dict[str, Floats]:
        """Return what has to be kept over a restart."""
        kept = self.record.state()
        for versions in self._fitted():
            for key, value in versions.state().items():
                kept[f"{_FITTED}{versions.name}/{key}"] = value
        return kept

    def restore(self, state: dict[str, Floats]) -> None:
        """Go on from what `state` gave; ValueError if it does not fit together.

        What an older release left has no fitted models: those learn with the next
        lesson.
        """
        self.record.restore(
            {k: value for k, value in state.items() if not k.startswith(_FITTED)}
        )
        for versions in self._fitted():
            prefix = f"{_FITTED}{versions.name}/"
            kept = {
                key.removeprefix(prefix): value
                for key, value in state.items()
                if key.startswith(prefix)
            }
            if kept:
                versions.restore(kept)


def _predict(model: Model | ModelVersions, past: Past, lead: int) -> Prediction | None:
    """Ask a model for a day; ValueError where it says what is no number."""
    said = model.predict(past, lead)
    if said is not None and not (
        np.isfinite(said.quantiles).all() and np.isfinite(said.mean).all()
    ):
        msg = "a forecast that is no number"
        raise ValueError(msg)
    return said
