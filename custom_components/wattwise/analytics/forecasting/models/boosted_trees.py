"""Gradient-boosted trees on this home's own past."""

from typing import Any, Final, override

import numpy as np

from ..local_days import Floats
from ..prediction import LEVELS
from .scikit_learn import SEED, ScikitLearnModel

_TREES: Final = 60
_RATE: Final = 0.08
_LEAVES: Final = 15
_LEAST_IN_A_LEAF: Final = 50


class BoostedTrees(ScikitLearnModel):
    """Histogram gradient boosting: one ensemble per quantile, and one for the mean."""

    name = "boosted_trees"

    def __init__(self) -> None:
        """Begin without knowing anything."""
        super().__init__()
        self._ensembles: list[Any] = []

    @override
    def learn(self, rows: Floats, target: Floats) -> None:
        from sklearn.ensemble import (  # type: ignore[import-untyped]  # noqa: PLC0415
            HistGradientBoostingRegressor,
        )

        losses: list[dict[str, Any]] = [
            {"loss": "quantile", "quantile": float(level)} for level in LEVELS
        ]
        self._ensembles = [
            HistGradientBoostingRegressor(
                **loss,
                max_iter=_TREES,
                learning_rate=_RATE,
                max_leaf_nodes=_LEAVES,
                min_samples_leaf=_LEAST_IN_A_LEAF,
                max_features=0.5,
                l2_regularization=5.0,
                early_stopping=False,
                random_state=SEED,
            ).fit(rows, target)
            for loss in [*losses, {"loss": "squared_error"}]
        ]

    @override
    def answer(self, rows: Floats) -> Floats:
        return np.array([ensemble.predict(rows) for ensemble in self._ensembles])
