"""Fits boosted trees with scikit-learn, and takes them apart into arrays."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from sklearn.ensemble import (  # type: ignore[import-untyped]
    HistGradientBoostingRegressor,
)

from custom_components.wattwise.analytics.forecasting.local_days import Floats
from custom_components.wattwise.analytics.forecasting.prediction import LEVELS
from custom_components.wattwise.analytics.forecasting.pretrained.boosted_trees import (
    BoostedTrees,
)

# None for the mean.
OUTPUTS: Final[tuple[float | None, ...]] = (*LEVELS.tolist(), None)
_LEAF_CUT: Final = 255


def fit_trees(
    rows: Floats,
    targets: Floats,
    weight: Floats,
    seed: int,
    say: Callable[[str], None],
    quantiles: Mapping[str, Any],
    mean: Mapping[str, Any],
) -> list[HistGradientBoostingRegressor]:
    """Fit one ensemble for each of OUTPUTS: `rows` (n, features), `targets` (n, outputs).

    `quantiles` and `mean` are the library's settings for them. Rows are drawn by their
    weight: given weights, the library would cut bins at weighted percentiles, which
    takes several times as long as growing the trees.
    """
    share = np.random.default_rng(seed).random(len(weight)) * weight.max()
    rows, targets = rows[share < weight], targets[share < weight]
    fitted = []
    for index, level in enumerate(OUTPUTS):
        say(f"trees for {'the mean' if level is None else f'quantile {level}'}")
        trees = HistGradientBoostingRegressor(
            loss="squared_error" if level is None else "quantile",
            quantile=level,
            early_stopping=False,
            random_state=seed,
            **(mean if level is None else quantiles),
        )
        fitted.append(trees.fit(rows, targets[:, index]))
    return fitted


def take_apart(
    names: Sequence[str], fitted: Sequence[HistGradientBoostingRegressor]
) -> BoostedTrees:
    """Return the trees of several ensembles as one, bit for bit.

    ValueError if they were fitted to different rows: they share their bins.
    """
    edges = _edges(fitted[0])
    for other in fitted[1:]:
        if not np.array_equal(_edges(other), edges):
            msg = "the ensembles cut their features differently"
            raise ValueError(msg)
    trees = [
        [iteration[0].nodes for iteration in ensemble._predictors]  # noqa: SLF001
        for ensemble in fitted
    ]
    every = [tree for ensemble in trees for tree in ensemble]
    longest = max(len(tree) for tree in every)
    return BoostedTrees(
        tuple(names),
        edges,
        **{
            key: np.stack([_padded(column, longest) for column in columns])
            for key, columns in _columns(every).items()
        },
        first_tree=np.cumsum([0, *(len(e) for e in trees[:-1])]).astype(np.int32),
        baseline=np.array(
            [float(e._baseline_prediction.item()) for e in fitted]  # noqa: SLF001
        ),
        depth=max(int(tree["depth"].max()) for tree in every),
    )


def _columns(trees: Sequence[np.ndarray]) -> dict[str, list[np.ndarray]]:
    columns: dict[str, list[np.ndarray]] = {
        key: [] for key in ("feature", "cut", "left", "right", "missing_left", "value")
    }
    for nodes in trees:
        leaf = nodes["is_leaf"].astype(bool)
        itself = np.arange(len(nodes))
        cuts = {
            "feature": np.where(leaf, 0, nodes["feature_idx"]),
            "cut": np.where(leaf, _LEAF_CUT, nodes["bin_threshold"]),
            "left": np.where(leaf, itself, nodes["left"]),
            "right": np.where(leaf, itself, nodes["right"]),
        }
        for key, column in cuts.items():
            columns[key].append(column.astype(np.uint8))
        columns["missing_left"].append(nodes["missing_go_to_left"].astype(bool) | leaf)
        columns["value"].append(np.where(leaf, nodes["value"], 0.0).astype(np.float32))
    return columns


def _edges(fitted: HistGradientBoostingRegressor) -> Floats:
    bins = fitted._bin_mapper.bin_thresholds_  # noqa: SLF001
    longest = max(len(edges) for edges in bins)
    return np.stack(
        [
            np.pad(edges, (0, longest - len(edges)), constant_values=np.inf)
            for edges in bins
        ]
    ).astype(np.float64)


def _padded(column: np.ndarray, length: int) -> np.ndarray:
    return np.pad(column, (0, length - len(column)))
