"""How far two divisions of the same points agree."""

import numpy as np

from .k_means import Integers


def adjusted_rand(first: Integers, second: Integers) -> float:
    """Return how far two divisions of the same points agree: 1 wholly, 0 as by chance.

    L. Hubert and P. Arabie, Comparing partitions, 1985. `first` and `second` (points,)
    are groups; their numbers need not be the same.
    """
    _, rows = np.unique(first, return_inverse=True)
    _, columns = np.unique(second, return_inverse=True)
    shared = np.zeros((rows.max() + 1, columns.max() + 1), dtype=np.int64)
    np.add.at(shared, (rows, columns), 1)
    together = _pairs(shared)
    of_first, of_second = _pairs(shared.sum(axis=1)), _pairs(shared.sum(axis=0))
    by_chance = of_first * of_second / max(_pairs(np.array([len(first)])), 1.0)
    most = (of_first + of_second) / 2
    # Both hold all points together, or all apart.
    return 1.0 if most == by_chance else (together - by_chance) / (most - by_chance)


def _pairs(counts: Integers) -> float:
    """Return in how many pairs of points both are in the same cell."""
    return float((counts * (counts - 1) // 2).sum())
