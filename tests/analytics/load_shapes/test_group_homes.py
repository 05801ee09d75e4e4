"""Groups of homes stay the same groups from night to night."""

import json

import numpy as np
import pytest

from custom_components.wattwise.analytics.load_shapes.group_homes import (
    LEAST_HOMES,
    LEAST_TO_STAY,
    group_homes,
)
from custom_components.wattwise.analytics.load_shapes.load_shape import ShapeKind
from custom_components.wattwise.analytics.load_shapes.shape_groups import ShapeGroups

from .made_shapes import shape_like, shapes_like

STREET = {f"home {at:02}": ShapeKind.EVENING for at in range(10)} | {
    f"home {at:02}": ShapeKind.NIGHT for at in range(10, 16)
}
FEW = {
    "a": ShapeKind.STEADY,
    "b": ShapeKind.EVENING,
    "c": ShapeKind.EVENING,
    "d": ShapeKind.NIGHT,
}


@pytest.fixture(name="street", scope="module")
def street_fixture() -> ShapeGroups:
    """Return the groups of the street's homes."""
    return group_homes(shapes_like(STREET), None)


def members(groups: ShapeGroups) -> dict[int, set[str]]:
    """Return the homes of each group that has any."""
    return {group.number: set(group.homes) for group in groups.groups if group.homes}


def test_few_homes_fall_into_the_shipped_kinds() -> None:
    """What they are called has the same number in each installation."""
    groups = group_homes(shapes_like(FEW), None)
    assert not groups.own
    assert [group.kind for group in groups.groups] == list(ShapeKind)
    assert [group.number for group in groups.groups] == [1, 2, 3, 4]
    assert members(groups) == {1: {"a"}, 3: {"b", "c"}, 4: {"d"}}
    found = groups.group_of("c")
    assert found is not None
    assert found.kind is ShapeKind.EVENING
    assert groups.group_of("stranger") is None


def test_without_homes_there_are_no_groups() -> None:
    """Nothing is made of nothing."""
    with pytest.raises(ValueError, match="no groups"):
        group_homes({}, None)


def test_many_homes_make_their_own_groups(street: ShapeGroups) -> None:
    """As many as hold, each called what most of its homes are."""
    groups = street
    assert groups.own
    assert len(groups.groups) == 2
    assert {(group.kind, frozenset(group.homes)) for group in groups.groups} == {
        (kind, frozenset(home for home, of in STREET.items() if of is kind))
        for kind in (ShapeKind.EVENING, ShapeKind.NIGHT)
    }
    # Those of the shipped kinds are taken.
    assert min(group.number for group in groups.groups) > len(ShapeKind)


def test_the_next_nights_change_nothing(street: ShapeGroups) -> None:
    """Homes that use energy as ever are where they were, also after a restart."""
    groups = street
    first = members(groups)
    for night in range(2, 8):
        kept = ShapeGroups.from_dict(json.loads(json.dumps(groups.as_dict())))
        assert kept == groups
        groups = group_homes(shapes_like(STREET, seed=night), kept)
        assert members(groups) == first


def test_homes_come_and_go_and_change(street: ShapeGroups) -> None:
    """One that lives otherwise moves; the groups and all others stay."""
    groups = street
    numbers = {group.kind: group.number for group in groups.groups}
    evening, night = numbers[ShapeKind.EVENING], numbers[ShapeKind.NIGHT]
    later = {home: kind for home, kind in STREET.items() if home != "home 03"}
    later |= {"home 00": ShapeKind.NIGHT, "new": ShapeKind.EVENING}
    after = members(group_homes(shapes_like(later, seed=5), groups))
    assert set(after) == {evening, night}
    assert "home 00" in after[night]
    assert "new" in after[evening]
    assert not any("home 03" in homes for homes in after.values())


def test_a_group_that_goes_on_keeps_its_number(street: ShapeGroups) -> None:
    """Where many homes get another life, what is left of a group is still that group."""
    groups = street
    nights = {home for home, kind in STREET.items() if kind is ShapeKind.NIGHT}
    (night,) = (one.number for one in groups.groups if set(one.homes) == nights)
    later = STREET | {
        home: ShapeKind.STEADY
        for home, kind in STREET.items()
        if kind is ShapeKind.EVENING
    }
    later |= {f"more {at}": ShapeKind.EVENING for at in range(8)}
    after = group_homes(shapes_like(later, seed=3), groups)
    assert len(after.groups) == 3
    found = members(after)
    assert found[night] == nights
    # No number is ever given to another group.
    taken = {group.number for group in groups.groups}
    new = {number for number in found if number not in taken}
    assert all(number >= groups.next_number for number in new)
    assert after.next_number > max(found)


def test_homes_without_groups_get_none_of_their_own() -> None:
    """Homes that differ by chance only are told by the shipped kinds."""
    alike = dict.fromkeys((f"home {at}" for at in range(30)), ShapeKind.EVENING)
    groups = group_homes(shapes_like(alike, by=0.1), None)
    assert not groups.own
    assert all(1 <= number <= 4 for number in members(groups))


def test_a_home_that_is_short_of_days_costs_no_group(street: ShapeGroups) -> None:
    """Groups that were made of a dozen homes stay with some fewer, under their numbers."""
    for count in (LEAST_HOMES - 1, LEAST_TO_STAY):
        some = dict(list(STREET.items())[-count:])
        after = group_homes(shapes_like(some), street)
        assert after.own
        assert members(after) == {
            number: homes & set(some) for number, homes in members(street).items()
        }
        assert not group_homes(shapes_like(some), None).own


def test_too_few_are_left(street: ShapeGroups) -> None:
    """With too few the shipped kinds return, and own numbers are not given again."""
    groups = street
    some = dict(list(STREET.items())[-(LEAST_TO_STAY - 1) :])
    few = group_homes(shapes_like(some), groups)
    assert not few.own
    assert few.next_number == groups.next_number
    again = group_homes(shapes_like(STREET), few)
    assert again.own
    assert not set(members(again)) & set(members(groups))


def test_few_homes_stay_in_their_kind() -> None:
    """Also they do not go to and fro between two of them."""
    random = np.random.default_rng(3)
    steady = shape_like(ShapeKind.STEADY)
    evening = shape_like(ShapeKind.EVENING)
    groups = group_homes({"a": steady, "b": evening}, None)
    seen = set()
    for _ in range(30):
        between = shape_like(ShapeKind.EVENING, random)
        groups = group_homes({"a": steady, "b": between}, groups)
        found = groups.group_of("b")
        assert found is not None
        seen.add(found.number)
    assert seen == {3}


@pytest.mark.parametrize(
    "damage",
    [
        {"groups": []},
        {"groups": [{"number": 1, "kind": "odd", "centre": [0.0] * 5, "homes": []}]},
        {"groups": [{"number": 1, "kind": "steady", "centre": [0.0], "homes": []}]},
        {"next_number": None},
        {"space": {}},
    ],
)
def test_what_cannot_be_read_is_refused(damage: dict[str, object]) -> None:
    """Kept groups that were damaged raise what callers expect."""
    kept = group_homes(shapes_like(FEW), None).as_dict()
    with pytest.raises((KeyError, TypeError, ValueError)):
        ShapeGroups.from_dict({**kept, **damage})
