"""Reading our own documentation: its examples, links and tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
import re
from typing import Final

_FENCE: Final = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#+ +(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Example:
    """A block of code, and the paragraph before it."""

    language: str
    code: str
    introduction: str


def examples(path: Path) -> Iterator[Example]:
    """Yield the examples of a page, from top to bottom."""
    text = path.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        before = text[: match.start()].rstrip()
        paragraph = before.rpartition("\n\n")[2]
        introduction = "" if paragraph.endswith("```") else paragraph
        yield Example(match[2], match[3], introduction)


def without_code(path: Path) -> str:
    """Return the text of a page without its blocks of code."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def links(path: Path) -> list[str]:
    """Return the targets of a page's links."""
    return _LINK.findall(without_code(path))


def anchors(path: Path) -> set[str]:
    """Return what links to parts of a page may name, as GitHub makes it."""
    found = set()
    for heading in _HEADING.findall(without_code(path)):
        words = re.sub(r"[^\w\- ]", "", heading.lower())
        found.add(words.replace(" ", "-"))
    return found


def cells(path: Path) -> set[str]:
    """Return what stands in `code` in the tables of a page."""
    rows = [row for row in without_code(path).splitlines() if row.startswith("|")]
    return {code for row in rows for code in re.findall(r"`([^`]+)`", row)}
