"""How many kinds of days can be told apart."""

import numpy as np
import pytest

from custom_components.wattwise.analytics.day_types.number_of_types import (
    STABLE,
    group_days,
    grouping,
)

from .made_up_days import blobs, shuffled


@pytest.mark.parametrize("counts", [(60, 60), (80, 40, 30), (70, 40, 30, 12)])
def test_as_many_kinds_as_there_are(counts: tuple[int, ...]) -> None:
    """Kinds that lie apart are found, as many as there are and not more."""
    points = shuffled(blobs(counts, 0.5))
    found = group_days(points, np.zeros(len(points), bool))
    sizes = np.bincount(found.groups.labels)
    assert sorted(sizes, reverse=True) == sorted(counts, reverse=True)
    assert found.stability >= STABLE


def test_no_kinds_where_there_are_none() -> None:
    """One cloud of days is one kind, also if it is longer than wide."""
    random = np.random.default_rng(2)
    cloud = random.normal(size=(200, 4)) * np.array([3.0, 1.0, 1.0, 1.0])
    free = random.random(200) < 0.3
    cut = grouping(cloud, 2)
    assert cut
    assert cut.stability >= STABLE
    found = group_days(cloud, free)
    assert found.groups.labels.tolist() == [0] * 200


def test_kinds_that_blur_are_told_apart_by_when_they_come() -> None:
    """The same cloud is more kinds if one half of it comes on free days, or in spells."""
    cloud = np.random.default_rng(2).normal(size=(200, 4)) * [3.0, 1.0, 1.0, 1.0]
    high = cloud[:, 0] > 0
    assert len(group_days(cloud, high).groups.centers) > 1
    in_spells = np.concatenate([cloud[high], cloud[~high]])
    assert len(group_days(in_spells, np.zeros(200, bool)).groups.centers) > 1


def test_a_few_odd_days_are_no_kind() -> None:
    """Three strange days of a hundred are outliers, however far away."""
    odd = np.full((3, 2), 50.0)
    assert grouping(np.concatenate([blobs((60, 40), 0.5), odd]), 3) is None


def test_a_number_that_was_chosen_is_kept() -> None:
    """Kinds that are hardly told apart any more stay two; what is one by now does not."""
    cloud = np.random.default_rng(2).normal(size=(200, 4)) * [3.0, 1.0, 1.0, 1.0]
    high = cloud[:, 0] > 0
    # Free are 59 and 41 of 100 days: 2.5 standard errors.
    turn = np.arange(200) % 100
    free = np.empty(200, bool)
    free[high], free[~high] = turn[: high.sum()] < 59, turn[: (~high).sum()] < 41
    assert len(group_days(cloud, free).groups.centers) == 1
    assert len(group_days(cloud, free, present=2).groups.centers) == 2
    nothing = np.zeros(200, bool)
    assert len(group_days(cloud, nothing, present=2).groups.centers) == 1
    free = nothing
    round_cloud = np.random.default_rng(2).normal(size=(200, 4))
    assert len(group_days(round_cloud, free, present=5).groups.centers) == 1
