"""Groups are taken only where there are some."""

import numpy as np
import pytest
from sklearn.metrics import silhouette_score

from custom_components.wattwise.analytics.load_shapes.number_of_groups import (
    best_groups,
    dealt_silhouettes,
    silhouette,
    tried,
)


def clouds(count: int, homes: int = 12, seed: int = 1) -> np.ndarray:
    """Return homes around some points that lie far apart."""
    random = np.random.default_rng(seed)
    centres = 4.0 * np.array([(0, 0, 1), (1, 0, 0), (0, 1, 0), (1, 1, 1)])[:count]
    return np.vstack([random.normal(centre, 0.5, (homes, 3)) for centre in centres])


@pytest.mark.parametrize("count", [2, 3, 4])
def test_as_many_groups_as_there_are(count: int) -> None:
    """Clouds that lie apart are found, each as one."""
    found = best_groups(clouds(count))
    assert found is not None
    assert sorted(np.bincount(found.labels).tolist()) == [12] * count


def test_a_cloud_is_no_group() -> None:
    """What K-means makes of one cloud does not hold."""
    assert best_groups(clouds(1, 40)) is None


def test_one_odd_home_is_no_group() -> None:
    """A home far from all others makes no group of its own."""
    points = np.vstack([clouds(1, 40), [[30.0, 30.0, 30.0]]])
    two = tried(points, 2)
    assert two.smallest == 1
    assert two.silhouette > two.dealt
    assert not two.holds


def test_the_silhouette_is_that_of_scikit_learn() -> None:
    """To the last digits, also with a group of one."""
    points = clouds(3)
    random = np.random.default_rng(2)
    for labels in (
        np.repeat([0, 1, 2], 12),
        random.integers(4, size=len(points)),
        np.array([1] + [0] * (len(points) - 1)),
    ):
        mine = silhouette(points, labels.astype(np.int64))
        assert mine == pytest.approx(silhouette_score(points, labels), abs=1e-12)
    assert silhouette(points, np.zeros(len(points), np.int64)) == 0.0


def test_dealing_out_destroys_groups() -> None:
    """Each feature keeps its values, but homes lie less clearly apart."""
    points = clouds(4)
    assert tried(points, 4).silhouette > max(dealt_silhouettes(points, 4, 10))
