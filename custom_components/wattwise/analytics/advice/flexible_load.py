"""How much of a day's energy could as well have been used at another hour."""

from collections.abc import Mapping
from typing import Final

from .days import quantile

# No more than a run of the dishwasher or of the washing machine, and half of another.
MOST_OF_A_DAY_KWH: Final = 1.5
MOST_SHARE_OF_A_DAY: Final = 0.1


def bursts(used: Mapping[int, float]) -> dict[int, float]:
    """Return what each hour of a day used above the usual hour of that day [kWh]."""
    usual = quantile(list(used.values()), 0.5)
    return {start: max(0.0, energy - usual) for start, energy in used.items()}


def movable(used: Mapping[int, float], above: Mapping[int, float]) -> float:
    """Return what of a day can be moved [kWh]: a part of the bursts, if there are any.

    `above` are the bursts that are worth moving.
    """
    share = MOST_SHARE_OF_A_DAY * sum(used.values())
    return max(0.0, min(sum(above.values()), share, MOST_OF_A_DAY_KWH))
