"""Boosted trees that learned from other homes."""

from typing import override

import numpy as np

from ..model import Model
from ..past import Past
from ..prediction import Prediction
from ..pretrained.arrays import part, pretrained_arrays
from ..pretrained.boosted_trees import BoostedTrees
from ..scale_free_features import MINIMUM_DAYS, scale_free_features


class PretrainedTrees(Model):
    """Quantile regression trees: how far the local models are off in such a situation.

    What they learned holds for any home, so they know a young one as well as its four
    days allow. In a home that is like none before, their corrections stay small.
    Asked first, they read a file.
    """

    name = "pretrained_trees"
    minimum_days = MINIMUM_DAYS

    def __init__(self) -> None:
        """Leave the trees where they are until they are asked."""
        self._trees: BoostedTrees | None = None

    @override
    def predict(self, past: Past, lead: int) -> Prediction:
        self.require(past)
        if self._trees is None:
            self._trees = BoostedTrees.from_arrays(part(pretrained_arrays(), "trees"))
        features = scale_free_features(past, lead)
        relative = features.local + self._trees.predict(features.rows)
        *quantiles, mean = relative * features.scale
        return Prediction.in_order(
            np.array(quantiles), mean, positive=past.never_negative
        )
