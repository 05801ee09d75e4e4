"""Texts, icons and the descriptions of actions hold together."""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
import re
from string import Formatter
from typing import Any, Final

import pytest
import yaml

import custom_components.wattwise as package
from custom_components.wattwise.config_flow import WattWiseConfigFlow
from custom_components.wattwise.flows.meter import MeterFlow
from custom_components.wattwise.flows.options import WattWiseOptionsFlow

ROOT: Final = Path(package.__file__).parent
LANGUAGES: Final = sorted((ROOT / "translations").glob("*.json"))
ENGLISH: Final[dict[str, Any]] = json.loads(
    (ROOT / "translations" / "en.json").read_text()
)
ICONS: Final[dict[str, Any]] = json.loads((ROOT / "icons.json").read_text())
SERVICES: Final[dict[str, Any]] = yaml.safe_load((ROOT / "services.yaml").read_text())
FLOWS: Final = {
    "config": (ENGLISH["config"], WattWiseConfigFlow),
    "options": (ENGLISH["options"], WattWiseOptionsFlow),
    "meter": (ENGLISH["config_subentries"]["meter"], MeterFlow),
}

TOP_LEVEL: Final = {
    "common",
    "conditions",
    "config",
    "config_subentries",
    "device",
    "entity",
    "exceptions",
    "issues",
    "options",
    "selector",
    "services",
    "system_health",
    "title",
    "triggers",
}
STEP: Final = {
    "data",
    "data_description",
    "description",
    "menu_option_descriptions",
    "menu_options",
    "sections",
    "submit",
    "title",
}
KEY: Final = re.compile(r"[a-z0-9](?:[a-z0-9]|[-_](?![-_]))*(?<![-_])")


def texts_of(tree: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text with its path."""
    if isinstance(tree, str):
        yield path, tree
        return
    for key, value in tree.items():
        yield from texts_of(value, f"{path}.{key}" if path else key)


def placeholders_of(text: str) -> set[str]:
    """Return the names of a text's placeholders."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def sources() -> Iterator[ast.Module]:
    """Yield the syntax tree of each module."""
    for path in ROOT.rglob("*.py"):
        yield ast.parse(path.read_text())


def calls() -> Iterator[tuple[str, dict[str, ast.expr]]]:
    """Yield the name and the keyword arguments of each call."""
    for tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                function = node.func
                name = getattr(function, "attr", getattr(function, "id", ""))
                keywords = {k.arg: k.value for k in node.keywords if k.arg}
                yield name, keywords


def literals(expression: ast.expr | None) -> list[str]:
    """Return the texts an expression may stand for, so far as they are written."""
    if expression is None:
        return []
    return [
        node.value
        for node in ast.walk(expression)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def dict_keys(expression: ast.expr | None) -> set[str]:
    """Return the keys of a written dictionary."""
    if not isinstance(expression, ast.Dict):
        return set()
    return {key for node in expression.keys for key in literals(node)}


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda path: path.stem)
def test_texts_are_well_formed(language: Path) -> None:
    """Home Assistant's rules for texts of custom integrations."""
    tree = json.loads(language.read_text())

    assert set(tree) <= TOP_LEVEL
    for path, text in texts_of(tree):
        for key in path.split("."):
            assert KEY.fullmatch(key), path
        assert text, path
        assert text == text.strip(), path
        assert not re.search(r"</?[a-z][^>]*>", text, re.IGNORECASE), path
        assert "://" not in text, path
        assert not re.search(r"'\{\w+\}'", text), path
        for placeholder in placeholders_of(text):
            assert placeholder.isidentifier(), path
        # The frontend reads texts as ICU messages: any other brace makes it give up.
        assert not re.search(r"[{}]", re.sub(r"\{[a-z0-9_]+\}", "", text)), path


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda path: path.stem)
def test_languages_say_the_same(language: Path) -> None:
    """Each text exists in English, with the same placeholders."""
    english = dict(texts_of(ENGLISH))

    for path, text in texts_of(json.loads(language.read_text())):
        assert path in english
        assert placeholders_of(text) == placeholders_of(english[path]), path


