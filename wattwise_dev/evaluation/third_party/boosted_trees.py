"""Gradient-boosted trees of scikit-learn and LightGBM: per home, or over all homes."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Final, Protocol, override

from lightgbm import LGBMRegressor
import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor  # type: ignore[import-untyped]

from ..cost import Cost
from .job import Floats, Home, Job, Tell
from .lag_features import MINIMUM_DAYS, Rows, rows_of
from .single_home import SingleHomeModel

# P10, P50 (least absolute deviation), P90, and the mean (least squares).
_LEVELS: Final = (0.1, 0.5, 0.9, None)
_REFIT_DAYS: Final = 84


class Regressor(Protocol):
    """What both libraries offer; neither tells its types."""

    def fit(self, X: Floats, y: Floats, sample_weight: Floats) -> Regressor:  # noqa: N803
        """Learn from rows."""

    def predict(self, X: Floats) -> Floats:  # noqa: N803
        """Return a value per row."""


type Trees = Callable[[float | None], Regressor]


def histogram_trees(level: float | None) -> Regressor:
    """Return scikit-learn's trees."""
    loss = "squared_error" if level is None else "quantile"
    trees: Regressor = HistGradientBoostingRegressor(
        loss=loss,
        quantile=level,
        learning_rate=0.1,
        max_iter=100,
        max_leaf_nodes=15,
        min_samples_leaf=20,
        l2_regularization=5.0,
        max_features=0.5,
        early_stopping=False,
        random_state=0,
    )
    return trees


def lightgbm_trees(level: float | None, leaves: int, least: int) -> Regressor:
    """Return LightGBM's trees with so many leaves of at least so many rows."""
    trees: Regressor = LGBMRegressor(
        objective="regression" if level is None else "quantile",
        alpha=level or 0.5,
        n_estimators=200,
        learning_rate=0.05,
        num_leaves=leaves,
        min_child_samples=least,
        colsample_bytree=0.5,
        subsample=0.6,
        subsample_freq=1,
        reg_lambda=5.0,
        random_state=0,
        deterministic=True,
        force_row_wise=True,
        n_jobs=1,
        verbosity=-1,
    )
    return trees


class _HomeTrees(SingleHomeModel):
    """Trees that learn from one home, every twelve weeks."""

    minimum_days = MINIMUM_DAYS + 7

    @staticmethod
    @abstractmethod
    def trees(level: float | None) -> Regressor:
        """Return trees that know nothing yet, for a level or for the mean."""

    def __init__(self, home: Home, lead: int, first: int, cost: Cost) -> None:
        super().__init__(home, lead, first, cost)
        self._fitted: int | None = None
        self._models: list[Regressor] = []

    @override
    def forecast(self, day: int) -> Floats:
        if self._fitted is None or day - self._fitted >= _REFIT_DAYS:
            with self.cost.fitting() as counted:
                self._models = _fitted(self.trees, [self._rows(day)])
                counted(1)
            self._fitted = day
        with self.cost.predicting():
            row = rows_of(self.home, self.lead, np.array([day]), np.array([self.first]))
            return self.not_negative(day, _said(self._models, row))

    def _rows(self, day: int) -> Rows:
        days = np.arange(self.first + MINIMUM_DAYS, day - self.lead)
        return rows_of(self.home, self.lead, days, np.full(len(days), self.first))


class HistogramTrees(_HomeTrees):
    """scikit-learn's HistGradientBoostingRegressor on one home."""

    @staticmethod
    @override
    def trees(level: float | None) -> Regressor:
        return histogram_trees(level)


class LightGbmTrees(_HomeTrees):
    """LightGBM on one home."""

    @staticmethod
    @override
    def trees(level: float | None) -> Regressor:
        return lightgbm_trees(level, leaves=15, least=20)


def run_pooled_lightgbm(job: Job, tell: Tell) -> tuple[list[Floats], Cost]:
    """Ask LightGBM, taught by the past of all homes of the job, for those with origins.

    It learns anew every twelve weeks from what lies before that day in all homes. A
    limited `history` limits what a row may look at, not the homes it learned from.
    """
    cost = Cost()
    homes = [home for home in job.homes if home.origins]
    said = [np.full((len(h.origins), 4, h.slots), np.nan) for h in homes]
    asked = sorted(
        (home.first_day + day, index, at)
        for index, home in enumerate(homes)
        for at, day in enumerate(home.origins)
        if day - job.first(day) >= MINIMUM_DAYS
    )
    everything = [_all_rows(job, home) for home in job.homes]
    fitted: int | None = None
    models: list[Regressor] = []
    for today, index, at in asked:
        if fitted is None or today - fitted >= _REFIT_DAYS:
            tell(f"{job.model}: learns on {date.fromordinal(today)}")
            with cost.fitting() as counted:
                past = [
                    _before(rows, today - home.first_day - job.lead, home.slots)
                    for rows, home in zip(everything, job.homes, strict=True)
                ]
                models = _fitted(partial(lightgbm_trees, leaves=31, least=200), past)
                counted(1)
            fitted = today
        home = homes[index]
        day = home.origins[at]
        with cost.predicting():
            row = rows_of(home, job.lead, np.array([day]), np.array([job.first(day)]))
            values = _said(models, row)
        fed_in = bool((home.energy[:day] < 0).any())
        said[index][at] = values if fed_in else np.maximum(values, 0.0)
    return said, cost


def _all_rows(job: Job, home: Home) -> Rows:
    """Return the rows of all midnights from MINIMUM_DAYS on."""
    days = np.arange(MINIMUM_DAYS, len(home.measured) - job.lead)
    first = np.array([job.first(int(day)) for day in days], dtype=np.int64)
    if not days.size:
        return Rows(np.empty((0, 0)), np.empty(0), np.empty(0))
    return rows_of(home, job.lead, days, first)


def _before(rows: Rows, day: int, slots: int) -> Rows:
    """Keep the rows whose outputs were measured before a day begins."""
    end = max(0, day - MINIMUM_DAYS) * slots
    return Rows(rows.inputs[:end], rows.outputs[:end], rows.scale[:end])


def _fitted(trees: Trees, homes: Sequence[Rows]) -> list[Regressor]:
    inputs, outputs, weights = [], [], []
    for rows in homes:
        known = ~np.isnan(rows.outputs)
        if not known.any():
            continue
        output = rows.outputs[known]
        inputs.append(rows.inputs[known])
        outputs.append(output)
        # Homes whose use jumps about would otherwise decide alone.
        usual = float(np.abs(output - np.median(output)).mean()) or 1.0
        weights.append(np.full(len(output), 1 / usual))
    table = np.concatenate(inputs), np.concatenate(outputs), np.concatenate(weights)
    return [trees(level).fit(*table) for level in _LEVELS]


def _said(models: list[Regressor], row: Rows) -> Floats:
    values = np.stack([model.predict(row.inputs) * row.scale for model in models])
    values[:3] = np.sort(values[:3], axis=0)
    return values
