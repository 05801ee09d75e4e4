"""Linear quantile regression with a ridge, by majorisation and minimisation."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from .local_days import Floats

# Residuals below this share of the mean absolute target weigh no more: the corner of
# the loss is rounded.
_CORNER: Final = 0.01
# Rounds end when no fitted value moves by this share of the mean absolute target.
_STILL: Final = 0.002


def quantile_regression(
    rows: Floats,
    target: Floats,
    weights: Floats,
    level: float,
    *,
    penalty: float,
    start: Floats | None = None,
    rounds: int = 15,
) -> Floats:
    """Coefficients (columns) of the quantile at `level` of `target` (n), given `rows`.

    The minimum of twice the weighted pinball loss plus the squares of the coefficients,
    which `penalty` makes count as a share of a row's usual loss, by Hunter and Lange's MM algorithm (2000, "Quantile
    Regression via an MM Algorithm"): each round is a weighted least squares, at `level`
    0.5 the iteratively reweighted ones of least absolute deviations. Begins at `start`,
    or at plain least squares. Without rows, all are zero.
    """
    if not target.size:
        return np.zeros(rows.shape[1])
    usual = float(np.abs(target).mean()) or 1.0
    corner = _CORNER * usual
    ridge = np.eye(rows.shape[1]) * (penalty * len(rows) / usual)
    leaning = (2 * level - 1) * (weights @ rows)
    if start is None:
        weighted = rows * (weights / usual)[:, None]
        start = np.asarray(
            np.linalg.solve(weighted.T @ rows + ridge, weighted.T @ target)
        )
    found: NDArray[np.floating] = start
    fitted = rows @ found
    for _ in range(rounds):
        weighted = rows * (weights / (np.abs(target - fitted) + corner))[:, None]
        found = np.linalg.solve(
            weighted.T @ rows + ridge, weighted.T @ target + leaning
        )
        before, fitted = fitted, rows @ found
        if np.abs(fitted - before).max() < _STILL * usual:
            break
    return np.asarray(found, dtype=np.float64)
