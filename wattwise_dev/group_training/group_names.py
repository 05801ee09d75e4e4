"""Gives the groups that were found the names that people know."""

from collections.abc import Mapping
from itertools import permutations
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.clustering.k_means import Integers
from custom_components.wattwise.analytics.similar_homes.expected_use import (
    HouseholdGroup,
)
from custom_components.wattwise.analytics.similar_homes.home_features import (
    components,
)
from custom_components.wattwise.analytics.similar_homes.household_profile import (
    Heating,
    HouseholdProfile,
)

from .survey_rows import FEATURES, SurveyRows

type Traits = tuple[float, float, float]
"""Share of apartments, share with electric heating, ln of the use less that of all."""

_TRAITS: Final[Mapping[HouseholdGroup, Traits]] = {
    HouseholdGroup.SMALL_APARTMENT: (1, 0, -0.9),
    HouseholdGroup.ELECTRIC_APARTMENT: (1, 1, -0.2),
    HouseholdGroup.SMALL_HOUSE: (0, 0, -0.5),
    HouseholdGroup.HOUSE: (0, 0, 0.0),
    HouseholdGroup.LARGE_HOUSE: (0, 0, 0.4),
    HouseholdGroup.SMALL_ELECTRIC_HOUSE: (0, 1, 0.3),
    HouseholdGroup.LARGE_ELECTRIC_HOUSE: (0, 1, 0.8),
}


def named_groups(labels: Integers, rows: SurveyRows) -> dict[int, HouseholdGroup]:
    """Return the name of each group: those whose traits fit best, each once."""
    found = _traits(labels, rows)
    names = tuple(_TRAITS)
    wanted = np.array(list(_TRAITS.values()))
    off = ((found[:, None] - wanted) ** 2).sum(axis=2)
    numbers = range(len(names))
    best = min(
        permutations(numbers), key=lambda order: sum(off[n, order[n]] for n in numbers)
    )
    return {number: names[best[number]] for number in numbers}


def _traits(labels: Integers, rows: SurveyRows) -> np.ndarray:
    """Return (groups, traits)."""
    columns = {name: rows.features[:, at] for at, name in enumerate(FEATURES)}
    fuel = components(HouseholdProfile(heating=Heating.GAS), None, ())["electric_heat"]
    each = np.column_stack(
        [
            columns["small_building"] + columns["large_building"],
            columns["electric_heat"] - fuel,
            rows.ln_kwh - rows.ln_kwh.mean(),
        ]
    )
    return np.array(
        [each[labels == number].mean(axis=0) for number in range(len(_TRAITS))]
    )
