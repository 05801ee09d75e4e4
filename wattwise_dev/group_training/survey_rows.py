"""The homes of a survey as arrays that are learned from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from custom_components.wattwise.analytics.clustering.k_means import (
    Floats,
    Integers,
    k_means,
)
from custom_components.wattwise.analytics.similar_homes.home_features import (
    Place,
    components,
    feature_values,
    places_apart,
)

from .survey_file import SurveyHome

_PLACES: Final = 16

# Each with its penalty: what several questions do together has to prove itself.
_SURE: Final = 20.0
_JOINT: Final = 100.0
FEATURES: Final = {
    **dict.fromkeys(
        (
            "area",
            "people",
            "cold",
            "warm",
            "electric_heat",
            "heaters",
            "electric_water",
            "central_cooling",
            "room_cooling",
            "attached",
            "small_building",
            "large_building",
            "mobile_home",
            "propane",
            "oil",
            "wood",
            "unheated",
            "rooms",
            "televisions",
            *(f"place_{number}" for number in range(_PLACES)),
        ),
        _SURE,
    ),
    **dict.fromkeys(
        (
            "area*area",
            "electric_heat*cold",
            "electric_heat*very_cold",
            "electric_heat*area",
            "electric_heat*apartment",
            "electric_heat*cold*area",
            "electric_heat*cold*apartment",
            "heaters*cold",
            "central_cooling*not_cool",
            "central_cooling*warm*area",
            "central_cooling*warm*apartment",
            "room_cooling*not_cool",
            "room_cooling*apartment",
            "electric_water*people",
            "electric_water*area",
            "electric_water*cold",
            "electric_water*electric_heat",
        ),
        _JOINT,
    ),
}


@dataclass(frozen=True, slots=True)
class SurveyRows:
    """Homes of which everything is known: `features` (homes, features), the rest (homes,).

    `heating` and `cooling` are shares of the use, NaN where the survey does not tell.
    """

    places: tuple[Place, ...]
    features: Floats
    ln_kwh: Floats
    heating: Floats
    cooling: Floats

    @classmethod
    def of(cls, homes: Sequence[SurveyHome], seed: int) -> Self:
        """Return the homes that can be learned from."""
        places = _places(homes, seed)
        rows: list[list[float]] = []
        kept: list[SurveyHome] = []
        names = tuple(FEATURES)
        for home in homes:
            known = components(home.profile, home.climate, places)
            row = [value for value in feature_values(names, known) if value is not None]
            if len(row) == len(names) and home.kwh is not None:
                rows.append(row)
                kept.append(home)
        kwh = np.array([home.kwh for home in kept], dtype=np.float64)
        return cls(
            places,
            np.array(rows, dtype=np.float64).reshape(len(kept), len(names)),
            np.log(kwh),
            _known([home.heating_kwh for home in kept]) / kwh,
            _known([home.cooling_kwh for home in kept]) / kwh,
        )

    @property
    def is_apartment(self) -> Integers:
        """(homes,): 1 or 0."""
        names = tuple(FEATURES)
        kinds = ("small_building", "large_building")
        found: Integers = (
            self.features[:, [names.index(kind) for kind in kinds]].sum(axis=1) > 0.5
        ).astype(np.int64)
        return found

    def __len__(self) -> int:
        """Return how many homes there are."""
        return len(self.ln_kwh)


def _places(homes: Sequence[SurveyHome], seed: int) -> tuple[Place, ...]:
    """Return places that all others are near to."""
    apart = np.array(
        [
            places_apart((home.climate.heating_year, home.climate.cooling_year))
            for home in homes
            if home.climate is not None
        ]
    )
    found = k_means(apart, _PLACES, seed=seed).centers
    # Back to degree days.
    scale = np.array(places_apart((1.0, 1.0)))
    return tuple((float(row[0]), float(row[1])) for row in found / scale)


def _known(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
