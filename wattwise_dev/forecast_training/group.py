"""Sums up the days of homes in one group."""

from collections.abc import Sequence

import numpy as np

from custom_components.wattwise.analytics.forecasting.models.group_profile import (
    GroupDays,
)
from custom_components.wattwise.analytics.forecasting.past import Past
from custom_components.wattwise.analytics.forecasting.prediction import LEVELS

_CLASSES = 3


def sum_up(homes: Sequence[Past]) -> GroupDays:
    """Return the usual days of homes, by hours; each home counts the same."""
    relative, classes, levels, spreads = [], [], [], []
    for home in homes:
        level = float(np.nanmean(home.measured))
        relative.append(home.measured / level)
        classes.append(home.calendar.day_class[: home.days])
        totals = home.measured.sum(axis=1)
        totals = totals[totals > 0]
        levels.append(np.log(level * home.slots))
        spreads.append(np.log(totals).std())
    rows, day_class = np.concatenate(relative), np.concatenate(classes)
    days = [rows[day_class == number] for number in range(_CLASSES)]
    return GroupDays(
        np.array([np.nanmean(day, axis=0) for day in days]),
        np.array([np.nanquantile(day, LEVELS, axis=0) for day in days]),
        float(np.exp(np.mean(levels))),
        float(np.std(levels)),
        float(np.mean(spreads)),
    )
