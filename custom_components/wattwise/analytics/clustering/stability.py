"""Whether other samples would find the same groups, or these were made by chance."""

from itertools import combinations

import numpy as np

from .k_means import Floats, Integers, k_means, nearest


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


def bootstrap_stability(
    points: Floats, clusters: int, *, seed: int, rounds: int = 10, starts: int = 10
) -> float:
    """Return how far groups agree that are found in samples of `points`.

    Each round draws as many points with replacement and divides all points by the groups
    of those drawn; the mean adjusted Rand index of all pairs of rounds is returned.
    """
    random = np.random.default_rng(seed)
    found = []
    for _ in range(rounds):
        drawn = points[random.integers(len(points), size=len(points))]
        one_seed = int(random.integers(2**31))
        centers = k_means(drawn, clusters, seed=one_seed, starts=starts).centers
        found.append(nearest(points, centers))
    pairs = [adjusted_rand(one, other) for one, other in combinations(found, 2)]
    return float(np.mean(pairs)) if pairs else 1.0


def _pairs(counts: Integers) -> float:
    """Return in how many pairs of points both are in the same cell."""
    return float((counts * (counts - 1) // 2).sum())
