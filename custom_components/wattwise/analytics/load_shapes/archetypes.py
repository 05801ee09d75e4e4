"""The kinds of load shapes that WattWise ships: fixed, so that one home has a group.

`scripts/evaluate load-shapes --archetypes` makes archetypes.json, which NOTICE is about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
import json
from pathlib import Path
from typing import Any, Final, Self

from .load_shape import LoadShape, ShapeKind
from .shape_space import Point, ShapeSpace, nearest_of, point

FILE: Final = Path(__file__).with_name("archetypes.json")


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a home is like."""

    kind: ShapeKind
    also: ShapeKind | None
    """Another kind it is hardly less like: homes differ gradually."""


@dataclass(frozen=True, slots=True)
class Archetypes:
    """A centre for each kind, in a space of shapes."""

    space: ShapeSpace
    centres: Mapping[ShapeKind, Point]

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """Read what `as_dict` gave; KeyError, TypeError or ValueError for anything else."""
        return cls(
            ShapeSpace.from_dict(kept["space"]),
            {kind: point(kept["centres"][kind.value]) for kind in ShapeKind},
        )

    def as_dict(self) -> dict[str, Any]:
        """Return them as JSON knows them."""
        return {
            "space": self.space.as_dict(),
            "centres": {
                kind.value: list(centre) for kind, centre in self.centres.items()
            },
        }

    def kind_of(self, shape: LoadShape, before: ShapeKind | None = None) -> Likeness:
        """Return what a home is like; `before` is what it was like so far."""
        kinds = list(self.centres)
        at, also = nearest_of(
            self.space.point_of(shape),
            list(self.centres.values()),
            None if before is None else kinds.index(before),
        )
        return Likeness(kinds[at], None if also is None else kinds[also])


@cache
def shipped_archetypes() -> Archetypes:
    """Return those of the file; reads it once, so not in the event loop."""
    return Archetypes.from_dict(json.loads(FILE.read_text(encoding="utf-8")))
