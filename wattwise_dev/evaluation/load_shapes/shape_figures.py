"""What groups of load shapes are worth: all figures of a set of homes."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any, Final

import numpy as np

from custom_components.wattwise.analytics.forecasting.local_days import Floats
from custom_components.wattwise.analytics.load_shapes.archetypes import Archetypes
from custom_components.wattwise.analytics.load_shapes.group_homes import (
    LEAST_HOMES,
    group_homes,
)
from custom_components.wattwise.analytics.load_shapes.load_shape import (
    LoadShape,
    ShapeKind,
)
from custom_components.wattwise.analytics.load_shapes.number_of_groups import (
    MOST_GROUPS,
    dealt_silhouettes,
    groups_of,
    silhouette,
    tried,
)

from .kept_groups import (
    Kept,
    kept_by_others,
    kept_kinds,
    kept_numbers,
    kept_of_number,
    kept_points,
)
from .shape_home import ShapeHome, wholes

WINDOWS: Final = (28, 56, 91, 182)
_DEALT_TIMES: Final = 100
_COMPARED: Final = (
    "base_share",
    "peak_to_mean",
    "night_share",
    "morning_share",
    "day_share",
    "evening_share",
    "peak_hour",
    "weekend_ratio",
)


@dataclass(frozen=True, slots=True)
class Number:
    """Homes divided anew into some number of groups."""

    groups: int
    smallest: float
    stability: float
    silhouette: float
    dealt: float
    kept: float


@dataclass(frozen=True, slots=True)
class OtherWay:
    """Another way to group by, as a baseline."""

    name: str
    kept: float
    smallest: float
    silhouette: float
    dealt: float


@dataclass(frozen=True, slots=True)
class ShapeFigures:
    """All figures; those of groups found anew are missing where homes are too few."""

    homes: int
    sizes: dict[str, int]
    between: float
    """Share of homes that are hardly less like another kind."""
    kept: Kept
    silhouette: float | None
    """Of the kinds that are shipped, where homes are of two of them at least."""
    same_as_whole: dict[int, float]
    """Share of stretches of so many days that are of the kind of all days."""
    features: dict[str, float]
    """Correlation of each feature between the halves of the days."""
    others: Kept | None
    dealt: float | None
    """The silhouette that 95 of 100 sets of homes with features dealt out stay below."""
    numbers: tuple[Number, ...]
    other_ways: tuple[OtherWay, ...]
    own_groups: int | None
    """Into how many groups several households like these would be divided."""
    kept_numbers: float | None

    def as_dict(self) -> dict[str, Any]:
        """Return all of it for a file."""
        return asdict(self)


def shape_figures(homes: Sequence[ShapeHome], archetypes: Archetypes) -> ShapeFigures:
    """Measure the kinds that are shipped, and groups that these homes would make."""
    found = [archetypes.kind_of(home.whole) for home in homes]
    kinds = list(ShapeKind)
    labels = np.array([kinds.index(one.kind) for one in found])
    points = np.array([archetypes.space.point_of(home.whole) for home in homes])
    many = len(homes) >= LEAST_HOMES
    own = group_homes(wholes(homes), None) if many else None
    return ShapeFigures(
        homes=len(homes),
        sizes={kind.value: sum(one.kind is kind for one in found) for kind in kinds},
        between=fmean(one.also is not None for one in found),
        kept=kept_kinds(homes, archetypes),
        silhouette=silhouette(points, labels)
        if len(set(labels.tolist())) > 1
        else None,
        same_as_whole=_same_as_whole(homes, archetypes),
        features=_features(homes) if many else {},
        others=kept_by_others(homes) if many else None,
        dealt=_dealt(points, len(kinds)) if many else None,
        numbers=_numbers(homes, points) if many else (),
        other_ways=_other_ways(homes, len(kinds)) if many else (),
        own_groups=len(own.groups) if own and own.own else None,
        kept_numbers=kept_numbers(homes) if many else None,
    )


def _same_as_whole(
    homes: Sequence[ShapeHome], archetypes: Archetypes
) -> dict[int, float]:
    shares = {}
    for days in WINDOWS:
        same = [
            archetypes.kind_of(part).kind is archetypes.kind_of(home.whole).kind
            for home in homes
            for part in home.parts(days)
        ]
        if same:
            shares[days] = fmean(same)
    return shares


def _features(homes: Sequence[ShapeHome]) -> dict[str, float]:
    return {
        name: float(
            np.corrcoef(
                [getattr(home.halves[0], name) for home in homes],
                [getattr(home.halves[1], name) for home in homes],
            )[0, 1]
        )
        for name in _COMPARED
    }


def _numbers(homes: Sequence[ShapeHome], points: Floats) -> tuple[Number, ...]:
    found = []
    for count in range(2, MOST_GROUPS + 1):
        one = tried(points, count)
        found.append(
            Number(
                count,
                one.smallest / len(homes),
                one.stability,
                one.silhouette,
                one.dealt,
                kept_of_number(homes, count),
            )
        )
    return tuple(found)


def _other_ways(homes: Sequence[ShapeHome], count: int) -> tuple[OtherWay, ...]:
    """Group by what others group by: whole curves, and standardised shares."""
    curves = [np.array([home.curve(half) for home in homes]) for half in (None, 0, 1)]
    shares = [
        np.array([_shares(shape) for shape in shapes])
        for shapes in (
            [home.whole for home in homes],
            [home.halves[0] for home in homes],
            [home.halves[1] for home in homes],
        )
    ]
    mean, deviation = shares[0].mean(axis=0), shares[0].std(axis=0)
    standard = [(values - mean) / deviation for values in shares]
    return tuple(
        OtherWay(
            name,
            *kept_points(points[0], points[1], points[2], count),
            silhouette(points[0], groups_of(points[0], count).labels),
            _dealt(points[0], count),
        )
        for name, points in (
            ("mean day, 24 shares", curves),
            ("six features, standardised", standard),
        )
    )


def _shares(shape: LoadShape) -> tuple[float, ...]:
    return (
        shape.base_share,
        shape.night_share,
        shape.morning_share,
        shape.day_share,
        shape.evening_share,
        shape.weekend_ratio,
    )


def _dealt(points: Floats, count: int) -> float:
    return float(np.quantile(dealt_silhouettes(points, count, _DEALT_TIMES), 0.95))
