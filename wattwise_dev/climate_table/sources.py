"""Reads what the climate table is made of."""

import csv
from dataclasses import dataclass
import json
from pathlib import Path
from typing import Final, Self

import h5py  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

from custom_components.wattwise.analytics.similar_homes.climate import MONTHS

type Numbers = NDArray[np.float64]

_KELVIN_AT_0_C: Final = 273.15
_METRES_PER_FOOT: Final = 0.3048
# Of airports: others are mistyped.
_LOWEST_M: Final = -400
_HIGHEST_M: Final = 5_000


class SourceError(Exception):
    """A file that is not what it should be."""


@dataclass(frozen=True, slots=True)
class Airports:
    """Where airports and airstrips are: the same number of each."""

    latitude: Numbers
    longitude: Numbers
    altitude_m: Numbers


@dataclass(frozen=True, slots=True)
class Towns:
    """Where people live: the same number of each."""

    latitude: Numbers
    longitude: Numbers
    people: Numbers
    country: tuple[str, ...]
    """ISO 3166 codes."""


@dataclass(frozen=True, slots=True)
class Temperatures:
    """Monthly mean temperatures over the world."""

    celsius: Numbers
    """By month, by latitude from 90 down to -90, by longitude from 0 east."""

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read them; raises SourceError and OSError."""
        with h5py.File(file) as data:
            try:
                values = np.asarray(data["t2m"], dtype=np.float64)
                latitude = np.asarray(data["latitude"])
                longitude = np.asarray(data["longitude"])
            except KeyError as err:
                raise SourceError(f"{file} has no {err}") from err
        if (
            values.shape != (MONTHS, len(latitude), len(longitude))
            or (latitude[0], latitude[-1]) != (90, -90)
            or longitude[0] != 0
        ):
            raise SourceError(f"{file} is no grid from 90 to -90 and from 0 east")
        if values.max() > _KELVIN_AT_0_C / 2:
            values = values - _KELVIN_AT_0_C
        return cls(values)

    def at(self, latitude: Numbers, longitude: Numbers) -> Numbers:
        """Return the temperatures of places: by month, by place; bilinear."""
        rows, columns = self.celsius.shape[1:]
        y = (90 - latitude) * (rows - 1) / 180
        x = longitude % 360 * columns / 360
        top = np.minimum(y.astype(int), rows - 2)
        left = x.astype(int) % columns
        right = (left + 1) % columns
        down, along = y - top, x - np.floor(x)
        upper = self.celsius[:, top, left] * (1 - along) + (
            self.celsius[:, top, right] * along
        )
        lower = self.celsius[:, top + 1, left] * (1 - along) + (
            self.celsius[:, top + 1, right] * along
        )
        mixed: Numbers = upper * (1 - down) + lower * down
        return mixed


def airports(file: Path) -> Airports:
    """Read where airports are, and how high; raises OSError and SourceError."""
    rows = []
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            try:
                at = (float(row["lat"]), float(row["lon"]))
                altitude = float(row["elevation"]) * _METRES_PER_FOOT
            except (KeyError, ValueError) as err:
                raise SourceError(
                    f"{file} has a row that cannot be read: {err}"
                ) from err
            if any(at) and _LOWEST_M < altitude < _HIGHEST_M:
                rows.append((*at, altitude))
    latitude, longitude, altitudes = np.array(rows, dtype=np.float64).T
    return Airports(latitude, longitude, altitudes)


def towns(file: Path) -> Towns:
    """Read where towns are, and how many live there; raises OSError, SourceError."""
    try:
        kept = [
            (
                float(town["latitude"]),
                float(town["longitude"]),
                float(town["population"]),
                str(town["countrycode"]),
            )
            for town in json.loads(file.read_text(encoding="utf-8")).values()
        ]
    except (AttributeError, KeyError, TypeError, ValueError) as err:
        raise SourceError(f"{file} has a town that cannot be read: {err}") from err
    latitude, longitude, people = np.array(
        [town[:3] for town in kept], dtype=np.float64
    ).T
    return Towns(latitude, longitude, people, tuple(town[3] for town in kept))
