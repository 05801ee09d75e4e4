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

# How many standard errors are no chance, and no chance where two kinds were told apart.
_NO_CHANCE: Final = 3.0
_STILL_NO_CHANCE: Final = 2.0
# Draws by chance, and how many of them may come up to the days.
_DRAWS: Final = 9
_MAY_COME_UP: Final = 0
_MAY_STILL_COME_UP: Final = 1
_STARTS: Final = 2
_SEED: Final = 7


def are_told_apart(
    points: Floats,
    labels: Integers,
    count: int,
    free: NDArray[np.bool_],
    *,
    still: bool = False,
) -> bool:
    """Tell whether each two of `count` kinds of days are two, or `still` are.

    `points` (days, features), their `labels` and which of them were `free` of work are in
    the order of the days. Of kinds that were told apart before, less is asked.
    """
    errors = _STILL_NO_CHANCE if still else _NO_CHANCE
    draws = _MAY_STILL_COME_UP if still else _MAY_COME_UP
    for one, other in combinations(range(count), 2):
        either = (labels == one) | (labels == other)
        second = labels[either] == other
        if not (
            _comes_on_other_days(second, free[either], errors)
            or _comes_in_spells(second, errors)
            or _lies_apart(points[either], second, draws)
        ):
            return False
    return True


def _comes_on_other_days(
    second: NDArray[np.bool_], free: NDArray[np.bool_], errors: float
) -> bool:
    """Whether one kind has another share of free days: two proportions compared."""
    here, there = free[second], free[~second]
    share = float(free.mean())
    error = math.sqrt(share * (1 - share) * (1 / len(here) + 1 / len(there)))
    return abs(float(here.mean() - there.mean())) > errors * error


def _comes_in_spells(second: NDArray[np.bool_], errors: float) -> bool:
    """Whether a kind follows itself more often than by chance: runs of it are long."""
    share = float(second.mean())
    by_chance = share**2 + (1 - share) ** 2
    follows = float((second[1:] == second[:-1]).mean())
    error = math.sqrt(by_chance * (1 - by_chance) / (len(second) - 1))
    return follows - by_chance > errors * error


def _lies_apart(points: Floats, second: NDArray[np.bool_], may_come_up: int) -> bool:
    """Whether days are nearer to their groups than those of one normal distribution.

    After Y. Liu et al., Statistical significance of clustering for high-dimension data,
    2008.
    """
    halves = points[second], points[~second]
    inertia = sum(float(((half - half.mean(axis=0)) ** 2).sum()) for half in halves)
    random = np.random.default_rng(_SEED)
    spread = np.cov(points, rowvar=False).reshape(points.shape[1], -1)
    came_up = 0
    for seed in range(_DRAWS):
        drawn = random.multivariate_normal(points.mean(axis=0), spread, len(points))
        came_up += k_means(drawn, 2, seed=seed, starts=_STARTS).inertia <= inertia
        if came_up > may_come_up:
            return False
    return True
