"""What kind of load shape one home has."""

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
import json

import numpy as np
import pytest

from custom_components.wattwise.analytics.load_shapes.archetypes import (
    FILE,
    Archetypes,
    shipped_archetypes,
)
from custom_components.wattwise.analytics.load_shapes.load_shape import ShapeKind
from custom_components.wattwise.analytics.load_shapes.shape_features import shape_of
from custom_components.wattwise.analytics.load_shapes.shape_space import nearest_of

from .made_shapes import BERLIN, Use, hours_of, shape_like


def storage_heaters(moment: datetime) -> float:
    """Heat from one to six o'clock."""
    return 3.0 if 1 <= moment.hour < 6 else 0.3


def cooks_at_night(moment: datetime) -> float:
    """Use most from 19 to 23 o'clock."""
    return 1.0 if 19 <= moment.hour < 23 else 0.15


def works_at_home(moment: datetime) -> float:
    """Use most in the morning and at noon."""
    return 1.2 if moment.hour in {7, 8, 12, 13} else 0.1


def server_room(moment: datetime) -> float:
    """Use nearly the same at all times."""
    return 0.6 if 8 <= moment.hour < 22 else 0.45


@pytest.mark.parametrize(
    ("use", "kind"),
    [
        (storage_heaters, ShapeKind.NIGHT),
        (cooks_at_night, ShapeKind.EVENING),
        (works_at_home, ShapeKind.DAYTIME),
        (server_room, ShapeKind.STEADY),
    ],
)
def test_homes_are_called_what_people_would_call_them(
    use: Use, kind: ShapeKind
) -> None:
    """The words are those of the features that stand out."""
    shape = shape_of(hours_of(use), BERLIN)
    assert shape is not None
    found = shipped_archetypes().kind_of(shape)
    assert (found.kind, found.also) == (kind, None)


@pytest.mark.parametrize("kind", ShapeKind)
def test_a_usual_home_of_a_kind_is_of_it(kind: ShapeKind) -> None:
    """Also when its figures are off by some percent."""
    random = np.random.default_rng(1)
    for _ in range(20):
        found = shipped_archetypes().kind_of(shape_like(kind, random))
        assert found.kind is kind


def test_between_two_kinds_a_home_stays_what_it_was() -> None:
    """What is shown does not go to and fro, and says what else it could be."""
    steady, evening = (
        shape_like(kind) for kind in (ShapeKind.STEADY, ShapeKind.EVENING)
    )
    archetypes = shipped_archetypes()
    seen = []
    kind = None
    for step in (0.0, 0.4, 0.5, 0.6, 0.5, 0.4, 0.5, 1.0, 0.5):
        between = replace(
            steady,
            **{
                name: (1 - step) * getattr(steady, name) + step * getattr(evening, name)
                for name in (
                    "base_share",
                    "peak_to_mean",
                    "night_share",
                    "morning_share",
                    "evening_share",
                )
            },
        )
        found = archetypes.kind_of(between, kind)
        kind = found.kind
        seen.append(found)
    kinds = [found.kind for found in seen]
    assert kinds[:2] == [ShapeKind.STEADY] * 2
    # It changed once on the way there, and the way back was not far enough.
    assert kinds[-2:] == [ShapeKind.EVENING] * 2
    assert sum(one is not other for one, other in pairwise(kinds)) == 1
    assert seen[0].also is None
    assert seen[-2].also is None
    between = [found for found in seen if found.also]
    assert between
    for found in between:
        assert {found.kind, found.also} == {ShapeKind.STEADY, ShapeKind.EVENING}


def test_staying_has_an_end() -> None:
    """By a fifth another centre has to be nearer."""
    centres = [(0.0,), (10.0,)]
    assert nearest_of((5.2,), centres) == (1, 0)
    assert nearest_of((5.2,), centres, 0) == (0, 1)
    assert nearest_of((5.6,), centres, 0) == (1, None)
    assert nearest_of((1.0,), centres, 0) == (0, None)
    assert nearest_of((1.0,), [(0.0,)]) == (0, None)


def test_the_file_tells_what_it_was_learned_from() -> None:
    """A number of homes, each kind with a twentieth of them at least."""
    kept = json.loads(FILE.read_text())
    learned = kept["learned_from"]
    assert sum(learned["of_a_kind"].values()) == learned["homes"]
    assert min(learned["of_a_kind"].values()) >= 0.05 * learned["homes"]
    assert set(learned["of_a_kind"]) == {kind.value for kind in ShapeKind}
    assert "CC BY 4.0" in FILE.with_name("NOTICE").read_text()


def test_what_is_kept_is_read_again_and_nothing_else() -> None:
    """A file that lacks a kind or holds what is no number is refused."""
    archetypes = shipped_archetypes()
    kept = json.loads(json.dumps(archetypes.as_dict()))
    assert Archetypes.from_dict(kept) == archetypes
    for damage in (
        {"space": {"middle": [0.0] * 5, "spread": [0.0] * 5}},
        {"space": {"middle": [0.0] * 5, "spread": [1.0] * 4}},
        {"centres": {"steady": [0.0] * 5}},
        {"centres": {kind.value: ["x"] * 5 for kind in ShapeKind}},
        {"centres": {kind.value: [float("nan")] * 5 for kind in ShapeKind}},
    ):
        with pytest.raises((KeyError, ValueError)):
            Archetypes.from_dict({**kept, **damage})
