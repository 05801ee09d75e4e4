"""K-means finds the groups there are, as well as scikit-learn does."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score
from threadpoolctl import threadpool_limits

from custom_components.wattwise.analytics.clustering.k_means import (
    Floats,
    k_means,
    nearest,
)
from custom_components.wattwise.analytics.clustering.stability import adjusted_rand


def heaps(count: int, apart: float, seed: int = 3) -> Floats:
    """Return 300 points in heaps on a line of five dimensions."""
    random = np.random.default_rng(seed)
    heap = random.integers(count, size=300)
    return random.normal(size=(300, 5)) + apart * heap[:, None]


def test_groups_are_found() -> None:
    """Each heap is one group, whose centre is its mean."""
    points = heaps(4, 20)
    found = k_means(points, 4, seed=1)
    heap = np.rint(points.mean(axis=1) / 20).astype(np.int64)
    assert adjusted_rand(found.labels, heap) == 1
    for group, center in enumerate(found.centers):
        np.testing.assert_allclose(center, points[found.labels == group].mean(axis=0))
    off = points - found.centers[found.labels]
    assert found.inertia == pytest.approx(float((off**2).sum()))
    assert (nearest(points, found.centers) == found.labels).all()


def test_inertia_is_that_of_scikit_learn() -> None:
    """With any of 20 seeds the groups are as tight, within a thousandth."""
    points = heaps(6, 1.5)
    # Threads that wait for each other take longer than the work.
    with threadpool_limits(limits=1):
        for seed in range(20):
            ours = k_means(points, 6, seed=seed)
            theirs = KMeans(6, n_init=10, random_state=seed).fit(points)
            assert ours.inertia <= 1.001 * theirs.inertia_


def test_far_from_the_origin() -> None:
    """Where the origin lies does not matter."""
    points = heaps(3, 10)
    near, far = (k_means(points + by, 3, seed=1) for by in (0.0, 1e7))
    assert (near.labels == far.labels).all()


def test_same_seed_same_groups() -> None:
    """A seed stands for one result, order and all."""
    points = heaps(5, 2)
    one, other = (k_means(points, 5, seed=8) for _ in range(2))
    assert (one.labels == other.labels).all()
    assert (one.centers == other.centers).all()


def test_few_different_points() -> None:
    """More groups than different points leave some empty, and nothing fails."""
    points = np.repeat([[0.0], [5.0]], 10, axis=0)
    found = k_means(points, 4, seed=1)
    assert found.inertia == 0
    assert len(set(found.labels.tolist())) == 2
    assert np.isfinite(found.centers).all()


@pytest.mark.parametrize(
    "points", [np.zeros((2, 3)), np.array([[np.nan], [1], [2]]), np.zeros(5)]
)
def test_what_cannot_be_grouped(points: Floats) -> None:
    """Too few points, no numbers, and no table are refused."""
    with pytest.raises(ValueError, match=r"cannot be|no number"):
        k_means(points, 3, seed=1)


def test_adjusted_rand_is_that_of_scikit_learn() -> None:
    """It is 1 for the same groups by other numbers, and about 0 by chance."""
    random = np.random.default_rng(1)
    one = random.integers(5, size=400)
    for other in (4 - one, random.integers(3, size=400), np.where(one > 2, 9, one)):
        assert adjusted_rand(one, other) == pytest.approx(
            adjusted_rand_score(one, other)
        )
    assert adjusted_rand(np.zeros(4, dtype=np.int64), np.ones(4, dtype=np.int64)) == 1
