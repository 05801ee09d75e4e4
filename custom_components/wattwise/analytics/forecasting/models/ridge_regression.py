"""A regression on squares: what is to be expected on average."""

from dataclasses import dataclass
from typing import Final, Self, override

import numpy as np
from numpy.typing import NDArray

from ..local_days import Floats
from .pooled_regression import PooledRegression, TrainingRows

# Penalties tried, per row; of equally good ones the largest.
_PENALTIES: Final = np.geomspace(10.0, 1e-3, 13)
# Days that lie in one block, and sets of blocks that are left out in turn.
_BLOCK: Final = 14
_SETS: Final = 5
# Without rows there is nothing to divide, and nothing to divide by.
_LEAST: Final = 1e-9


class RidgeRegression(PooledRegression):
    """Least squares with a penalty that the home's own days decide.

    Slots of a day and days of a week resemble each other, so that cross-validation of
    single rows, or its generalised form, finds too small a penalty. Whole fortnights
    are left out instead (blocked cross-validation: Burman, Chow and Nolan 1994).
    """

    name = "ridge_regression"

    @override
    def solve(self, training: TrainingRows, start: Floats | None) -> Floats:
        part = training.day // _BLOCK % _SETS
        left_out = [_Sums.of(training, part == number) for number in range(_SETS)]
        whole = _Sums(
            np.sum([sums.gram for sums in left_out], axis=0),
            np.sum([sums.cross for sums in left_out], axis=0),
        )
        penalties = np.maximum(_PENALTIES, _PENALTIES[-1] * training.caution) * len(
            part
        )
        errors = np.zeros(len(penalties))
        for sums in left_out:
            found = (whole - sums).solutions(penalties)
            errors += np.einsum("pi,ij,pj->p", found, sums.gram, found)
            errors -= 2 * found @ sums.cross
        best = penalties[errors.argmin()]
        return np.asarray(whole.solutions(np.array([best]))[0])


@dataclass(frozen=True, slots=True)
class _Sums:
    """What least squares need of rows: (columns, columns) and (columns)."""

    gram: Floats
    cross: Floats

    @classmethod
    def of(cls, training: TrainingRows, chosen: NDArray[np.bool_]) -> Self:
        rows = training.rows[chosen]
        weighted = rows * training.weights[chosen, None]
        return cls(weighted.T @ rows, weighted.T @ training.target[chosen])

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.gram - other.gram, self.cross - other.cross)

    def solutions(self, penalties: Floats) -> Floats:
        """Coefficients (penalties, columns) of the ridge with each penalty."""
        values, vectors = np.linalg.eigh(self.gram)
        along = self.cross @ vectors
        stretched = np.maximum(values, 0.0) + np.maximum(penalties, _LEAST)[:, None]
        return np.asarray(along / stretched @ vectors.T)
