"""Whether other samples would find the same groups, or these were made by chance."""

from collections.abc import Callable
from itertools import combinations

import numpy as np

from custom_components.wattwise.analytics.clustering.k_means import Integers
from custom_components.wattwise.analytics.clustering.stability import adjusted_rand

type Divide = Callable[[Integers, int], Integers]
"""From the numbers of the points that were drawn, and a seed, the group of each point."""


def bootstrap_stability(
    points: int, divide: Divide, *, seed: int, rounds: int = 10
) -> float:
    """Return how far groups agree that are found in samples of so many points.

    Each round draws as many points with replacement and divides all points by the groups
    of those drawn; the mean adjusted Rand index of all pairs of rounds is returned.
    """
    random = np.random.default_rng(seed)
    found = [
        divide(random.integers(points, size=points), int(random.integers(2**31)))
        for _ in range(rounds)
    ]
    pairs = [adjusted_rand(one, other) for one, other in combinations(found, 2)]
    return float(np.mean(pairs)) if pairs else 1.0
