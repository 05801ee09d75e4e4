"""Boosted regression trees, evaluated all at once."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from ..local_days import Floats
from .arrays import Arrays

# The bin of a value that is missing: histogram trees have at most 255 others.
_MISSING: Final = 255
# Rows that walk together: what they need then stays in the processor's cache.
_BLOCK: Final = 24


@dataclass(frozen=True, slots=True)
class BoostedTrees:
    """Ensembles of trees over the same features, one ensemble for each output.

    Features are cut into bins: `edges` (features, bins) are their upper ends, padded
    with infinity. A tree has `nodes` places: `feature` (trees, nodes) and `cut` say
    that a row goes on to `left` if its bin is at most the cut, else to `right`;
    `missing_left` says where missing values go. A leaf leads to itself and has the
    `value`. The trees of an output follow each other from `first_tree` (outputs) on and
    add to its `baseline` (outputs). `names` are the features'.
    """

    names: tuple[str, ...]
    edges: Floats
    feature: NDArray[np.uint8]
    cut: NDArray[np.uint8]
    left: NDArray[np.uint8]
    right: NDArray[np.uint8]
    missing_left: NDArray[np.bool]
    value: NDArray[np.float32]
    first_tree: NDArray[np.int32]
    baseline: Floats
    depth: int

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Take what `arrays` gave."""
        return cls(
            names=tuple(str(name) for name in arrays["names"]),
            edges=arrays["edges"],
            feature=arrays["feature"],
            cut=arrays["cut"],
            left=arrays["left"],
            right=arrays["right"],
            missing_left=arrays["missing_left"],
            value=arrays["value"],
            first_tree=arrays["first_tree"],
            baseline=arrays["baseline"],
            depth=int(arrays["depth"]),
        )

    def arrays(self) -> Arrays:
        """Return everything as arrays."""
        return {key: np.asarray(getattr(self, key)) for key in self.__slots__}

    def predict(self, rows: Floats) -> Floats:
        """Evaluate rows (rows, features), missing values NaN: (outputs, rows)."""
        bins = self._bins(rows)
        trees, nodes = self.feature.shape
        roots = (np.arange(trees, dtype=np.int32) * nodes)[:, None]
        children = np.stack([self.left, self.right], axis=-1) + roots[..., None]
        children = children.astype(np.int32).ravel()
        blocks = [
            self._walk(bins[begin : begin + _BLOCK], roots, children)
            for begin in range(0, len(rows), _BLOCK)
        ]
        sums = np.add.reduceat(np.hstack(blocks), self.first_tree, axis=0)
        return np.asarray(sums + self.baseline[:, None], dtype=np.float64)

    def _walk(
        self,
        bins: NDArray[np.uint8],
        roots: NDArray[np.int32],
        children: NDArray[np.int32],
    ) -> Floats:
        """Walk down all trees with all rows; who has arrived stays: (trees, rows)."""
        feature, cut = self.feature.ravel(), self.cut.ravel()
        missing_left = self.missing_left.ravel()
        place = np.repeat(roots, len(bins), axis=1)
        row = np.arange(len(bins), dtype=np.int32)[None] * bins.shape[1]
        flat, any_missing = bins.ravel(), bool((bins == _MISSING).any())
        for _ in range(self.depth):
            found = flat[row + feature[place]]
            right = found > cut[place]
            if any_missing:
                right = np.where(found == _MISSING, ~missing_left[place], right)
            place = children[2 * place + right]
        return self.value.ravel()[place].astype(np.float64)

    def _bins(self, rows: Floats) -> NDArray[np.uint8]:
        bins = np.empty(rows.shape, np.uint8)
        for feature, edges in enumerate(self.edges):
            values = rows[:, feature]
            # Beyond the last edge lies one more bin; padding is never passed.
            bins[:, feature] = np.searchsorted(edges, values)
            bins[np.isnan(values), feature] = _MISSING
        return bins
