"""Models of scikit-learn, where it is installed, fitted to one home."""

from abc import abstractmethod
from importlib.util import find_spec
from typing import Final, override

import numpy as np
from numpy.typing import NDArray

from ..local_days import Floats, Integers
from ..model import FittedModel, State
from ..past import DAYS_AHEAD, Past
from ..prediction import LEVELS, Prediction
from .regression_features import COLUMNS, FIRST_TARGET, regression_design

# Slots that are learned from, the latest: half a year of hours.
_SLOTS: Final = 182 * 24
_COLUMNS: Final = len(COLUMNS) + len(LEVELS) + 1 + 3
# The same numbers every time: a forecast can be made again.
SEED: Final = 1


def available() -> bool:
    """Whether scikit-learn can be imported; it is not imported to find out."""
    return find_spec("sklearn") is not None


class ScikitLearnModel(FittedModel):
    """Learns rows of all leads at once, in units of the home's usual slot.

    What was fitted stays in memory. The state is what it was fitted to, and restoring
    fits again: objects of a library cannot safely be read from a file.
    """

    minimum_days = 14
    refit_days = 28

    def __init__(self) -> None:
        """Begin without knowing anything."""
        self._learned: State = {}
        self._silent: NDArray[np.bool_] = np.zeros(_COLUMNS, dtype=np.bool_)

    @abstractmethod
    def learn(self, rows: Floats, target: Floats) -> None:
        """Fit to `rows` (n, columns) and `target` (n), which are never empty."""

    @abstractmethod
    def answer(self, rows: Floats) -> Floats:
        """Quantiles at LEVELS and the mean of each row: (levels + 1, n)."""

    @override
    def fit(self, past: Past) -> None:
        self.require(past)
        rows: list[Floats] = []
        targets: list[Floats] = []
        for lead in range(DAYS_AHEAD):
            oldest = max(FIRST_TARGET + lead, past.days - _SLOTS // past.slots)
            days = np.arange(oldest, past.days)
            described, usual = _rows(past, lead, days)
            target = past.measured[days].ravel() / np.repeat(usual, past.slots)
            known = ~np.isnan(target)
            rows.append(described[known])
            targets.append(target[known])
        self._learn(np.concatenate(rows), np.concatenate(targets))

    @override
    def predict(self, past: Past, lead: int) -> Prediction:
        self.require(past)
        if not self._learned:
            msg = f"{self.name} was not fitted"
            raise RuntimeError(msg)
        rows, usual = _rows(past, lead, np.array([past.days + lead]))
        # What was nothing throughout, as weather not known yet, taught nothing.
        rows[:, self._silent] = 0.0
        every = np.zeros((len(LEVELS) + 1, past.slots))
        # A home without one measured slot is like one that uses nothing.
        if self._learned["target"].size:
            every = self.answer(rows) * usual[0]
        return Prediction.in_order(every[:-1], every[-1], positive=past.never_negative)

    def _learn(self, rows: Floats, target: Floats) -> None:
        if target.size:
            from threadpoolctl import (  # type: ignore[import-untyped]  # noqa: PLC0415
                threadpool_limits,
            )

            with threadpool_limits(1):
                self.learn(rows, target)
        self._learned = {"rows": rows, "target": target}
        self._silent = np.asarray(~rows.any(axis=0), dtype=np.bool_)

    @override
    def state(self) -> State:
        return dict(self._learned)

    @override
    def restore(self, state: State) -> None:
        rows, target = state.get("rows"), state.get("target")
        if rows is None or target is None or rows.shape != (len(target), _COLUMNS):
            msg = f"this is no state of {self.name}"
            raise ValueError(msg)
        self._learn(rows, target)

    @override
    def explain(self) -> dict[str, float]:
        """Return nothing: what it learned has no names a person could make sense of."""
        return {}


def spread_of(rows: Floats) -> Floats:
    """Return the columns that say how far slots usually stray, see `Design.spread`."""
    end = len(COLUMNS) + len(LEVELS) + 1
    # In units of the usual slot, that one is 1.
    return np.concatenate(
        [rows[:, len(COLUMNS) : end], np.ones((len(rows), 1))], axis=1
    )


def _rows(past: Past, lead: int, targets: Integers) -> tuple[Floats, Floats]:
    """Describe days (n) by rows (n * slots, columns), and their usual slots (n) [kWh]."""
    design = regression_design(past, lead, targets)
    usual = design.spread[:, 0, -1]
    energies = np.concatenate([design.columns, design.spread[..., :-1]], axis=-1)
    shape = design.around.shape
    others = np.empty((*shape, 3))
    others[..., 0] = lead
    others[..., 1] = np.arange(past.slots) * 24 / past.slots
    others[..., 2] = past.calendar.weekday[targets][:, None]
    rows = np.concatenate([energies / usual[:, None, None], others], axis=-1)
    return rows.reshape(-1, _COLUMNS), usual
