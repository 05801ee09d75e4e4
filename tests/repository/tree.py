"""The files of the repository, and what its modules import."""

import ast
from collections.abc import Iterator
from functools import cache
import json
from pathlib import Path
import subprocess
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
DOMAIN: Final = "wattwise"
INTEGRATION: Final = ROOT / "custom_components" / DOMAIN
DOCS: Final = ROOT / "docs"
WORKFLOWS: Final = ROOT / ".github" / "workflows"

PACKAGE: Final = f"custom_components.{DOMAIN}"


def load_json(path: Path) -> Any:
    """Return the content of a JSON file; a key that stands there twice is an error."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        assert len(set(keys)) == len(keys), f"{path}: {keys}"
        return dict(pairs)

    return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unique)


@cache
def project_files() -> list[Path]:
    """Return all files that are, or would be, part of the repository."""
    listed = subprocess.run(
        # Whichever git the developer has.
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    names = listed.stdout.decode().split("\0")
    return [path for name in names if name and (path := ROOT / name).is_file()]


@cache
def modules(folder: Path) -> list[Path]:
    """Return the Python modules in a folder that belong to the repository."""
    return [
        path
        for path in project_files()
        if path.suffix == ".py" and path.is_relative_to(folder)
    ]


@cache
def syntax(path: Path) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def runtime_imports(path: Path) -> set[str]:
    """Return the absolute names a module imports, but not those for types only.

    `from a.b import c` yields `a.b` and `a.b.c`: which of both is a module cannot be
    told from here.
    """
    return set(_imports(syntax(path), path))


def _imports(node: ast.AST, path: Path) -> Iterator[str]:
    if isinstance(node, ast.If) and _is_type_checking(node.test):
        for other in node.orelse:
            yield from _imports(other, path)
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        module = _absolute(node, path)
        yield module
        yield from (f"{module}.{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from _imports(child, path)


def _is_type_checking(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def _absolute(node: ast.ImportFrom, path: Path) -> str:
    if node.level == 0:
        return node.module or ""
    package = list(path.relative_to(ROOT).parent.parts)
    package = package[: len(package) - node.level + 1]
    return ".".join([*package, *([node.module] if node.module else [])])
