"""Icons are given where Home Assistant looks for them, and exist."""

from collections.abc import Iterator
from functools import cache
import json
from pathlib import Path
import re
from typing import Any, Final

import hass_frontend
import pytest

from .tree import INTEGRATION, load_json

ICONS: Final[dict[str, Any]] = load_json(INTEGRATION / "icons.json")
ENTITY_KEYS: Final = {"default", "range", "state", "state_attributes"}
ACTION_KEYS: Final = {"service", "sections"}


def icons_of(tree: Any) -> Iterator[str]:
    """Yield all icons."""
    if isinstance(tree, str):
        yield tree
        return
    for value in tree.values():
        yield from icons_of(value)


@cache
def material_design_icons() -> frozenset[str]:
    """Return the names of the icons that Home Assistant's frontend has."""
    folder = Path(hass_frontend.where()) / "static" / "mdi"
    parts = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in folder.glob("*.json")
        if re.fullmatch(r"[0-9a-f]{40}", path.stem)
    ]
    return frozenset(name for part in parts for name in part)


def test_shape() -> None:
    """Only keys that Home Assistant reads."""
    assert ICONS.keys() <= {"entity", "services", "triggers", "conditions"}
    for platform, entities in ICONS["entity"].items():
        assert (INTEGRATION / f"{platform}.py").is_file()
        for key, icon in entities.items():
            assert icon.keys() <= ENTITY_KEYS, key
            assert "default" in icon, key
    for action, icon in ICONS["services"].items():
        assert icon.keys() <= ACTION_KEYS, action


@pytest.mark.parametrize("icon", sorted(set(icons_of(ICONS))))
def test_icon_exists(icon: str) -> None:
    """A misspelt icon would simply not be shown."""
    assert icon.removeprefix("mdi:") in material_design_icons()


def test_keys_are_in_order() -> None:
    """Keys are sorted, as Home Assistant's own files are."""
    for entities in (ICONS, *ICONS["entity"].values(), ICONS["services"]):
        assert list(entities) == sorted(entities)
