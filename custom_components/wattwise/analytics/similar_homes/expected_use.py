"""What homes with the same answers use in a year."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import exp, log


class HouseholdGroup(StrEnum):
    """Groups of homes that are alike, by what decides about their electricity."""

    SMALL_APARTMENT = "small_apartment"
    """Without electric heating, as all that does not say so."""
    ELECTRIC_APARTMENT = "electric_apartment"
    SMALL_HOUSE = "small_house"
    HOUSE = "house"
    LARGE_HOUSE = "large_house"
    SMALL_ELECTRIC_HOUSE = "small_electric_house"
    LARGE_ELECTRIC_HOUSE = "large_electric_house"


@dataclass(frozen=True, slots=True)
class Effect:
    """How much one answer moves the expectation."""

    question: str
    """The field of `HouseholdProfile`, or `climate`."""
    factor: float
    """1.2 means a fifth more than with what is usual in the country."""


@dataclass(frozen=True, slots=True)
class ExpectedUse:
    """The use of similar homes in a year [kWh]: never one number only."""

    group: HouseholdGroup
    median_kwh: float
    quantiles_kwh: tuple[tuple[float, float], ...]
    """(level, kWh), levels rising, at least 0.05, 0.1, 0.2, ... 0.9, 0.95."""
    heating_kwh: float
    """The part of `median_kwh` that follows heating degree days."""
    cooling_kwh: float
    """The part of `median_kwh` that follows cooling degree days."""
    off: float = 0.0
    """How far all of this may be off, as a standard deviation of the logarithm."""


def percentile(expected: ExpectedUse, kwh: float) -> float:
    """Return the share of similar homes that use less than `kwh` a year [0..1].

    Between the quantiles it is interpolated on the logarithm of the use; beyond the
    outermost it tends towards 0 and 1, as exponential tails do.
    """
    if kwh <= 0:
        return 0.0
    value = log(kwh)
    points = [(level, log(quantile)) for level, quantile in expected.quantiles_kwh]
    (lowest, first), (low, second) = points[:2]
    if value <= first:
        rate = log(low / lowest) / (second - first)
        return lowest * exp((value - first) * rate)
    for (below, start), (above, end) in pairwise(points):
        if value <= end:
            return below + (above - below) * (value - start) / (end - start)
    (high, second), (highest, last) = points[-2:]
    rate = log((1 - high) / (1 - highest)) / (last - second)
    return 1 - (1 - highest) * exp((last - value) * rate)
