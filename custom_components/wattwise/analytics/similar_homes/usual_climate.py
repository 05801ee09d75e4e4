"""The usual climate of any place, from a small table of the world's temperatures.

`usual_climate.json` says where it is from; docs/similar-homes.md, how far it is off.
"""

from array import array
from base64 import b64decode
from dataclasses import dataclass
from functools import lru_cache
import json
from math import cos, floor, hypot, pi, radians, sin
from pathlib import Path
import sys
from typing import Final
import zlib

from .climate import MONTHS, Climate, climate_of_months

FILE: Final = Path(__file__).with_name("usual_climate.json")
LAPSE_K_PER_M: Final = 0.0065
"""How much colder it is a metre higher: the standard atmosphere, ISO 2533."""
WAVES: Final = 5
"""A year of a place is kept as its mean, and as two waves of two parts each."""

type _Place = tuple[int, int]
"""A node of the grid: steps from the north pole, steps east of Greenwich."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the grid: the temperatures of where people live around it."""

    waves: tuple[float, ...]
    """Of the monthly means as if at sea level [°C]: `WAVES` numbers."""
    altitude_m: float


@dataclass(frozen=True, slots=True)
class ClimateTable:
    """Nodes of a grid over the world, and the climate of where people live."""

    step: float
    """Between two nodes [degrees]."""
    nodes: dict[_Place, Node]
    countries: dict[str, tuple[float, float]]
    """Heating and cooling degree days [K d a year] of the average townsman, by country."""


def climate_at(
    latitude: float, longitude: float, altitude_m: float | None = None
) -> Climate:
    """Return the usual climate of a place [degrees]; no altitude: where people live.

    Reads a file at the first call. Raises ValueError for what is no place.
    """
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 360):
        raise ValueError(f"Not on earth: {latitude}, {longitude}")
    table = climate_table()
    around = _around(table, latitude, longitude)
    total = sum(weight for weight, _ in around)
    altitude = (
        sum(weight * node.altitude_m for weight, node in around) / total
        if altitude_m is None
        else altitude_m
    )
    waves = [
        sum(weight * node.waves[index] for weight, node in around) / total
        for index in range(WAVES)
    ]
    return climate_of_months(
        [
            sum(
                part * wave for part, wave in zip(waves, year_waves(month), strict=True)
            )
            - LAPSE_K_PER_M * altitude
            for month in range(MONTHS)
        ]
    )


def degree_days_of_country(country: str) -> tuple[float, float] | None:
    """Return heating and cooling degree days where a country's people live [K d a]."""
    return climate_table().countries.get(country)


def year_waves(month: int) -> tuple[float, ...]:
    """Return what the `WAVES` of a year are multiplied by in a month, 0 is January."""
    turn = 2 * pi * (month + 0.5) / MONTHS
    return (1.0, cos(turn), sin(turn), cos(2 * turn), sin(2 * turn))


@lru_cache(maxsize=1)
def climate_table() -> ClimateTable:
    """Return the table; reads the file once."""
    kept = json.loads(FILE.read_text(encoding="utf-8"))
    rows = array("h", zlib.decompress(b64decode(kept["nodes"])))
    if sys.byteorder == "big":
        rows.byteswap()
    count = len(rows) // (WAVES + 3)
    columns = [
        _summed(rows[index * count : (index + 1) * count]) for index in range(WAVES + 3)
    ]
    nodes = {
        (south, east): Node(
            tuple(wave * kept["kelvin"] for wave in waves), altitude * kept["metres"]
        )
        for south, east, altitude, *waves in zip(*columns, strict=True)
    }
    return ClimateTable(
        kept["step"],
        nodes,
        {
            country: (heating, cooling)
            for country, (heating, cooling) in kept["countries"].items()
        },
    )


def _summed(differences: array[int]) -> list[int]:
    """Return values of which each is kept as the difference to the one before."""
    values, value = [], 0
    for difference in differences:
        value += difference
        values.append(value)
    return values


def _around(
    table: ClimateTable, latitude: float, longitude: float
) -> list[tuple[float, Node]]:
    """Return the nodes around a place with their weights; far from all, the nearest."""
    around_the_world = round(360 / table.step)
    south, east = (90 - latitude) / table.step, longitude % 360 / table.step
    found = []
    for row in (floor(south), floor(south) + 1):
        for column in (floor(east), floor(east) + 1):
            node = table.nodes.get((row, column % around_the_world))
            weight = max(1 - abs(south - row), 0) * max(1 - abs(east - column), 0)
            if node and weight:
                found.append((weight, node))
    if found:
        return found
    nearest = min(
        table.nodes,
        key=lambda place: _distance(
            latitude, longitude, 90 - place[0] * table.step, place[1] * table.step
        ),
    )
    return [(1.0, table.nodes[nearest])]


def _distance(*degrees: float) -> float:
    """Return how far apart two places are, in no particular unit."""
    one, around, other, round_there = map(radians, degrees)
    return hypot(
        cos(one) * cos(around) - cos(other) * cos(round_there),
        cos(one) * sin(around) - cos(other) * sin(round_there),
        sin(one) - sin(other),
    )
