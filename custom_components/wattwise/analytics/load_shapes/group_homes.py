"""Groups homes by their load shapes, each night much as the night before."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
import math
from statistics import fmean
from typing import Final

import numpy as np

from .archetypes import shipped_archetypes
from .load_shape import LoadShape, ShapeKind
from .number_of_groups import LEAST_SHARE, best_groups
from .robust_space import as_point, robust_space
from .shape_groups import ShapeGroup, ShapeGroups
from .shape_space import Point, nearest_of

LEAST_HOMES: Final = 12
"""Fewer homes make no groups of their own, but fall into the kinds that are shipped."""
LEAST_TO_STAY: Final = 9
"""Homes that have groups of their own keep them until they are fewer than that."""
# Homes that lie so much farther from their groups than they did are grouped anew.
_WORN_OUT: Final = 1.5
# A new group is an earlier one if it has so much of the homes that either of them has.
_THE_SAME: Final = 0.5


def group_homes(
    shapes: Mapping[str, LoadShape], before: ShapeGroups | None
) -> ShapeGroups:
    """Return the groups of homes; `before` are those of the night before.

    ValueError without any home.
    """
    if not shapes:
        raise ValueError("without homes there are no groups")
    names = sorted(shapes)
    own = before if before and before.own and len(names) >= LEAST_TO_STAY else None
    kept = _assigned(names, shapes, own) if own else None
    if kept and not _is_worn_out(shapes, kept):
        return kept
    if len(names) < LEAST_HOMES:
        return _in_kinds(names, shapes, before)
    space = robust_space(shapes.values(), shipped_archetypes().space)
    places = [space.point_of(shapes[name]) for name in names]
    found = best_groups(np.array(places))
    if found is None:
        return kept or _in_kinds(names, shapes, before)
    members = defaultdict[int, list[str]](list)
    for name, label in zip(names, found.labels.tolist(), strict=True):
        members[label].append(name)
    groups = _numbered(
        shapes,
        [(as_point(found.centers[label]), tuple(members[label])) for label in members],
        before,
    )
    next_number = max(group.number for group in groups) + 1
    return ShapeGroups(
        space,
        groups,
        own=True,
        apart=found.inertia / len(names),
        next_number=max(next_number, _next(before)),
    )


def _in_kinds(
    names: Sequence[str], shapes: Mapping[str, LoadShape], before: ShapeGroups | None
) -> ShapeGroups:
    """Return homes in the kinds that are shipped, whose numbers are always the same."""
    archetypes = shipped_archetypes()
    # Another version may have shipped other centres; who was where still counts.
    earlier = before.groups if before and not before.own else ()
    homes = {group.kind: group.homes for group in earlier}
    groups = tuple(
        ShapeGroup(number, kind, centre, homes.get(kind, ()))
        for number, (kind, centre) in enumerate(archetypes.centres.items(), start=1)
    )
    return _assigned(
        names,
        shapes,
        ShapeGroups(
            archetypes.space, groups, own=False, apart=0.0, next_number=_next(before)
        ),
    )


def _next(before: ShapeGroups | None) -> int:
    """Return the first number that no group had; the first ones are those of the kinds."""
    return max(before.next_number if before else 0, len(ShapeKind) + 1)


def _assigned(
    names: Sequence[str], shapes: Mapping[str, LoadShape], before: ShapeGroups
) -> ShapeGroups:
    """Return the same groups with the homes as they are now."""
    centres = [group.centre for group in before.groups]
    own = {home: at for at, group in enumerate(before.groups) for home in group.homes}
    members: list[list[str]] = [[] for _ in centres]
    for name in names:
        place = before.space.point_of(shapes[name])
        members[nearest_of(place, centres, own.get(name))[0]].append(name)
    groups = tuple(
        ShapeGroup(group.number, group.kind, group.centre, tuple(homes))
        for group, homes in zip(before.groups, members, strict=True)
    )
    return replace(before, groups=groups)


def _is_worn_out(shapes: Mapping[str, LoadShape], kept: ShapeGroups) -> bool:
    """Whether homes are so much farther from their groups that these are of the past."""
    if any(len(one.homes) < LEAST_SHARE * len(shapes) for one in kept.groups):
        return True
    apart = fmean(
        math.dist(kept.space.point_of(shapes[home]), group.centre) ** 2
        for group in kept.groups
        for home in group.homes
    )
    return apart > _WORN_OUT * kept.apart


def _numbered(
    shapes: Mapping[str, LoadShape],
    groups: Sequence[tuple[Point, tuple[str, ...]]],
    before: ShapeGroups | None,
) -> tuple[ShapeGroup, ...]:
    """Return new groups under the numbers of those they go on from, or new ones."""
    number = _next(before)
    taken = dict[int, int]()
    earlier = before.groups if before and before.own else ()
    common = sorted(
        (
            (_common(homes, group.homes), at, group.number)
            for at, (_, homes) in enumerate(groups)
            for group in earlier
        ),
        reverse=True,
    )
    for share, at, old in common:
        if share >= _THE_SAME and at not in taken and old not in taken.values():
            taken[at] = old
    numbered = []
    for at, (centre, homes) in enumerate(groups):
        if at not in taken:
            taken[at], number = number, number + 1
        numbered.append(ShapeGroup(taken[at], _kind_of(homes, shapes), centre, homes))
    return tuple(sorted(numbered, key=lambda group: group.number))


def _kind_of(homes: Sequence[str], shapes: Mapping[str, LoadShape]) -> ShapeKind:
    """Return what most homes of a group are like."""
    archetypes = shipped_archetypes()
    kinds = Counter(archetypes.kind_of(shapes[home]).kind for home in homes)
    return kinds.most_common(1)[0][0]


def _common(one: Sequence[str], other: Sequence[str]) -> float:
    """Return the share of what two groups have that both of them have."""
    either = set(one) | set(other)
    return len(set(one) & set(other)) / len(either) if either else 0.0
