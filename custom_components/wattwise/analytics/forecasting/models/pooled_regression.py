"""One linear regression for all slots of the day, with bands around it."""

from abc import abstractmethod
from collections import defaultdict
from dataclasses import dataclass
from typing import Final, override

import numpy as np
from numpy.typing import NDArray

from ..local_days import Floats, Integers
from ..model import FittedModel, State
from ..past import DAYS_AHEAD, Past
from ..prediction import Prediction
from .fitted_bands import SHAPE, banded, fit_bands
from .regression_features import (
    COLUMNS,
    FIRST_TARGET,
    Design,
    coming_design,
    regression_design,
)

# Slots that are learned from, the latest: a year of hours, a quarter of quarter hours.
_SLOTS: Final = 365 * 24
# Days after which a day counts a third (1/e).
_RECENCY: Final = 120.0
# Days that hardly tell so many columns apart.
_FEW: Final = 60
# Days in a row that are left out together.
_FORTNIGHT: Final = 14
# How far beyond all that was measured a forecast may go, as a share of its range.
_BEYOND: Final = 0.5


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """What a regression is fitted to, of slots that were measured (n).

    The `rows` (n, columns) have a mean square of 1 in each column, `target` (n) is the
    energy less the mean of seven days [kWh], `weights` (n) have a mean of 1 and fade
    with age, `day` (n) counts the days.
    """

    rows: Floats
    target: Floats
    weights: Floats
    day: Integers

    @property
    def caution(self) -> float:
        """How many times the usual penalty is due, because there are few days."""
        days = np.unique(self.day).size
        return float(1 + (_FEW / max(days, 1)) ** 4)

    def only(self, chosen: NDArray[np.bool_]) -> TrainingRows:
        """Return some of the rows."""
        return TrainingRows(
            self.rows[chosen],
            self.target[chosen],
            self.weights[chosen],
            self.day[chosen],
        )


class PooledRegression(FittedModel):
    """Forecasts the departure from the last seven days, for each lead directly.

    Bands and mean come from regressions on the point forecast and on how far the slot
    usually strays, fitted to the same days.
    """

    minimum_days = 14
    refit_days = 28

    def __init__(self) -> None:
        """Begin without knowing anything."""
        # Of each lead (leads, columns), and of the bands (levels + 1, levels + 3).
        self._slopes: Floats | None = None
        self._bands: Floats | None = None
        self._importance: Floats | None = None

    @abstractmethod
    def solve(self, training: TrainingRows, start: Floats | None) -> Floats:
        """Return the coefficients (columns); those of the lead before are a `start`."""

    @override
    def fit(self, past: Past) -> None:
        self.require(past)
        slopes: list[Floats] = []
        start: Floats | None = None
        for lead in range(DAYS_AHEAD):
            oldest = max(FIRST_TARGET + lead, past.days - _SLOTS // past.slots)
            days = np.arange(oldest, past.days)
            design = regression_design(past, lead, days)
            training, scales = _training_rows(past, days, design)
            start = self.solve(training, start)
            slopes.append(start * scales)
            if not lead:
                importance = np.abs(start)
                point = self._unseen(training, design, days, start, scales)
                known = ~np.isnan(past.measured[days])
                bands = fit_bands(
                    point[known],
                    design.spread[known],
                    past.measured[days][known],
                    training.weights,
                    caution=training.caution,
                )
        # Days ahead use the bands of the next one: they stray hardly farther.
        self._slopes, self._bands = np.array(slopes), bands
        self._importance = importance

    def _unseen(
        self,
        training: TrainingRows,
        design: Design,
        days: Integers,
        start: Floats,
        scales: Floats,
    ) -> Floats:
        """Point forecasts of days (n, slots) by those of the other fortnights.

        Residuals of days that were learned from are too small to make bands.
        """
        point = np.empty(design.around.shape)
        for other in (0, 1):
            slopes = self.solve(
                training.only(training.day // _FORTNIGHT % 2 == other), start
            )
            here = days // _FORTNIGHT % 2 != other
            point[here] = (design.around + design.columns @ (slopes * scales))[here]
        return point

    @override
    def predict(self, past: Past, lead: int) -> Prediction:
        self.require(past)
        if self._slopes is None or self._bands is None:
            msg = f"{self.name} was not fitted"
            raise RuntimeError(msg)
        design = coming_design(past, lead)
        point = _point(design, self._slopes[lead])
        every = _in_reach(past, banded(point[0], design.spread[0], self._bands))
        return Prediction.in_order(every[:-1], every[-1], positive=past.never_negative)

    @override
    def state(self) -> State:
        if self._slopes is None or self._bands is None or self._importance is None:
            return {}
        return {
            "slopes": self._slopes,
            "bands": self._bands,
            "importance": self._importance,
        }

    @override
    def restore(self, state: State) -> None:
        columns = len(COLUMNS)
        shapes = {
            "slopes": (DAYS_AHEAD, columns),
            "bands": SHAPE,
            "importance": (columns,),
        }
        if {name: array.shape for name, array in state.items()} != shapes:
            msg = f"this is no state of {self.name}"
            raise ValueError(msg)
        self._slopes, self._bands = state["slopes"], state["bands"]
        self._importance = state["importance"]

    @override
    def explain(self) -> dict[str, float]:
        """Return the share of each group of columns in what the regression weighs."""
        if self._importance is None:
            return {}
        total = self._importance.sum() or 1.0
        shares: defaultdict[str, float] = defaultdict(float)
        for name, weight in zip(COLUMNS, self._importance, strict=True):
            shares[name.partition("_")[0]] += float(weight / total)
        return dict(shares)


def _in_reach(past: Past, forecast: Floats) -> Floats:
    """Hold a forecast within what the home has ever shown, and half as much again.

    A straight line goes on for ever: where few days tell its slope, far too far.
    """
    known = past.measured[~np.isnan(past.measured)]
    if not known.size:
        return forecast
    low, high = float(known.min()), float(known.max())
    beyond = _BEYOND * (high - low)
    return np.asarray(forecast.clip(low - beyond, high + beyond))


def _training_rows(
    past: Past, days: Integers, design: Design
) -> tuple[TrainingRows, Floats]:
    """Lay out what was measured, and what undoes the scaling of the slopes."""
    target = (past.measured[days] - design.around).ravel()
    known = ~np.isnan(target)
    rows = design.columns.reshape(-1, design.columns.shape[-1])[known]
    size = np.sqrt((rows**2).mean(axis=0)) if len(rows) else np.zeros(rows.shape[1])
    # A column that is zero throughout, as weather nobody knows, has no slope.
    scales = np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)
    rows *= scales
    day = np.repeat(days, past.slots)[known]
    return TrainingRows(rows, target[known], _recency(past, day), day), scales


def _recency(past: Past, day: Integers) -> Floats:
    weights = np.exp((day - past.days) / _RECENCY)
    return np.asarray(weights / weights.mean() if weights.size else weights)


def _point(design: Design, slopes: Floats) -> Floats:
    return np.asarray(design.around + design.columns @ slopes)
