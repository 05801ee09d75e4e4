"""A small neural network on this home's own past."""

from typing import Any, Final, override
import warnings

import numpy as np

from ..local_days import Floats
from .fitted_bands import banded, fit_bands
from .scikit_learn import SEED, ScikitLearnModel, spread_of

_NEURONS: Final = (32, 16)
_ROUNDS: Final = 40
# Beyond so many deviations, an input says no more than "far".
_FARTHEST: Final = 4.0
_PENALTY: Final = 0.1
# Rows that stay together: neighbours resemble each other.
_BLOCK: Final = 14 * 24


class NeuralNetwork(ScikitLearnModel):
    """Two multi-layer perceptrons, each fitted to every other fortnight.

    Their mean is the forecast; how far each strays in the fortnights of the other makes
    the bands. They learn square roots, so that one oven does not turn them.
    """

    name = "neural_network"

    def __init__(self) -> None:
        """Begin without knowing anything."""
        super().__init__()
        self._centre = np.zeros(0)
        self._deviation = np.ones(0)
        self._networks: list[Any] = []
        self._bands = np.zeros((0, 0))

    @override
    def learn(self, rows: Floats, target: Floats) -> None:
        self._centre, self._deviation = rows.mean(axis=0), rows.std(axis=0)
        half = np.arange(len(rows)) // _BLOCK % 2
        parts = [half == number for number in range(2)]
        if not half.any():
            parts = [half == 0] * 2
        inputs, root = self._inputs(rows), np.sign(target) * np.sqrt(np.abs(target))
        self._networks = [_fitted_network(inputs[p], root[p]) for p in parts]
        point = np.empty(len(rows))
        for network, part in zip(reversed(self._networks), parts, strict=True):
            point[part] = _squared(network.predict(inputs[part]))
        self._bands = fit_bands(point, spread_of(rows), target, np.ones(len(rows)))

    @override
    def answer(self, rows: Floats) -> Floats:
        inputs = self._inputs(rows)
        points = [_squared(network.predict(inputs)) for network in self._networks]
        return banded(np.mean(points, axis=0), spread_of(rows), self._bands)

    def _inputs(self, rows: Floats) -> Floats:
        off = rows - self._centre
        deviation = np.where(self._deviation > 0, self._deviation, 1.0)
        return np.asarray(np.clip(off / deviation, -_FARTHEST, _FARTHEST))


def _fitted_network(inputs: Floats, target: Floats) -> Any:
    from sklearn.exceptions import (  # type: ignore[import-untyped]  # noqa: PLC0415
        ConvergenceWarning,
    )
    from sklearn.neural_network import (  # type: ignore[import-untyped]  # noqa: PLC0415
        MLPRegressor,
    )

    network = MLPRegressor(
        hidden_layer_sizes=_NEURONS,
        alpha=_PENALTY,
        max_iter=_ROUNDS,
        random_state=SEED,
    )
    with warnings.catch_warnings():
        # Ending before it knows the noise by heart is meant.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return network.fit(inputs, target)


def _squared(root: Floats) -> Floats:
    return np.asarray(root * np.abs(root), dtype=np.float64)
