"""Which kind of days is which of those there were the night before."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from ..forecasting.local_days import Integers
from .day_type import DayTypeName

# Two kinds are the same if they share so much of all days that either of them has.
_THE_SAME: Final = 0.4


def held_names(
    labels: Integers,
    kinds: int,
    earlier: Integers,
    earlier_names: Sequence[DayTypeName],
) -> list[DayTypeName | None]:
    """Return which name each kind had, by the days that it has in common with it.

    `labels` (days) say of which of the `kinds` the days are now, `earlier` (days) of which
    of the `earlier_names` they would have been.
    """
    held: list[DayTypeName | None] = [None] * kinds
    found = sorted(
        (
            (_common(labels == kind, earlier == was), kind, was)
            for kind in range(kinds)
            for was in range(len(earlier_names))
        ),
        reverse=True,
    )
    taken = set[int]()
    for common, kind, was in found:
        if common >= _THE_SAME and held[kind] is None and was not in taken:
            held[kind] = earlier_names[was]
            taken.add(was)
    return held


def _common(one: np.ndarray, other: np.ndarray) -> float:
    either = int((one | other).sum())
    return int((one & other).sum()) / either if either else 0.0
