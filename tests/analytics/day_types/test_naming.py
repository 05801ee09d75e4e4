"""What kinds of days are called."""

from dataclasses import replace

import numpy as np

from custom_components.wattwise.analytics.day_types.day_parts import (
    mean_powers,
    on_scale,
    usual_power,
)
from custom_components.wattwise.analytics.day_types.day_type import DayTypeName
from custom_components.wattwise.analytics.day_types.home_days import HomeDays
from custom_components.wattwise.analytics.day_types.naming import names_of

from .made_up_days import family_days


def named(
    days: HomeDays, labels: np.ndarray, held: list[DayTypeName | None]
) -> list[DayTypeName] | None:
    """Name kinds of days of which each has some `labels` of the known days."""
    energy = days.whole[days.known]
    usual = usual_power(energy)
    points = on_scale(mean_powers(energy), usual)
    centers = np.stack([points[labels == kind].mean(axis=0) for kind in (0, 1)])
    return names_of(centers, labels, days, usual, held)


def days_and_labels(free_days: float) -> tuple[HomeDays, np.ndarray]:
    """Return a family's days, and a kind 1 of which so many are free, by their shares.

    It has half of the home's free days.
    """
    days = family_days()
    free = days.day_class[: days.days][days.known] > 0
    labels = np.zeros(len(free), dtype=np.int64)
    of_free = np.flatnonzero(free)[::2]
    labels[of_free] = 1
    others = round(len(of_free) * (1 - free_days) / free_days)
    labels[np.flatnonzero(~free)[:others]] = 1
    return days, labels


def test_a_weekend_is_mostly_free_as_long_as_it_is_called_so() -> None:
    """Whoever has the name keeps it with a little fewer free days, but not below half."""
    for share, got, kept in (
        (0.65, True, True),
        (0.54, False, True),
        (0.47, False, False),
    ):
        days, labels = days_and_labels(share)
        for held, is_weekend in ((None, got), (DayTypeName.WEEKEND, kept)):
            found = named(days, labels, [None, held])
            assert (found is not None and found[1] is DayTypeName.WEEKEND) is is_weekend


def test_no_kind_is_called_what_it_is_not() -> None:
    """Two kinds of which nothing is true that tells them apart get no names at all."""
    days = family_days()
    days = replace(days, energy=np.where(np.isnan(days.energy), np.nan, 0.4))
    labels = np.arange(days.known.sum()) % 2
    assert named(days, labels, [None, None]) is None
