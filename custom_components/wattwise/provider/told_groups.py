"""Which homes are alike: by when they use energy, and by what they are."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from .home_view import HomeView
from .shape_keeper import ShapeKeeper


def told_groups(homes: Sequence[HomeView], keeper: ShapeKeeper) -> dict[str, Any]:
    """Return the groups of homes, and those that are not known well enough for one."""
    names = {home.entry.entry_id: home.entry.title for home in homes}
    groups = keeper.groups.groups if keeper.groups else ()
    grouped = {home for group in groups for home in group.homes}
    similar = {
        key: group
        for home in homes
        if (key := home.entry.entry_id) and (group := _similar_homes(home))
    }
    return {
        "load_shapes": [
            {
                "number": group.number,
                "kind": group.kind.value,
                "households": members,
            }
            for group in groups
            # A home may have been removed since.
            if (members := [names[key] for key in names if key in group.homes])
        ],
        "without_load_shape": _others(names, grouped),
        "similar_homes": [
            {
                "group": kind,
                "households": [names[key] for key in names if similar.get(key) == kind],
            }
            for kind in sorted(set(similar.values()))
        ],
        "without_similar_homes": _others(names, similar.keys()),
    }


def _others(names: Mapping[str, str], known: Collection[str]) -> list[str]:
    return [name for key, name in names.items() if key not in known]


def _similar_homes(home: HomeView) -> str | None:
    """Return which group of homes a home is in, by what was said of it."""
    household = home.household
    comparison = household.similar_homes if household else None
    found = comparison.data if comparison else None
    return found.group.value if found and found.group else None
