"""What was measured, for people and for machines."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
import json
from math import ceil
from typing import Any, Final

_HEADINGS: Final = ("what", "target", "figure", "", "floor", "x floor")
_RIGHT: Final = (False, True, True, False, True, True)


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
class Report:
    """All figures of a run."""

    title: str
    machine: dict[str, str]
    notes: tuple[str, ...]
    figures: tuple[Figure, ...]

    def as_json(self) -> str:
        """Return the report for machines."""
        figures: list[dict[str, Any]] = [
            {**asdict(figure), "met": figure.met, "ratio": figure.ratio}
            for figure in self.figures
        ]
        return json.dumps({**asdict(self), "figures": figures}, indent=2)

    def as_text(self) -> str:
        """Return the report for people."""
        lines = [self.title, ""]
        lines += [f"  {name}: {value}" for name, value in self.machine.items()]
        lines += ["", *_table(map(_cells, self.figures)), ""]
        for figure in self.figures:
            if figure.details:
                parts = ", ".join(
                    f"{name} {_number(value)}" for name, value in figure.details.items()
                )
                lines.append(f"  {figure.name} [{figure.unit}]: {parts}")
        return "\n".join([*lines, "", *self.notes])


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
    )


def _table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    table = [_HEADINGS, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(_RIGHT))]
    lines = []
    for row in table:
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, _RIGHT, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "-" * max(map(len, lines)))
    return lines


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"
