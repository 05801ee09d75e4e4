"""Into how many groups some homes fall, if into any.

Homes are a continuum: K-means divides whatever it is given. Groups are taken only if
homes that are drawn anew fall into much the same ones (C. Hennig, Cluster-wise assessment
of cluster stability, 2007), and if they lie more clearly apart than those of homes whose
features were dealt out anew among them.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..clustering.k_means import Clustering, k_means, nearest
from ..clustering.stability import adjusted_rand
from ..forecasting.local_days import Floats, Integers

MOST_GROUPS: Final = 6
LEAST_SHARE: Final = 0.05
"""Of the homes in the smallest group."""
# Below, the groups are another matter each time.
_LEAST_STABLE: Final = 0.5
# Numbers of groups that differ by less are equally stable.
_HARDLY: Final = 0.05
# Several numbers are tried, so one of them may beat chance by chance, but not by much.
_CLEARLY: Final = 0.03
# A group of one home is none.
_LEAST_HOMES: Final = 2
_SEED: Final = 7
_STARTS: Final = 20
_RESAMPLES: Final = 30
_STARTS_OF_RESAMPLES: Final = 5
_BETTER_THAN: Final = 0.95


@dataclass(frozen=True, slots=True)
class Tried:
    """Homes in some number of groups."""

    groups: Clustering
    smallest: int
    """Homes in the smallest group."""
    stability: float
    """The mean adjusted Rand index of groups of homes drawn anew."""
    silhouette: float
    dealt: float
    """The silhouette that 95 of 100 sets of homes with features dealt out anew stay below."""

    @property
    def holds(self) -> bool:
        """Whether these are groups."""
        homes = len(self.groups.labels)
        return (
            self.smallest >= max(_LEAST_HOMES, LEAST_SHARE * homes)
            and self.stability >= _LEAST_STABLE
            and self.silhouette > self.dealt + _CLEARLY
        )


def best_groups(points: Floats) -> Clustering | None:
    """Return the most stable groups of points (homes, features); None if none hold.

    Of equally stable ones, those that lie most clearly apart.
    """
    most = min(MOST_GROUPS, len(points) // 2)
    held = [one for n in range(2, most + 1) if (one := tried(points, n)).holds]
    if not held:
        return None
    most_stable = max(one.stability for one in held)
    stable = [one for one in held if one.stability >= most_stable - _HARDLY]
    return max(stable, key=lambda one: one.silhouette).groups


def groups_of(points: Floats, count: int) -> Clustering:
    """Divide points into so many groups, the same ones each time."""
    return k_means(points, count, seed=_SEED, starts=_STARTS)


def tried(points: Floats, count: int) -> Tried:
    """Divide points into so many groups, and measure what these are worth."""
    groups = groups_of(points, count)
    return Tried(
        groups,
        int(np.bincount(groups.labels, minlength=count).min()),
        _stability(points, groups),
        silhouette(points, groups.labels),
        float(np.quantile(dealt_silhouettes(points, count), _BETTER_THAN)),
    )


def dealt_silhouettes(
    points: Floats, count: int, times: int = _RESAMPLES
) -> list[float]:
    """Return the silhouettes of groups of points whose features were dealt out anew.

    Each feature has the same values as before; how they belong together is chance.
    """
    random = np.random.default_rng(_SEED)
    found = []
    for seed in range(times):
        dealt = random.permuted(points, axis=0)
        groups = k_means(dealt, count, seed=seed, starts=_STARTS_OF_RESAMPLES)
        found.append(silhouette(dealt, groups.labels))
    return found


def silhouette(points: Floats, labels: Integers) -> float:
    """Return the mean silhouette (P. Rousseeuw, 1987) of points (homes, features).

    1 where groups lie far apart; 0 where a point could as well be in the next group, and
    for one that is alone in its own.
    """
    distances = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=2))
    members = labels[:, None] == np.unique(labels)
    counts = members.sum(axis=0)
    if len(counts) < 2:
        return 0.0
    sums = distances @ members
    rows = np.arange(len(points))
    own = members.argmax(axis=1)
    others = counts[own] - 1
    within = sums[rows, own] / np.maximum(others, 1)
    to_groups = sums / counts
    to_groups[rows, own] = np.inf
    beyond = to_groups.min(axis=1)
    larger = np.maximum(within, beyond)
    told = (others > 0) & (larger > 0)
    scores = np.zeros(len(points))
    np.divide(beyond - within, larger, out=scores, where=told)
    return float(scores.mean())


def _stability(points: Floats, groups: Clustering) -> float:
    random = np.random.default_rng(_SEED)
    count = len(groups.centers)
    agreements = []
    for seed in range(_RESAMPLES):
        drawn = points[random.integers(len(points), size=len(points))]
        anew = k_means(drawn, count, seed=seed, starts=_STARTS_OF_RESAMPLES)
        labels = nearest(points, anew.centers)
        agreements.append(adjusted_rand(groups.labels, labels))
    return float(np.mean(agreements))
