"""Which kind of days is which of those there were the night before."""

from typing import TYPE_CHECKING, Final

import numpy as np

from ..forecasting.local_days import Floats, Integers
from .day_type import DayTypeName

if TYPE_CHECKING:
    from .learned_types import LearnedTypes

# Two kinds are the same if they share so much of all days that either of them has.
_THE_SAME: Final = 0.4


def held_names(
    labels: Integers, kinds: int, energy: Floats, before: LearnedTypes | None
) -> list[DayTypeName | None]:
    """Return which name each kind had, by the days that it has in common with it.

    `labels` (days) say of which of the `kinds` the days `energy` (days, 24) are now.
    """
    held: list[DayTypeName | None] = [None] * kinds
    if before is None:
        return held
    earlier = before.labels(energy)
    found = sorted(
        (
            (_common(labels == kind, earlier == was), kind, was)
            for kind in range(kinds)
            for was in range(len(before.names))
        ),
        reverse=True,
    )
    taken = set[int]()
    for common, kind, was in found:
        if common >= _THE_SAME and held[kind] is None and was not in taken:
            held[kind] = before.names[was]
            taken.add(was)
    return held


def _common(one: np.ndarray, other: np.ndarray) -> float:
    either = int((one | other).sum())
    return int((one & other).sum()) / either if either else 0.0
