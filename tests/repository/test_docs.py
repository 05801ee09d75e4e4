"""The documentation names everything there is, and its links lead somewhere."""

from pathlib import Path
import re
from typing import Any, Final

import pytest

from custom_components.wattwise.const import DOMAIN
from custom_components.wattwise.dialects.wattwise_fields import FIELDS
from custom_components.wattwise.metering.reading import Refusal
from homeassistant.core import HomeAssistant
from homeassistant.util.yaml import load_yaml_dict

from .markdown import anchors, cells, links, without_code
from .tree import DOCS, INTEGRATION, ROOT, load_json, modules, project_files

PAGES: Final = [path for path in project_files() if path.suffix == ".md"]
ENGLISH: Final[dict[str, Any]] = load_json(INTEGRATION / "translations" / "en.json")


@pytest.mark.parametrize(
    "page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix()
)
def test_links(page: Path) -> None:
    """Links within the repository lead to a file and a heading that exist."""
    for link in links(page):
        if re.match(r"[a-z]+:", link):
            assert link.startswith(("https://", "mailto:")), link
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_field_of_a_push_is_explained() -> None:
    """The page on sending names all fields, and none that does not exist."""
    assert set(FIELDS) <= cells(DOCS / "push-api.md")


def test_every_reason_is_explained() -> None:
    """The page on meters explains each reason for which a reading may be refused."""
    written = "\n".join(path.read_text() for path in modules(INTEGRATION))
    used = {reason.value for reason in Refusal if f"Refusal.{reason.name}" in written}
    documented = {
        cell
        for cell in cells(DOCS / "meters.md")
        if re.fullmatch(r"[a-z]+(_[a-z]+)*", cell)
    }
    assert documented == used


def test_every_entity_is_listed() -> None:
    """The page on entities shows each name as the user interface does."""
    text = without_code(DOCS / "entities.md")
    for entities in ENGLISH["entity"].values():
        for entity in entities.values():
            name, _, period = entity["name"].partition(" this month")
            name, _, yesterday = name.partition(" yesterday")
            name = name.partition(" {phase}")[0]
            assert name in text, entity["name"]
            if period != entity["name"] or yesterday:
                assert "today, yesterday, this month" in text


def test_every_field_of_an_action_is_listed() -> None:
    """The page on actions explains each field."""
    services = load_yaml_dict(INTEGRATION / "services.yaml")
    text = (DOCS / "actions.md").read_text()
    listed = cells(DOCS / "actions.md")
    for name, action in services.items():
        assert f"{DOMAIN}.{name}" in text
        assert set(action["fields"]) <= listed, name


def test_every_field_of_the_forms_is_explained() -> None:
    """The page on meters explains what set-up asks of a household and of a meter."""
    text = without_code(DOCS / "meters.md")
    asked = [ENGLISH["config"]["step"]["user"]["data"]]
    steps = ENGLISH["config_subentries"]["meter"]["step"]
    asked += [steps["push"]["data"], steps["settings"]["data"]]
    for fields in asked:
        for label in fields.values():
            assert label in text, label


async def test_addresses_exist(wattwise: HomeAssistant) -> None:
    """Each address the documentation names is one that Home Assistant serves."""
    served = {
        resource.canonical
        for resource in wattwise.http.app.router.resources()
        if DOMAIN in resource.canonical
    }
    for page in PAGES:
        named = re.findall(rf"/api/{DOMAIN}/[a-z]+", page.read_text(encoding="utf-8"))
        assert set(named) <= served, page
