"""What was measured, for people and for machines."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import compress
import json
from math import ceil
from typing import Any, Final

_HEADINGS: Final = ("what", "target", "figure", "", "floor", "x floor", "instead")
_RIGHT: Final = (False, True, True, False, True, True, True)


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that `percent` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, what it shall be, and what it cannot be better than."""

    name: str
    unit: str
    value: float
    target: float | None = None
    at_least: bool = False
    """Whether more is better; otherwise less is."""
    floor: float | None = None
    instead: float | None = None
    """What people would have without WattWise."""
    details: dict[str, float] = field(default_factory=dict)
    """What it is made of and what was measured beside it, in the same unit."""

    @property
    def met(self) -> bool | None:
        """Whether the target is met, None without one."""
        if self.target is None:
            return None
        if self.at_least:
            return self.value >= self.target
        return self.value < self.target

    @property
    def ratio(self) -> float | None:
        """How many times the floor; of rates, how many times slower."""
        if not self.floor or not self.value:
            return None
        return self.floor / self.value if self.at_least else self.value / self.floor


@dataclass(frozen=True, slots=True)
class Findings:
    """All figures of a benchmark, and what one must know to read them."""

    title: str
    notes: tuple[str, ...]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What a benchmark found on a machine."""

    machine: dict[str, str]
    findings: Findings

    def as_json(self) -> str:
        """Return the report for machines."""
        figures: list[dict[str, Any]] = [
            {**asdict(figure), "met": figure.met, "ratio": figure.ratio}
            for figure in self.findings.figures
        ]
        report = {
            "title": self.findings.title,
            "machine": self.machine,
            "notes": self.findings.notes,
            "figures": figures,
        }
        return json.dumps(report, indent=2)

    def as_text(self) -> str:
        """Return the report for people."""
        findings = self.findings
        lines = [findings.title, ""]
        lines += [f"  {name}: {value}" for name, value in self.machine.items()]
        lines += ["", *_table(map(_cells, findings.figures)), ""]
        for figure in findings.figures:
            if figure.details:
                parts = ", ".join(
                    f"{name} {_number(value)}" for name, value in figure.details.items()
                )
                lines.append(f"  {figure.name} [{figure.unit}]: {parts}")
        return "\n".join([*lines, "", *findings.notes])


def _cells(figure: Figure) -> tuple[str, ...]:
    target, ratio = "", figure.ratio
    if figure.target is not None:
        target = f"{'>=' if figure.at_least else '<'} {_number(figure.target)}"
    verdict = {True: "ok", False: "MISSED", None: ""}[figure.met]
    return (
        figure.name,
        target,
        f"{_number(figure.value)} {figure.unit}",
        verdict,
        "" if figure.floor is None else _number(figure.floor),
        "" if ratio is None else f"{ratio:.1f}",
        "" if figure.instead is None else _number(figure.instead),
    )


def _table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    cells = list(rows)
    # Not every benchmark has something to compare with.
    used = [
        not name or any(column) for name, *column in zip(_HEADINGS, *cells, strict=True)
    ]
    table = [tuple(compress(row, used)) for row in (_HEADINGS, *cells)]
    to_right = tuple(compress(_RIGHT, used))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = []
    for row in table:
        aligned = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, to_right, strict=True)
        ]
        lines.append("  ".join(aligned).rstrip())
    lines.insert(1, "-" * max(map(len, lines)))
    return lines


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
