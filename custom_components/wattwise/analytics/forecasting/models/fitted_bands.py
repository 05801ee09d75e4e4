"""Bands and a mean around a point forecast, learned from how far it strayed."""

from typing import Final

import numpy as np

from ..local_days import Floats
from ..prediction import LEVELS, MEDIAN
from ..quantile_regression import quantile_regression

_PENALTY: Final = 0.01
# Far levels are reached slowly from least squares.
_ROUNDS: Final = 40
# Coefficients of each level and of the mean.
SHAPE: Final = (len(LEVELS) + 1, len(LEVELS) + 3)


def fit_bands(
    point: Floats,
    spread: Floats,
    measured: Floats,
    weights: Floats,
    *,
    caution: float = 1.0,
) -> Floats:
    """Coefficients (SHAPE) of the quantiles at LEVELS and of the mean.

    `point` (n) is what was forecast for slots that were `measured` (n), `spread`
    (n, levels + 2) how far each usually strays, see `regression_features.Design`.
    `caution` multiplies the penalty: with few days, the spread is the better guess.
    """
    rows = _columns(point, spread)
    scale = (float(np.abs(rows[:, -2]).mean()) if len(rows) else 0.0) or 1.0
    departure = (measured[:, None] - _origins(point, spread)) / scale
    rows = rows / scale
    penalty = _PENALTY * caution
    found = [
        quantile_regression(
            rows, departure[:, at], weights, level, penalty=penalty, rounds=_ROUNDS
        )
        for at, level in enumerate(LEVELS)
    ]
    weighted = rows * weights[:, None]
    ridge = np.eye(rows.shape[1]) * (penalty * max(len(rows), 1))
    mean = np.linalg.solve(weighted.T @ rows + ridge, weighted.T @ departure[:, -1])
    return np.array([*found, mean])


def banded(point: Floats, spread: Floats, coefficients: Floats) -> Floats:
    """Quantiles at LEVELS and the mean: (levels + 1, n)."""
    departure = _columns(point, spread) @ coefficients.T
    return np.asarray((_origins(point, spread) + departure).T)


def _columns(point: Floats, spread: Floats) -> Floats:
    return np.concatenate([spread, point[:, None]], axis=1)


def _origins(point: Floats, spread: Floats) -> Floats:
    """Take what each level departs from: its quantile of the last four weeks.

    The median and the mean depart from the point forecast.
    """
    origins = spread[:, : len(LEVELS) + 1].copy()
    origins[:, MEDIAN] = origins[:, -1] = point
    return np.asarray(origins)
