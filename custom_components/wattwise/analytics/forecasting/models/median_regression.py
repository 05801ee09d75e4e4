"""A regression that strays as often above as below."""

from typing import Final, override

from ..local_days import Floats
from ..quantile_regression import quantile_regression
from .pooled_regression import PooledRegression, TrainingRows

_PENALTY: Final = 0.01
_ROUNDS: Final = 15
# From the coefficients of the lead before, it is not far.
_MORE_ROUNDS: Final = 6


class MedianRegression(PooledRegression):
    """Least absolute deviations: one oven on one evening does not turn it."""

    name = "median_regression"

    @override
    def solve(self, training: TrainingRows, start: Floats | None) -> Floats:
        return quantile_regression(
            training.rows,
            training.target,
            training.weights,
            0.5,
            penalty=_PENALTY * training.caution,
            start=start,
            rounds=_ROUNDS if start is None else _MORE_ROUNDS,
        )
