"""Where load shapes are compared: features in units of how much homes differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import math
from typing import Any, Final, Self

from .load_shape import LoadShape

type Point = tuple[float, ...]

FEATURES: Final = (
    "base_share",
    "log_peak_to_mean",
    "night_share",
    "morning_share",
    "evening_share",
)
"""What homes are told apart by.

The rest of the day follows from the shares. The ratio of weekends, the hour of the peak
and the slope of temperature are told but not compared by: docs/accuracy.md says why.
"""
# A home that differs from the middle by far more than others do is just far.
_FAR: Final = 2.5
# Flat lines have no peak, but a mean.
_LEAST_PEAK: Final = 1.0


@dataclass(frozen=True, slots=True)
class ShapeSpace:
    """The middle of homes, and how far half of them spread, by feature."""

    middle: Point
    spread: Point

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """Read what `as_dict` gave; KeyError, TypeError or ValueError for anything else."""
        return cls(point(kept["middle"]), positive(point(kept["spread"])))

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return {"middle": list(self.middle), "spread": list(self.spread)}

    def point_of(self, shape: LoadShape) -> Point:
        """Return where a shape is."""
        return tuple(
            _FAR * math.tanh((value - middle) / spread / _FAR)
            for value, middle, spread in zip(
                features_of(shape), self.middle, self.spread, strict=True
            )
        )


def features_of(shape: LoadShape) -> Point:
    """Return the features of a shape, in their order, each in its own unit."""
    return (
        shape.base_share,
        math.log(max(shape.peak_to_mean, _LEAST_PEAK)),
        shape.night_share,
        shape.morning_share,
        shape.evening_share,
    )


def point(values: Sequence[Any]) -> Point:
    """Read a point; TypeError or ValueError where it is none."""
    found = tuple(float(value) for value in values)
    if len(found) != len(FEATURES) or not all(map(math.isfinite, found)):
        raise ValueError(f"{values} are not {len(FEATURES)} numbers")
    return found


def positive(values: Point) -> Point:
    """Return what can be divided by; ValueError for anything else."""
    if min(values) <= 0:
        raise ValueError(f"{values} are not all positive")
    return values


def nearest_of(
    place: Point, centres: Sequence[Point], own: int | None = None
) -> tuple[int, int | None]:
    """Return which of the centres is nearest, and another that is hardly farther.

    A home that belonged to the centre `own` stays there unless another one is nearer by
    more than a fifth: what is shown shall not go to and fro.
    """
    distances = [math.dist(place, centre) for centre in centres]
    order = sorted(range(len(centres)), key=distances.__getitem__)
    at = order[0]
    if own is not None and distances[at] >= (1 - HARDLY) * distances[own]:
        at = own
    others = [one for one in order if one != at]
    close = bool(others) and distances[others[0]] <= distances[at] / (1 - HARDLY)
    return at, others[0] if close else None


HARDLY: Final = 0.2
"""Distances that differ by less than this share are hardly different."""
