"""Makes archetypes of the load shapes of homes: K-means, and names for what it finds."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.clustering.k_means import k_means
from custom_components.wattwise.analytics.load_shapes.archetypes import Archetypes
from custom_components.wattwise.analytics.load_shapes.load_shape import (
    LoadShape,
    ShapeKind,
)
from custom_components.wattwise.analytics.load_shapes.robust_space import (
    as_point,
    robust_space,
)
from custom_components.wattwise.analytics.load_shapes.shape_space import FEATURES, Point

SEED: Final = 7
_STARTS: Final = 50

# The group that has most of it is of the kind; of the others the next one.
_NAMED_BY: Final[Mapping[ShapeKind, Callable[[Point], float]]] = {
    ShapeKind.NIGHT: lambda centre: centre[FEATURES.index("night_share")],
    ShapeKind.STEADY: lambda centre: centre[FEATURES.index("base_share")],
    ShapeKind.EVENING: lambda centre: centre[FEATURES.index("evening_share")],
    ShapeKind.DAYTIME: lambda centre: centre[FEATURES.index("morning_share")],
}


def train(shapes: Mapping[str, LoadShape], seed: int = SEED) -> Archetypes:
    """Return a centre for each kind; ValueError with fewer homes than kinds."""
    space = robust_space(shapes.values())
    places = np.array([space.point_of(shape) for shape in shapes.values()])
    found = k_means(places, len(ShapeKind), seed=seed, starts=_STARTS)
    left = [as_point(centre) for centre in found.centers]
    named: dict[ShapeKind, Point] = {}
    for kind, most in _NAMED_BY.items():
        named[kind] = max(left, key=most)
        left.remove(named[kind])
    return Archetypes(space, {kind: named[kind] for kind in ShapeKind})
