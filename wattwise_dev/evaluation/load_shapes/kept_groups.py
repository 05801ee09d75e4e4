"""How many homes are in the same group in both halves of their days."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.clustering.k_means import k_means, nearest
from custom_components.wattwise.analytics.forecasting.local_days import Floats
from custom_components.wattwise.analytics.load_shapes.archetypes import Archetypes
from custom_components.wattwise.analytics.load_shapes.group_homes import group_homes
from custom_components.wattwise.analytics.load_shapes.robust_space import robust_space

from .shape_home import ShapeHome, wholes
from .training import SEED, train

FOLDS: Final = 8
REPEATS: Final = 5
_STARTS: Final = 20


@dataclass(frozen=True, slots=True)
class Kept:
    """The share of homes that keep their group from half-year to half-year."""

    nearest: float
    """When each half-year is put into the nearest group, whatever was before."""
    shown: float
    """When a home stays where it was until another group is nearer by a fifth."""


def kept_kinds(homes: Sequence[ShapeHome], archetypes: Archetypes) -> Kept:
    """Return how many homes keep their kind."""
    as_nearest, as_shown = [], []
    for home in homes:
        first, second = home.halves
        before = archetypes.kind_of(first).kind
        as_nearest.append(archetypes.kind_of(second).kind is before)
        as_shown.append(archetypes.kind_of(second, before).kind is before)
    return Kept(fmean(as_nearest), fmean(as_shown))


def kept_by_others(homes: Sequence[ShapeHome]) -> Kept:
    """Return the same for kinds that were learned from other homes, an eighth at a time."""
    found = [
        (kept_kinds(asked, train(wholes(others))), len(asked))
        for others, asked in _folds(homes)
    ]
    counts = [count for _, count in found]
    return Kept(
        float(np.average([kept.nearest for kept, _ in found], weights=counts)),
        float(np.average([kept.shown for kept, _ in found], weights=counts)),
    )


def kept_of_number(homes: Sequence[ShapeHome], count: int) -> float:
    """Return the share that keeps its nearest of so many groups, found on other homes."""
    kept = list[bool]()
    for others, asked in _folds(homes):
        space = robust_space(home.whole for home in others)
        places = np.array([space.point_of(home.whole) for home in others])
        centers = k_means(places, count, seed=SEED, starts=_STARTS).centers
        halves = [
            nearest(
                np.array([space.point_of(home.halves[half]) for home in asked]), centers
            )
            for half in (0, 1)
        ]
        kept += (halves[0] == halves[1]).tolist()
    return fmean(kept)


def kept_points(
    points: Floats, first: Floats, second: Floats, count: int
) -> tuple[float, float]:
    """Return the share of homes that keep their group, and that of the smallest group.

    Groups are found in `points` (homes, features), the halves put into the nearest.
    """
    found = k_means(points, count, seed=SEED, starts=_STARTS)
    same = nearest(first, found.centers) == nearest(second, found.centers)
    smallest = np.bincount(found.labels, minlength=count).min() / len(points)
    return float(same.mean()), float(smallest)


def kept_numbers(homes: Sequence[ShapeHome]) -> float:
    """Return the share of homes whose group has the same number a half-year later.

    As several households see it: grouped in the first half, and in the second after it.
    """
    first = group_homes({home.name: home.halves[0] for home in homes}, None)
    second = group_homes({home.name: home.halves[1] for home in homes}, first)
    found = [(first.group_of(home.name), second.group_of(home.name)) for home in homes]
    return fmean(
        before is not None and after is not None and before.number == after.number
        for before, after in found
    )


def _folds(
    homes: Sequence[ShapeHome],
) -> Iterator[tuple[list[ShapeHome], list[ShapeHome]]]:
    """Divide homes into those that are learned from and those that are asked."""
    random = np.random.default_rng(SEED)
    for _ in range(REPEATS):
        order = random.permutation(len(homes)).tolist()
        for fold in range(FOLDS):
            asked = set(order[fold::FOLDS])
            yield (
                [home for at, home in enumerate(homes) if at not in asked],
                [home for at, home in enumerate(homes) if at in asked],
            )
