"""Nodes over the world: the temperatures of places around each, and how high they are.

Only places where people are count. A mean over all land around would be that of the
mountains, of the sea, and of valleys nobody lives in.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from custom_components.wattwise.analytics.similar_homes.climate import MONTHS
from custom_components.wattwise.analytics.similar_homes.usual_climate import (
    LAPSE_K_PER_M,
    year_waves,
)

from .sources import Airports, Numbers, Temperatures

STEP_DEGREES: Final = 2
_LEAST_WEIGHT: Final = 0.001


@dataclass(frozen=True, slots=True)
class Nodes:
    """Nodes that have places around them."""

    south: NDArray[np.int64]
    """Steps from the north pole."""
    east: NDArray[np.int64]
    """Steps from Greenwich."""
    altitude_m: Numbers
    waves: Numbers
    """Of the year as if at sea level [°C]: by wave, by node."""


def nodes(temperatures: Temperatures, places: Airports) -> Nodes:
    """Return the nodes; a place counts by how near to the node it is."""
    rows, columns = 180 // STEP_DEGREES + 1, 360 // STEP_DEGREES
    altitude = places.altitude_m
    sea_level = temperatures.at(places.latitude, places.longitude) + (
        LAPSE_K_PER_M * altitude
    )
    sums = np.zeros((MONTHS + 2, rows, columns))
    y = (90 - places.latitude) / STEP_DEGREES
    x = places.longitude % 360 / STEP_DEGREES
    for below in (0, 1):
        for right in (0, 1):
            row, column = (
                np.floor(y).astype(int) + below,
                np.floor(x).astype(int) + right,
            )
            near = np.maximum((1 - abs(y - row)) * (1 - abs(x - column)), _LEAST_WEIGHT)
            at = (np.minimum(row, rows - 1), column % columns)
            for index, values in enumerate((*sea_level, altitude, np.ones_like(near))):
                np.add.at(sums[index], at, near * values)
    south, east = np.nonzero(sums[-1])
    means = sums[:-1, south, east] / sums[-1, south, east]
    basis = np.array([year_waves(month) for month in range(MONTHS)])
    waves = np.linalg.lstsq(basis, means[:MONTHS], rcond=None)[0]
    return Nodes(south, east, means[MONTHS], waves)


def differences(made: Nodes, kelvin: float, metres: float) -> NDArray[np.int16]:
    """Return the nodes as they are kept: each column as steps from node to node."""
    columns = np.stack(
        [
            made.south,
            made.east,
            np.round(made.altitude_m / metres),
            *np.round(made.waves / kelvin),
        ]
    ).astype("<i2")
    kept: NDArray[np.int16] = np.diff(columns, axis=1, prepend=0).astype("<i2")
    return kept
