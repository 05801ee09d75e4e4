"""How many kinds of days can be told apart: as many as come out again, each of them.

Days drawn anew from a home's days (with replacement) are grouped anew. A kind is real if
it is found among the new groups each time: the share of the days that it has in common
with the most similar one, of all days that either of them has (the Jaccard index), is its
stability (C. Hennig, Cluster-wise assessment of cluster stability, 2007). Above .75 it
may be called a kind. It also has to be told apart from each other kind, see
`telling_apart`. A silhouette always finds two groups best, also in what has none.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..clustering.k_means import Clustering, k_means, nearest
from ..forecasting.local_days import Floats, Integers
from .telling_apart import are_told_apart

MOST_TYPES: Final = 6
# How stable the least stable type has to be for a number of types to be chosen, and for
# it to be kept once it was.
STABLE: Final = 0.75
_STILL_STABLE: Final = 0.65
# The least share of the days that is a kind, and the least days.
_LEAST_SHARE: Final = 0.04
_LEAST_OF_A_KIND: Final = 5
_SEED: Final = 7
_RESAMPLES: Final = 16
_STARTS: Final = 10
_STARTS_OF_RESAMPLES: Final = 4


@dataclass(frozen=True, slots=True)
class Grouping:
    """Days in groups, and how stable the least stable one is: 1 if it always came again."""

    groups: Clustering
    stability: float


def group_days(
    points: Floats,
    free: NDArray[np.bool_],
    present: int | None = None,
    most: int = MOST_TYPES,
) -> Grouping:
    """Group days (days, features) into the `most` groups that are stable; at least one.

    Both are in the order of the days; `free` says which of them were free of work.
    `present` is the number of groups there were last time: it is kept as long as they are
    nearly stable and nearly told apart, unless more are.
    """
    for count in range(most, 1, -1):
        found, kept = grouping(points, count), count == present
        if found is None or found.stability < (_STILL_STABLE if kept else STABLE):
            continue
        if are_told_apart(points, found.groups.labels, count, free, still=kept):
            return found
    return Grouping(k_means(points, 1, seed=_SEED, starts=1), 1.0)


def grouping(points: Floats, count: int) -> Grouping | None:
    """Group days into so many groups; None where one of them is too small to be a kind."""
    least = max(_LEAST_OF_A_KIND, _LEAST_SHARE * len(points))
    if count * least > len(points):
        return None
    groups = k_means(points, count, seed=_SEED, starts=_STARTS)
    if np.bincount(groups.labels, minlength=count).min() < least:
        return None
    return Grouping(groups, _stability(points, groups))


def _stability(points: Floats, groups: Clustering) -> float:
    random = np.random.default_rng(_SEED)
    count = len(groups.centers)
    found = np.zeros(count)
    for seed in range(_RESAMPLES):
        drawn = points[random.integers(len(points), size=len(points))]
        anew = k_means(drawn, count, seed=seed, starts=_STARTS_OF_RESAMPLES)
        labels = nearest(points, anew.centers)
        found += in_common(groups.labels, labels, count).max(axis=1)
    return float(found.min() / _RESAMPLES)


def in_common(labels: Integers, others: Integers, count: int) -> Floats:
    """Return the Jaccard index of each of `count` groups with each of as many others.

    Both `labels` and `others` (points) say of the same points which group they are in.
    """
    both = np.zeros((count, count))
    np.add.at(both, (labels, others), 1.0)
    either = both.sum(axis=1)[:, None] + both.sum(axis=0) - both
    return np.asarray(both / np.maximum(either, 1.0))
