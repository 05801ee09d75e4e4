"""The homes that are scored, and how they are divided."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Self

import numpy as np

from custom_components.wattwise.analytics.clustering.k_means import Floats
from custom_components.wattwise.analytics.similar_homes.climate import Climate
from custom_components.wattwise.analytics.similar_homes.household_profile import (
    AirConditioning,
    Dwelling,
    Heating,
    HotWater,
    HouseholdProfile,
)
from wattwise_dev.group_training.survey_file import SurveyHome

_MORE: Final = ("rooms", "televisions")
"""Questions beyond the six and the electric heaters."""
_HELD_OUT: Final = 0.2
_CHOICES: Final[Sequence[type[StrEnum]]] = (
    Dwelling,
    Heating,
    HotWater,
    AirConditioning,
)


@dataclass(frozen=True, slots=True)
class MeasuredHome:
    """A home of which all six questions are answered, and the use is known."""

    home: SurveyHome
    profile: HouseholdProfile
    climate: Climate
    ln_kwh: float

    @classmethod
    def of(cls, home: SurveyHome) -> Self | None:
        """Return it; None where something is not known."""
        profile = home.profile
        answers = (
            profile.dwelling,
            profile.floor_area_m2,
            profile.occupants,
            profile.heating,
            profile.hot_water,
            profile.air_conditioning,
            profile.electric_heaters,
        )
        if home.kwh is None or home.climate is None or None in answers:
            return None
        return cls(home, profile, home.climate, float(np.log(home.kwh)))

    @property
    def six(self) -> HouseholdProfile:
        """The six questions, and whether electric heaters stand beside the main heating."""
        return replace(self.profile, **dict.fromkeys(_MORE))


@dataclass(frozen=True, slots=True)
class Split:
    """Homes to learn from, and others to be asked for."""

    known: tuple[MeasuredHome, ...]
    strangers: tuple[MeasuredHome, ...]


def splits(homes: Sequence[MeasuredHome], count: int, seed: int) -> Iterator[Split]:
    """Divide at random, `count` times: a fifth are strangers."""
    random = np.random.default_rng(seed)
    for _ in range(count):
        order = random.permutation(len(homes)).tolist()
        held_out = round(_HELD_OUT * len(homes))
        yield Split(
            tuple(homes[number] for number in order[held_out:]),
            tuple(homes[number] for number in order[:held_out]),
        )


def ln_kwh(homes: Sequence[MeasuredHome]) -> Floats:
    """Return (homes,)."""
    return np.array([home.ln_kwh for home in homes])


def plain_numbers(homes: Sequence[MeasuredHome]) -> Floats:
    """Return the answers that are numbers, as logarithms, and the climate: (homes, 4)."""
    answers = [(home.profile.floor_area_m2, home.profile.occupants) for home in homes]
    degree_days = [
        (home.climate.heating_year, home.climate.cooling_year) for home in homes
    ]
    return np.column_stack([np.log(np.array(answers, dtype=np.float64)), degree_days])


def plain_choices(homes: Sequence[MeasuredHome]) -> Floats:
    """Return the answers that are choices, numbered: (homes, 5)."""
    numbers = [{choice: at for at, choice in enumerate(kind)} for kind in _CHOICES]
    rows = []
    for home in homes:
        six = home.profile
        chosen = (six.dwelling, six.heating, six.hot_water, six.air_conditioning)
        numbered = (of[one] for of, one in zip(numbers, chosen, strict=True) if one)
        rows.append((*numbered, int(bool(six.electric_heaters))))
    return np.array(rows, dtype=np.float64)


def one_hot(homes: Sequence[MeasuredHome]) -> Floats:
    """Return each choice as a column of its own, 1 or 0."""
    choices = plain_choices(homes)
    widths = (*map(len, _CHOICES), 2)
    columns = [
        choices[:, at] == kind
        for at, width in enumerate(widths)
        for kind in range(width)
    ]
    return np.column_stack(columns).astype(np.float64)