@pytest.mark.parametrize("area", FLOWS)
def test_steps(area: str) -> None:
    """Each step exists, and each field and choice is explained."""
    texts, flow = FLOWS[area]

    for step_id, step in texts["step"].items():
        assert hasattr(flow, f"async_step_{step_id}"), step_id
        assert set(step) <= STEP, step_id
        assert step["title"]
        for group in (step, *step.get("sections", {}).values()):
            data, explained = group.get("data", {}), group.get("data_description", {})
            assert set(data) == set(explained), step_id
        options = step.get("menu_options", {})
        assert set(options) == set(step.get("menu_option_descriptions", {})), step_id
        for option in options:
            assert hasattr(flow, f"async_step_{option}"), step_id
            assert option in texts["step"], step_id


@pytest.mark.parametrize("area", FLOWS)
@pytest.mark.parametrize("kind", ["error", "abort"])
def test_no_message_is_left_over(area: str, kind: str) -> None:
    """Each message of a flow is one that the code can give."""
    written = {text for tree in sources() for text in literals_of_module(tree)}

    assert set(FLOWS[area][0][kind]) <= written


def literals_of_module(tree: ast.Module) -> Iterator[str]:
    """Yield all texts written in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_exceptions() -> None:
    """Each error that is raised has a text that its values fit into, and only those."""
    raised: dict[str, set[str]] = {}
    for name, keywords in calls():
        if name == "async_create_issue" or "translation_domain" not in keywords:
            continue
        given = dict_keys(keywords.get("translation_placeholders"))
        for key in literals(keywords.get("translation_key")):
            raised.setdefault(key, given)
            assert raised[key] == given, key

    assert set(raised) == set(ENGLISH["exceptions"])
    for key, given in raised.items():
        assert placeholders_of(ENGLISH["exceptions"][key]["message"]) <= given, key


def test_issues() -> None:
    """Each issue has a text that its values fit into."""
    for name, keywords in calls():
        if name != "async_create_issue":
            continue
        given = dict_keys(keywords.get("translation_placeholders"))
        for key in literals(keywords["translation_key"]):
            issue = ENGLISH["issues"][key]
            texts = [issue["title"]]
            if "fix_flow" in issue:
                texts.append(issue["fix_flow"]["step"]["confirm"]["description"])
            else:
                texts.append(issue["description"])
            for text in texts:
                assert placeholders_of(text) <= given, key
    for key, issue in ENGLISH["issues"].items():
        # What can be fixed is explained in the flow that fixes it.
        assert set(issue) in ({"title", "description"}, {"title", "fix_flow"}), key


def test_actions() -> None:
    """Each action, field and option has a name; each action has an icon."""
    assert set(ENGLISH["services"]) == set(SERVICES)
    assert set(ICONS["services"]) == set(SERVICES)
    for name, action in SERVICES.items():
        texts = ENGLISH["services"][name]
        assert texts["name"]
        assert texts["description"]
        assert set(texts.get("fields", {})) == set(action.get("fields", {})), name
        for field, description in action["fields"].items():
            assert set(texts["fields"][field]) == {"name", "description"}, field
            selector = description["selector"].get("select") or {}
            if key := selector.get("translation_key"):
                options = ENGLISH["selector"][key]["options"]
                assert set(selector["options"]) <= set(options), field


def test_entities() -> None:
    """Each entity has a name, and an icon only if it has a text."""
    for platform, entities in ENGLISH["entity"].items():
        for key, texts in entities.items():
            assert texts["name"], f"{platform}.{key}"
    for platform, entities in ICONS["entity"].items():
        assert set(entities) <= set(ENGLISH["entity"][platform])


def test_icons() -> None:
    """All icons are of Material Design."""
    assert set(ICONS) <= {"conditions", "entity", "services", "triggers"}
    for path, icon in texts_of(ICONS):
        assert re.fullmatch(r"mdi:[a-z0-9-]+", icon), path
