"""The rules the project gave itself: docs/architecture.md says what they are for."""

import ast
from pathlib import Path
import re
from typing import Final

import pytest

from .tree import (
    INTEGRATION,
    PACKAGE,
    ROOT,
    load_json,
    modules,
    project_files,
    runtime_imports,
    syntax,
)

# What each room of the integration may import of the integration itself.
ROOMS: Final = {
    "alerting": {"metering"},
    "analytics": {"metering"},
    "dialects": {"metering"},
    "history": {"metering"},
    "metering": set[str](),
    "sources": {"const", "dialects", "metering"},
}
# The modules of a room that may know Home Assistant.
GATES: Final = {
    "history": {"recorder_statistics.py"},
    "sources": {
        "device_settings.py",
        "entities.py",
        "http/address.py",
        "http/certificate.py",
        "http/client.py",
        "http/hub.py",
        "http/other_device.py",
        "http/pairing.py",
        "http/probe.py",
        "mqtt/announcements.py",
        "mqtt/ear.py",
        "mqtt/link.py",
        "mqtt/listen.py",
        "mqtt/search.py",
        "mqtt/source.py",
        "simulated/source.py",
        "source.py",
        "http/source.py",
        "http/watch.py",
    },
}

LONGEST_MODULE: Final = 400
_DEPENDENCIES_OF_NUMPY: Final = {"numpy", "scipy", "sklearn"}

# Paths that exist on somebody's machine only, and indexes of packages: what is built
# here must build anywhere. Brackets keep the patterns from matching themselves.
_MACHINE: Final = re.compile(
    r"(?<![\w./~$})\]-])/(?:[h]ome|[r]oot|[w]ork|[t]mp|[U]sers|[m]nt|[p]rivate)/\w"
    r"|[A-Z]:\\[U]sers\\"
)
_PACKAGE_INDEX: Final = re.compile(
    r"(?i)\b(?:py[p]i|python[h]osted|n[p]mjs|registry\.y[a]rnpkg|artif[a]ctory"
    r"|j[f]rog|dev[p]i)\b|(?<!no-emit)[-_]index[-_]u[r]l\b"
)
_TEXT: Final = {
    "",
    ".cfg",
    ".css",
    ".h",
    ".html",
    ".ini",
    ".in",
    ".js",
    ".json",
    ".md",
    ".py",
    ".sh",
    ".svg",
    ".toml",
    ".ts",
    ".txt",
    ".yaml",
    ".yml",
}


def room_modules() -> list[tuple[str, Path]]:
    """Return the modules of each room that exists."""
    return [(room, path) for room in ROOMS for path in modules(INTEGRATION / room)]


def name_of(value: object) -> str | None:
    """Return a short name for a test's parameter."""
    return value.name if isinstance(value, Path) else None


@pytest.mark.parametrize(("room", "path"), room_modules(), ids=name_of)
def test_rooms(room: str, path: Path) -> None:
    """A room imports only the rooms below it, and Home Assistant only at its gate."""
    for name in runtime_imports(path):
        if name.partition(".")[0] == "homeassistant":
            module = path.relative_to(INTEGRATION / room).as_posix()
            assert module in GATES.get(room, ()), f"{path} imports {name}"
        if name == PACKAGE or name.startswith(f"{PACKAGE}."):
            other = name.removeprefix(PACKAGE).lstrip(".").partition(".")[0]
            # `from .. import x` names the package and what it takes from it.
            assert not other or other in ROOMS[room] | {room}, f"{path} imports {name}"


def test_only_analytics_compute_with_arrays() -> None:
    """Numpy costs memory and time at start-up: one room loads it, when it is needed."""
    for path in modules(INTEGRATION):
        if path.is_relative_to(INTEGRATION / "analytics"):
            continue
        heavy = {name.partition(".")[0] for name in runtime_imports(path)}
        assert not heavy & _DEPENDENCIES_OF_NUMPY, path


@pytest.mark.parametrize("folder", ["custom_components", "wattwise_dev"])
def test_modules_are_short(folder: str) -> None:
    """A module that grows too long does more than one thing."""
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines())
        for path in modules(ROOT / folder)
    }
    assert {p: n for p, n in lengths.items() if n > LONGEST_MODULE} == {}


@pytest.mark.parametrize("folder", ["custom_components", "wattwise_dev"])
def test_nothing_is_left_undone(folder: str) -> None:
    """No marks of unfinished work, no module that is a bag of everything."""
    for path in modules(ROOT / folder):
        assert path.stem not in {"helpers", "misc", "util", "utils"}, path
        text = path.read_text()
        assert not re.search(r"\b(TODO|FIXME|XXX)\b", text), path
        for node in ast.walk(syntax(path)):
            if isinstance(node, ast.Raise) and node.exc is not None:
                assert "NotImplementedError" not in ast.unparse(node.exc), path


def test_platforms_say_how_many_updates_run_at_once() -> None:
    """Each platform for entities sets PARALLEL_UPDATES."""
    for path in modules(INTEGRATION):
        text = path.read_text()
        if "AddConfigEntryEntitiesCallback" in text and path.parent == INTEGRATION:
            assert re.search(r"^PARALLEL_UPDATES(: \w+)? = \d$", text, re.MULTILINE), (
                path
            )


def test_json_files() -> None:
    """All JSON files parse; no key stands twice."""
    for path in project_files():
        if path.suffix == ".json":
            load_json(path)


def test_texts_lie_where_home_assistant_looks() -> None:
    """Custom integrations have texts in translations only."""
    assert (INTEGRATION / "translations" / "en.json").is_file()
    assert not (INTEGRATION / "strings.json").exists()
    assert not (INTEGRATION / ".translations").exists()
    for path in (INTEGRATION / "translations").iterdir():
        assert re.fullmatch(r"[a-z]{2,3}(-[A-Z][A-Za-z]{1,3})?\.json", path.name)


def test_it_builds_anywhere() -> None:
    """No file depends on somebody's machine or names a package index."""
    found = []
    for path in project_files():
        if path.suffix not in _TEXT:
            continue
        text = path.read_text(encoding="utf-8")
        found += [
            f"{path.relative_to(ROOT)}: {match[0]}"
            for pattern in (_MACHINE, _PACKAGE_INDEX)
            for match in pattern.finditer(text)
        ]
    assert found == []


def test_scripts_are_programs() -> None:
    """Scripts say what runs them, and may be run."""
    scripts = [p for p in project_files() if p.parent == ROOT / "scripts"]
    assert scripts
    for path in (*scripts, ROOT / ".ci" / "run"):
        assert path.read_text().startswith("#!"), path
        assert path.stat().st_mode & 0o111, path
