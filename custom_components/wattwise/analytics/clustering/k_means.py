"""K-means: points divided into groups whose members lie near their mean.

Lloyd's iteration (S. Lloyd, Least squares quantization in PCM, 1982) from several starts
by greedy k-means++ (D. Arthur and S. Vassilvitskii, k-means++: the advantages of careful
seeding, 2007). Where it stops, single points are moved while that makes groups tighter
(J. A. Hartigan, Clustering Algorithms, 1975), which leads out of many poor endings.
"""

from dataclasses import dataclass
import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Integers = NDArray[np.int64]

_MOST_STEPS: Final = 300
_MOST_MOVES: Final = 1000
# Steps end when the centres move less than this, as a share of the points' variance.
_TOLERANCE: Final = 1e-6
# A point that gains less than this share of the variance stays.
_GAIN: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Clustering:
    """Points in groups."""

    centers: Floats
    """(clusters, features): the mean of each group."""
    labels: Integers
    """(points,): the group of each point."""
    inertia: float
    """The squared distances of all points from the centre of their group, added up."""


def k_means(
    points: Floats, clusters: int, *, seed: int, starts: int = 10
) -> Clustering:
    """Divide `points` (points, features) into groups: the best of some starts.

    The same seed gives the same groups, in the same order. ValueError where a number is
    not finite or there are fewer points than groups. With fewer different points than
    groups, some groups stay empty.
    """
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or not 1 <= clusters <= len(points):
        raise ValueError(f"{points.shape} points cannot be {clusters} groups")
    if not np.isfinite(points).all():
        raise ValueError("a point has a value that is no number")
    # Distances are differences of squares: exact only near the origin.
    middle = points.mean(axis=0)
    centred = points - middle
    random = np.random.default_rng(seed)
    found = [
        _refine(centred, _spread_out(centred, clusters, random)) for _ in range(starts)
    ]
    best = min(found, key=lambda one: one.inertia)
    return Clustering(best.centers + middle, best.labels, best.inertia)


def nearest(points: Floats, centers: Floats) -> Integers:
    """Return the group of each of `points` (points, features): (points,)."""
    labels: Integers = np.argmin(_squared_distances(points, centers), axis=1)
    return labels


def _squared_distances(points: Floats, centers: Floats) -> Floats:
    """Return (points, centres)."""
    squares = (points**2).sum(axis=1)[:, None] + (centers**2).sum(axis=1)
    distances: Floats = np.maximum(squares - 2 * points @ centers.T, 0)
    return distances


def _spread_out(points: Floats, clusters: int, random: np.random.Generator) -> Floats:
    """Choose points as first centres that lie apart: greedy k-means++."""
    trials = 2 + int(math.log(clusters))
    centers = points[[random.integers(len(points))]]
    distance = _squared_distances(points, centers)[:, 0]
    for _ in range(clusters - 1):
        total = distance.sum()
        chances = distance / total if total > 0 else None
        candidates = random.choice(len(points), size=trials, p=chances)
        to_each = _squared_distances(points, points[candidates])
        left = np.minimum(to_each, distance[:, None])
        chosen = int(np.argmin(left.sum(axis=0)))
        distance = left[:, chosen]
        centers = np.vstack([centers, points[candidates[chosen]]])
    return centers


def _refine(points: Floats, centers: Floats) -> Clustering:
    """Move centres to the means of their groups until they stay, then single points."""
    enough = _TOLERANCE * float(points.var(axis=0).mean())
    for _ in range(_MOST_STEPS):
        moved = _means(points, _labels(points, centers), centers)
        shift = float(((moved - centers) ** 2).sum())
        centers = moved
        if shift <= enough:
            break
    labels = _labels(points, centers)
    centers = _means(points, labels, centers)
    _move_points(points, labels, centers)
    # Of groups that share a centre, one has the points.
    labels = nearest(points, centers)
    inertia = float(((points - centers[labels]) ** 2).sum())
    return Clustering(centers, labels, inertia)


def _move_points(points: Floats, labels: Integers, centers: Floats) -> None:
    """Move the point that gains most to another group, until none gains.

    Changes `labels` and `centers`. A point takes part of its centre along:
    what it costs where it is and where it would be counts with that.
    """
    counts = np.bincount(labels, minlength=len(centers)).astype(np.float64)
    distances = _squared_distances(points, centers)
    every = np.arange(len(points))
    scale = float(points.var(axis=0).sum())
    for _ in range(_MOST_MOVES):
        # The last one of a group stays.
        leaving = np.where(counts > 1, counts / np.maximum(counts - 1, 1), 0.0)
        joining = distances * (counts / (counts + 1))
        gains = distances[every, labels] * leaving[labels]
        joining[every, labels] = np.inf
        costs = joining - gains[:, None]
        point, group = divmod(int(np.argmin(costs)), len(centers))
        if costs[point, group] >= -_GAIN * scale:
            break
        left = int(labels[point])
        centers[left] += (centers[left] - points[point]) / (counts[left] - 1)
        centers[group] += (points[point] - centers[group]) / (counts[group] + 1)
        counts[left] -= 1
        counts[group] += 1
        labels[point] = group
        changed = [left, group]
        distances[:, changed] = _squared_distances(points, centers[changed])


def _labels(points: Floats, centers: Floats) -> Integers:
    """Return the nearest centre of each point, such that none is left alone."""
    distances = _squared_distances(points, centers)
    labels: Integers = np.argmin(distances, axis=1)
    empty = np.flatnonzero(np.bincount(labels, minlength=len(centers)) == 0)
    if empty.size:
        # A group that lost all its points takes those that lie farthest from theirs.
        own = distances[np.arange(len(points)), labels]
        labels[np.argsort(own)[::-1][: empty.size]] = empty
    return labels


def _means(points: Floats, labels: Integers, centers: Floats) -> Floats:
    """Return the mean of each group, where it has points; else where it was."""
    counts = np.bincount(labels, minlength=len(centers))[:, None]
    members = (labels == np.arange(len(centers))[:, None]).astype(np.float64)
    means: Floats = np.where(
        counts > 0, members @ points / np.maximum(counts, 1), centers
    )
    return means
