"""Trees give what the library that grew them gives."""

from functools import cache

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from custom_components.wattwise.analytics.forecasting.pretrained.arrays import (
    FILE,
    part,
    pretrained_arrays,
    read_arrays,
)
from custom_components.wattwise.analytics.forecasting.pretrained.boosted_trees import (
    BoostedTrees,
)
from wattwise_dev.forecast_training.trees import OUTPUTS, fit_trees, take_apart

from .library_samples import library_samples


@pytest.mark.parametrize("name", ["trees", "within_the_day"])
def test_shipped_trees_say_what_the_library_said(name: str) -> None:
    """Rows that were kept at the training, some values missing, come out the same."""
    trees = BoostedTrees.from_arrays(part(pretrained_arrays(), name))
    sample = library_samples(name)
    assert np.isnan(sample["rows"]).any()
    said = trees.predict(sample["rows"])
    assert said.std() > 0.01
    assert said == pytest.approx(sample["outputs"], abs=1e-6)


@cache
def grown(seed: int) -> tuple[np.ndarray, list[HistGradientBoostingRegressor]]:
    """Return rows with missing values and few distinct ones, and trees grown on them."""
    random = np.random.default_rng(seed)
    rows = random.normal(size=(400, 5))
    rows[:, 1] = random.integers(0, 3, 400)
    target = rows[:, 0] * rows[:, 1] + np.where(rows[:, 2] > 0, 2.0, rows[:, 3])
    rows[random.random(rows.shape) < 0.1] = np.nan
    rows[:, 4] = 1.0
    targets = np.repeat(target[:, None], len(OUTPUTS), axis=1)
    small = {"max_leaf_nodes": 9, "min_samples_leaf": 5}
    # Several threads wait for each other where many tests run.
    with threadpool_limits(limits=1):
        fitted = fit_trees(
            rows,
            targets,
            random.uniform(0.5, 2, 400),
            seed,
            lambda _: None,
            {**small, "max_iter": 12},
            {**small, "max_iter": 7},
        )
    return rows, fitted


@pytest.mark.parametrize("seed", [1, 2])
def test_trees_taken_apart_say_the_same(seed: int) -> None:
    """Also of rows never seen, at the edges of bins, beyond them, and missing."""
    rows, fitted = grown(seed)
    trees = take_apart(list("abcde"), fitted)
    random = np.random.default_rng(seed + 100)
    edges = trees.edges[:, :3].T
    asked = np.vstack(
        [
            rows[:50],
            random.normal(size=(50, 5)) * 3,
            edges,
            np.nextafter(edges, np.inf),
            np.full((1, 5), np.nan),
            np.full((1, 5), np.inf),
            np.full((1, 5), -np.inf),
        ]
    )
    asked = asked[~np.isposinf(asked[:, 4]) | np.isposinf(asked[:, 0])]
    library = np.array([each.predict(asked) for each in fitted])
    assert trees.predict(asked) == pytest.approx(library, abs=1e-6)
    again = BoostedTrees.from_arrays(trees.arrays())
    assert np.array_equal(again.predict(asked), trees.predict(asked))


def test_ensembles_of_different_rows_are_refused() -> None:
    """They would need bins of their own."""
    with pytest.raises(ValueError, match="differently"):
        take_apart(list("abcde"), [grown(1)[1][0], grown(2)[1][0]])


def test_the_file_is_small_and_plain() -> None:
    """At most 1 MB, and nothing in it that would run when it is read."""
    assert FILE.stat().st_size <= 1_000_000
    for name, array in read_arrays(FILE).items():
        assert not array.dtype.hasobject, name


def test_whose_data_it_was_is_said() -> None:
    """The licence of the data wants its origin named."""
    notice = (FILE.parent / "NOTICE").read_text(encoding="utf-8")
    assert FILE.name in notice
    assert "UK Power Networks" in notice
    assert "CC BY 4.0" in notice
