"""The whole training, from homes to the arrays that are shipped."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from custom_components.wattwise.analytics.forecasting.local_days import Floats
from custom_components.wattwise.analytics.forecasting.models.pretrained_network import (
    network_prediction,
)
from custom_components.wattwise.analytics.forecasting.past import Past
from custom_components.wattwise.analytics.forecasting.prediction import Prediction
from custom_components.wattwise.analytics.forecasting.pretrained.arrays import (
    Arrays,
    named,
)
from custom_components.wattwise.analytics.forecasting.pretrained.boosted_trees import (
    BoostedTrees,
)
from custom_components.wattwise.analytics.forecasting.pretrained.neural_networks import (
    NeuralNetworks,
)
from custom_components.wattwise.analytics.forecasting.scale_free_features import (
    scale_free_features,
)

from .examples import Examples
from .group import sum_up
from .homes import Homes, HomesError
from .networks import fit_networks, network_targets
from .trees import fit_trees, take_apart
from .within_the_day import MomentExamples

type Say = Callable[[str], None]

TREES: Final[dict[str, Any]] = {
    "learning_rate": 0.05,
    "max_iter": 200,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 400,
    "max_features": 0.5,
    "l2_regularization": 5.0,
}
# Where errors are squared, single bursts are learned by heart sooner.
TREES_OF_THE_MEAN: Final[dict[str, Any]] = {
    **TREES,
    "max_iter": 120,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 1500,
}
NETWORK: Final[dict[str, Any]] = {
    "hidden_layer_sizes": (32,),
    "max_iter": 6,
    "alpha": 1e-3,
    "learning_rate_init": 7e-4,
    "batch_size": 512,
}
_NETWORKS: Final = 6
_HOUR: Final = 3600
# Under which a home has no days to learn from.
LEAST_DAYS: Final = 35
_HALF_HOUR: Final = 1800
# Rows that the library's own predictions are kept of, to compare with.
_SAMPLES: Final = 60


@dataclass(frozen=True, slots=True)
class Trained:
    """What is shipped, and samples: rows and what scikit-learn itself says of them."""

    arrays: Arrays
    samples: Arrays


@dataclass(frozen=True, slots=True)
class _Training:
    zone: ZoneInfo
    seed: int
    say: Say


def train(homes: Homes, zone: ZoneInfo, seed: int, say: Say) -> Trained:
    """Train everything on homes of half hours; the same seed gives the same arrays.

    HomesError for a home that is known for less than LEAST_DAYS.
    """
    training = _Training(zone, seed, say)
    hours = homes.at(_HOUR)
    numbers = range(len(homes.names))
    pasts = [
        (home, hours.past(home, zone), homes.at(_HALF_HOUR).past(home, zone))
        for home in numbers
    ]
    for name, (_, past, _) in zip(homes.names, pasts, strict=True):
        if past.days < LEAST_DAYS:
            msg = f"{name} has {past.days} days, {LEAST_DAYS} are needed"
            raise HomesError(msg)
    examples = Examples.of(pasts, seed, say)
    say(f"{len(examples.target)} examples of {len(examples.names)} features")
    trees, tree_samples = _trees(
        training,
        examples.names,
        examples.rows,
        examples.target[:, None] - examples.local,
        examples.weight,
    )
    targets = network_targets(examples)
    seeds = [seed + number for number in range(_NETWORKS)]
    networks, fitted = fit_networks(
        examples.names, examples.rows, targets, examples.weight, seeds, say, **NETWORK
    )
    some = _some(training, examples.rows)
    network_samples = np.mean(
        [each.predict(networks.inputs(some)) for each in fitted], axis=0
    ).T
    moments = _moments(training, pasts, examples)
    say(f"{len(moments.weight)} examples within days")
    within, within_samples = _trees(
        training,
        moments.names,
        moments.rows,
        moments.targets,
        moments.weight,
    )
    group = sum_up([past for _, past, _ in pasts])
    return Trained(
        {
            **named("trees", trees.arrays()),
            **named("network", networks.arrays()),
            **named("within_the_day", within.arrays()),
            **named("group", group.arrays()),
        },
        {
            **named("trees", tree_samples),
            **named("network", {"rows": some, "outputs": network_samples}),
            **named("within_the_day", within_samples),
        },
    )


def _trees(
    training: _Training,
    names: tuple[str, ...],
    rows: Floats,
    targets: Floats,
    weight: Floats,
) -> tuple[BoostedTrees, Arrays]:
    fitted = fit_trees(
        rows,
        targets,
        weight,
        training.seed,
        training.say,
        TREES,
        TREES_OF_THE_MEAN,
    )
    some = _some(training, rows)
    outputs = np.array([each.predict(some) for each in fitted])
    return take_apart(names, fitted), {"rows": some, "outputs": outputs}


def _some(training: _Training, rows: Floats) -> Floats:
    chosen = np.random.default_rng(training.seed).choice(len(rows), _SAMPLES, False)
    some: Floats = rows[np.sort(chosen)].copy()
    # Also with something missing here and there.
    some[:: _SAMPLES // 6, ::7] = np.nan
    return some


def _moments(
    training: _Training, pasts: list[tuple[int, Past, Past]], examples: Examples
) -> MomentExamples:
    """Make examples from forecasts of midnight by networks that know other homes only."""
    half = len(pasts) // 2
    sides = [list(range(half)), list(range(half, len(pasts)))]
    others: list[NeuralNetworks] = []
    for side in reversed(sides):
        part = examples.of_homes(side)
        targets = network_targets(part)
        seeds = [training.seed]
        networks, _ = fit_networks(
            part.names,
            part.rows,
            targets,
            part.weight,
            seeds,
            training.say,
            **NETWORK,
        )
        others.append(networks)

    def midnight(home: int, past: Past) -> Prediction:
        features = scale_free_features(past, 0)
        said = network_prediction(others[home >= half], features, past.never_negative)
        *quantiles, mean = features.local * features.scale
        return Prediction.in_order(
            (np.array(quantiles) + said.quantiles) / 2,
            (mean + said.mean) / 2,
            positive=past.never_negative,
        )

    weights = {
        number: float(examples.weight[examples.home == number][0])
        for number, _, _ in pasts
    }
    homes = [
        (number, hours, half_hours, weights[number])
        for number, hours, half_hours in pasts
    ]
    return MomentExamples.of(homes, midnight, training.seed, training.say)
