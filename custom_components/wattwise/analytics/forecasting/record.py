"""What was forecast, as it was issued: the only ground on which forecasts are judged."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from .local_days import Floats
from .past import Past
from .prediction import LEVELS, Prediction

# Days of forecasts kept, by the days they are for: nobody looks farther back than eight
# weeks.
KEPT_DAYS: Final = 62


@dataclass(frozen=True, slots=True)
class Outcome:
    """A forecast and what became of it.

    `age` is the days since that day, 1 for the last whole one; `measured` (slots) has
    NaN where it is not known.
    """

    age: int
    prediction: Prediction
    measured: Floats


class Record:
    """Forecasts as issued, by day, lead and model.

    What is issued once is not issued again: a model that has learned since would know
    what it is asked.
    """

    def __init__(self) -> None:
        """Begin with nothing issued."""
        self._issued: dict[str, dict[tuple[int, int], Prediction]] = {}

    @property
    def models(self) -> list[str]:
        """The names under which anything was issued."""
        return list(self._issued)

    def issue(self, model: str, day: int, lead: int, prediction: Prediction) -> None:
        """Note a forecast for a day, as many days ahead as `lead`; the first one stays."""
        self._issued.setdefault(model, {}).setdefault((day, lead), prediction)

    def issued(self, model: str, day: int, lead: int) -> Prediction | None:
        """Return what a model said of a day."""
        return self._issued.get(model, {}).get((day, lead))

    def outcomes(self, model: str, past: Past, lead: int, days: int) -> list[Outcome]:
        """Return what a model said of the last `days` whole days, the oldest first."""
        return list(self._outcomes(model, past, lead, days))

    def _outcomes(
        self, model: str, past: Past, lead: int, days: int
    ) -> Iterator[Outcome]:
        issued = self._issued.get(model, {})
        first = max(0, past.days - days)
        known = ~np.isnan(past.measured[first:]).all(axis=1)
        for index in (first + np.flatnonzero(known)).tolist():
            prediction = issued.get((past.first_day + index, lead))
            if prediction is not None and len(prediction.mean) == past.slots:
                yield Outcome(past.days - index, prediction, past.measured[index])

    def forget_before(self, day: int) -> None:
        """Drop what was issued for days before one."""
        for issued in self._issued.values():
            for key in [key for key in issued if key[0] < day]:
                del issued[key]

    def forget(self, model: str) -> None:
        """Drop all that a model said."""
        del self._issued[model]

    def state(self) -> dict[str, Floats]:
        """Return all of it as arrays: `<model>.when` (n, 2) and `<model>.values`.

        Values are (n, levels + 1, slots), the mean behind the quantiles.
        """
        arrays: dict[str, Floats] = {}
        for model, issued in self._issued.items():
            if issued:
                arrays[f"{model}.when"] = np.array(list(issued), dtype=np.float64)
                arrays[f"{model}.values"] = np.stack(
                    [np.vstack([p.quantiles, p.mean]) for p in issued.values()]
                )
        return arrays

    def restore(self, state: dict[str, Floats]) -> None:
        """Take back what `state` gave; ValueError if it does not fit together."""
        self._issued = {}
        for key, when in state.items():
            model, _, part = key.rpartition(".")
            if part != "when":
                continue
            values = state[f"{model}.values"]
            if len(when) != len(values) or values.shape[1] != len(LEVELS) + 1:
                msg = f"{len(when)} days of {values.shape} values of {model}"
                raise ValueError(msg)
            self._issued[model] = {
                (int(day), int(lead)): Prediction(rows[:-1], rows[-1])
                for (day, lead), rows in zip(when, values, strict=True)
            }
