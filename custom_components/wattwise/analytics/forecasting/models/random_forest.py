"""A random forest on this home's own past."""

from typing import Any, Final, override

import numpy as np

from ..local_days import Floats
from ..prediction import LEVELS
from ..weighted_quantiles import weighted_quantiles
from .scikit_learn import SEED, ScikitLearnModel

_TREES: Final = 60
_LEAST_IN_A_LEAF: Final = 20


class RandomForest(ScikitLearnModel):
    """Quantiles of what fell into the same leaves (Meinshausen 2006).

    A past slot counts in each tree as its share of the leaf that the row falls into.
    """

    name = "random_forest"

    def __init__(self) -> None:
        """Begin without knowing anything."""
        super().__init__()
        self._forest: Any = None
        self._leaves = np.zeros((0, 0), np.int64)
        self._target = np.zeros(0)

    @override
    def learn(self, rows: Floats, target: Floats) -> None:
        from sklearn.ensemble import (  # type: ignore[import-untyped]  # noqa: PLC0415
            RandomForestRegressor,
        )

        self._forest = RandomForestRegressor(
            n_estimators=_TREES,
            min_samples_leaf=_LEAST_IN_A_LEAF,
            max_features=1 / 3,
            max_samples=0.5 if len(rows) > 2 else None,
            n_jobs=1,
            random_state=SEED,
        ).fit(rows, target)
        self._leaves = self._forest.apply(rows)
        self._target = target

    @override
    def answer(self, rows: Floats) -> Floats:
        weights = np.zeros((len(self._target), len(rows)))
        for learned, asked in zip(
            self._leaves.T, self._forest.apply(rows).T, strict=True
        ):
            size = np.bincount(learned, minlength=int(asked.max()) + 1)
            weights += (learned[:, None] == asked) / size[asked]
        weights /= self._leaves.shape[1]
        seen = weights.any(axis=1)
        values = np.repeat(self._target[seen, None], len(rows), axis=1)
        quantiles = weighted_quantiles(values, weights[seen], LEVELS)
        return np.concatenate([quantiles, (self._target @ weights)[None]])
