"""Whether two kinds of days are two: they lie apart, or they come at different times.

A cloud of days that is longer than wide is cut in the same place each time, and is one
kind all the same. What is cut by chance tells nothing: its halves follow each other like
throws of a coin, on working days as on weekends. If they do not, the cut tells something
of the home, even where days between the two halves are as frequent.
"""

from itertools import combinations
import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..clustering.k_means import k_means
from ..forecasting.local_days import Floats, Integers

# How many standard errors are no chance.
_NO_CHANCE: Final = 3.0
# Draws by chance, none of which may come up to the days.
_DRAWS: Final = 9
_STARTS: Final = 2
_SEED: Final = 7


def are_told_apart(
    points: Floats, labels: Integers, count: int, free: NDArray[np.bool_]
) -> bool:
    """Tell whether each two of `count` kinds of days are two.

    `points` (days, features), their `labels` and which of them were `free` of work are in
    the order of the days.
    """
    for one, other in combinations(range(count), 2):
        either = (labels == one) | (labels == other)
        second = labels[either] == other
        if not (
            _comes_on_other_days(second, free[either])
            or _comes_in_spells(second)
            or _lies_apart(points[either], second)
        ):
            return False
    return True


def _comes_on_other_days(second: NDArray[np.bool_], free: NDArray[np.bool_]) -> bool:
    """Whether one kind has another share of free days: two proportions compared."""
    here, there = free[second], free[~second]
    share = float(free.mean())
    error = math.sqrt(share * (1 - share) * (1 / len(here) + 1 / len(there)))
    return abs(float(here.mean() - there.mean())) > _NO_CHANCE * error


def _comes_in_spells(second: NDArray[np.bool_]) -> bool:
    """Whether a kind follows itself more often than by chance: runs of it are long."""
    share = float(second.mean())
    by_chance = share**2 + (1 - share) ** 2
    follows = float((second[1:] == second[:-1]).mean())
    error = math.sqrt(by_chance * (1 - by_chance) / (len(second) - 1))
    return follows - by_chance > _NO_CHANCE * error


def _lies_apart(points: Floats, second: NDArray[np.bool_]) -> bool:
    """Whether two groups are nearer together than halves of one normal distribution.

    After Y. Liu et al., Statistical significance of clustering for high-dimension data,
    2008.
    """
    halves = points[second], points[~second]
    inertia = sum(float(((half - half.mean(axis=0)) ** 2).sum()) for half in halves)
    random = np.random.default_rng(_SEED)
    spread = np.cov(points, rowvar=False).reshape(points.shape[1], -1)
    for seed in range(_DRAWS):
        drawn = random.multivariate_normal(points.mean(axis=0), spread, len(points))
        if k_means(drawn, 2, seed=seed, starts=_STARTS).inertia <= inertia:
            return False
    return True
