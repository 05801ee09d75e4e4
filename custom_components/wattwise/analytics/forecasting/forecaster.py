"""The forecaster of one series: several models, one calibrated answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from .blend import blend, blend_weights
from .conformal import CALIBRATION_DAYS, calibrate
from .expectation import CancelledError
from .local_days import Floats
from .model import FittedModel, Model
from .past import DAYS_AHEAD, Past
from .prediction import Prediction
from .record import KEPT_DAYS, Record

# Days of the past that are forecast once more when there is no record of them.
BACKTEST_DAYS: Final = 56
# Under which the blend is issued, before it is calibrated; and what is shown.
BLEND: Final = "blend"
FINAL: Final = "final"


@dataclass(frozen=True, slots=True)
class Forecast:
    """The forecast of one local day, and whose it is: model names by their weight."""

    prediction: Prediction
    weights: dict[str, float]


class Forecaster:
    """Forecasts the days after a past, and keeps its own record of how it did.

    Not safe for use by several threads at once.
    """

    def __init__(self, models: Sequence[Model]) -> None:
        """Forecast with models of different names; ValueError without any."""
        if not models:
            msg = "a forecaster needs a model"
            raise ValueError(msg)
        self._models = list(models)
        self._fitted: dict[str, int] = {}
        self.record: Final = Record()

    def advance(
        self, past: Past, cancelled: Callable[[], bool] = lambda: False
    ) -> None:
        """Relive the last BACKTEST_DAYS midnights: fit what is due, issue, and note.

        Midnights with a forecast on record are left as they are, so that each night
        there is one to live; all of them are when years of readings come from a file.
        Each forecast is made from the days before it only. Raises CancelledError
        between two days.
        """
        day = past.first_day
        begin = max(day + 1, day + past.days - BACKTEST_DAYS)
        for today in range(begin, day + past.days + 1):
            if self.record.issued(FINAL, today, lead=0):
                continue
            if cancelled():
                raise CancelledError
            self._issue(past.until(today - day))
        # After a restart no midnight may be due, and still nothing is fitted.
        self._fit_due(past, day + past.days)
        self.record.forget_before(day + past.days - KEPT_DAYS)

    def forecast(
        self, past: Past, lead: int, judged_by: Past | None = None
    ) -> Forecast:
        """Forecast the day `lead` days after the past; ValueError if no model can.

        What was issued is held against `judged_by`, by default the past itself: one that
        ends in a day that is not over is no judge.
        """
        predictions = self._ask(past, lead)
        if not predictions:
            msg = f"no model forecasts from {past.days} days"
            raise ValueError(msg)
        judge = judged_by or past
        weights = blend_weights(self.record, judge, lead, list(predictions))
        blended = blend(predictions, weights)
        outcomes = self.record.outcomes(BLEND, judge, lead, CALIBRATION_DAYS)
        return Forecast(calibrate(blended, outcomes), weights)

    def _issue(self, past: Past) -> None:
        today = past.first_day + past.days
        self._fit_due(past, today)
        for lead in range(DAYS_AHEAD):
            predictions = self._ask(past, lead)
            if not predictions:
                continue
            weights = blend_weights(self.record, past, lead, list(predictions))
            blended = blend(predictions, weights)
            outcomes = self.record.outcomes(BLEND, past, lead, CALIBRATION_DAYS)
            for name, prediction in predictions.items():
                self.record.issue(name, today + lead, lead, prediction)
            self.record.issue(BLEND, today + lead, lead, blended)
            final = calibrate(blended, outcomes)
            self.record.issue(FINAL, today + lead, lead, final)

    def _fit_due(self, past: Past, today: int) -> None:
        for model in self._models:
            if not isinstance(model, FittedModel) or past.days < model.minimum_days:
                continue
            last = self._fitted.get(model.name)
            # What learned from later days would know what it is asked.
            if last is None or not 0 <= today - last < model.refit_days:
                model.fit(past)
                self._fitted[model.name] = today

    def _ask(self, past: Past, lead: int) -> dict[str, Prediction]:
        return {
            model.name: model.predict(past, lead)
            for model in self._models
            if past.days >= model.minimum_days
            and (not isinstance(model, FittedModel) or model.name in self._fitted)
        }

    def state(self) -> dict[str, Floats]:
        """Return what has to be kept over a restart."""
        return self.record.state()

    def restore(self, state: dict[str, Floats]) -> None:
        """Go on from what `state` gave; ValueError if it does not fit together.

        Fitted models are fitted again when the next midnight is issued.
        """
        self.record.restore(state)
