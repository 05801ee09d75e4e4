"""Fits small neural networks with scikit-learn, and takes their weights."""

from collections.abc import Callable, Sequence
from typing import Any
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.neural_network import MLPRegressor  # type: ignore[import-untyped]

from custom_components.wattwise.analytics.forecasting.local_days import Floats
from custom_components.wattwise.analytics.forecasting.models.pretrained_network import (
    MEAN_UNIT,
)
from custom_components.wattwise.analytics.forecasting.pretrained.neural_networks import (
    NeuralNetworks,
    raw_inputs,
    standardised,
)
from custom_components.wattwise.analytics.forecasting.pretrained.probabilities import (
    thresholds,
)

from .examples import Examples


def network_targets(examples: Examples) -> Floats:
    """Return what networks learn (n, outputs): yes or no by threshold, and the mean."""
    asked = thresholds(examples.local.T)
    below = examples.target[:, None] <= asked
    off = (examples.target - examples.local[:, -1]) / MEAN_UNIT
    return np.column_stack([below.astype(np.float64), off])


def fit_networks(
    names: tuple[str, ...],
    rows: Floats,
    targets: Floats,
    weight: Floats,
    seeds: Sequence[int],
    say: Callable[[str], None],
    **settings: Any,
) -> tuple[NeuralNetworks, list[MLPRegressor]]:
    """Fit a network for each seed: the arrays of all, and the library's own."""
    raw = raw_inputs(names, rows)
    centre, width = raw.mean(axis=0), raw.std(axis=0)
    # What never varied says nothing.
    width = np.where(width > 0, width, 1.0)
    inputs = standardised(raw, centre, width)
    fitted = []
    for seed in seeds:
        say(f"network {seed}")
        network = MLPRegressor(random_state=seed, **settings)
        with warnings.catch_warnings():
            # So many rounds and no more is what is asked for.
            warnings.simplefilter("ignore", ConvergenceWarning)
            network.fit(inputs, targets, sample_weight=weight)
        # What is shipped is rounded, so the original is rounded too.
        network.coefs_ = [_rounded(layer) for layer in network.coefs_]
        network.intercepts_ = [_rounded(layer) for layer in network.intercepts_]
        fitted.append(network)
    weights = zip(*(network.coefs_ for network in fitted), strict=True)
    biases = zip(*(network.intercepts_ for network in fitted), strict=True)
    arrays = NeuralNetworks(
        names,
        centre,
        width,
        tuple(np.stack(layer).astype(np.float32) for layer in weights),
        tuple(np.stack(layer).astype(np.float32) for layer in biases),
    )
    return arrays, fitted


def _rounded(layer: Floats) -> Floats:
    return layer.astype(np.float32).astype(np.float64)
