"""Homes of several households in groups of alike load shapes, and how they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from .load_shape import ShapeKind
from .shape_space import Point, ShapeSpace, point


@dataclass(frozen=True, slots=True)
class ShapeGroup:
    """Homes with alike load shapes."""

    number: int
    """Its identity: kept from night to night, never given to another group."""
    kind: ShapeKind
    """What it is called; two groups may be of one kind."""
    centre: Point
    """Its mean shape, in the space of the groups."""
    homes: tuple[str, ...]
    """Its homes, sorted; none where nobody is like it for the moment."""


@dataclass(frozen=True, slots=True)
class ShapeGroups:
    """The groups of some homes."""

    space: ShapeSpace
    groups: tuple[ShapeGroup, ...]
    own: bool
    """Whether these homes made the groups; else they are the kinds that are shipped."""
    apart: float
    """How far homes were from their groups when these were made: the mean square."""
    next_number: int

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """Read what `as_dict` gave; KeyError, TypeError or ValueError for anything else."""
        groups = tuple(
            ShapeGroup(
                int(group["number"]),
                ShapeKind(group["kind"]),
                point(group["centre"]),
                tuple(sorted(map(str, group["homes"]))),
            )
            for group in kept["groups"]
        )
        if not groups:
            raise ValueError("there is no group")
        return cls(
            ShapeSpace.from_dict(kept["space"]),
            groups,
            bool(kept["own"]),
            float(kept["apart"]),
            max(int(kept["next_number"]), *(group.number + 1 for group in groups)),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return them as JSON knows them."""
        return {
            "space": self.space.as_dict(),
            "groups": [
                {
                    "number": group.number,
                    "kind": group.kind.value,
                    "centre": list(group.centre),
                    "homes": list(group.homes),
                }
                for group in self.groups
            ],
            "own": self.own,
            "apart": self.apart,
            "next_number": self.next_number,
        }

    def group_of(self, home: str) -> ShapeGroup | None:
        """Return the group of a home; None for one that was not known well enough."""
        return next((group for group in self.groups if home in group.homes), None)
