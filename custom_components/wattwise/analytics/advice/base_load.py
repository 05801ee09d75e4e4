"""What runs day and night."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

import numpy as np

from .days import quantile

# Three, that one odd hour does not count. They may be at any time: some homes heat by
# night.
_QUIET_HOURS: Final = 3


def base_of_day(used: Mapping[int, float]) -> float:
    """Return the mean power of a day's three quietest hours [W], of hours in kWh."""
    return float(np.mean(sorted(used.values())[:_QUIET_HOURS])) * 1000


def base_load(
    days: Mapping[date, Mapping[int, float]], chosen: Iterable[date]
) -> float:
    """Return the median of the bases of chosen days [W]; there must be one."""
    return quantile([base_of_day(days[day]) for day in chosen], 0.5)
