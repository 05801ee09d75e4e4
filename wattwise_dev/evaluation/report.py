"""The figures as a table for people, and as files for machines."""

from collections.abc import Callable, Mapping, Sequence
import csv
import json
import math
from pathlib import Path
from typing import Any, Final

from .figures import Standing
from .measures import FIGURES

# Heading, and what stands below it.
_COLUMNS: Final[tuple[tuple[str, Callable[[Standing], str]], ...]] = (
    ("model", lambda s: s.model),
    ("days", lambda s: str(s.forecasts)),
    ("MAE kWh", lambda s: _number(s.mean.mae, 4)),
    ("nMAE", lambda s: _number(s.mean.nmae)),
    ("/ week", lambda s: _number(s.mean.rel_weekly)),
    ("/ 7 days", lambda s: _number(s.mean.rel_persistence)),
    ("RMSE / week", lambda s: _number(s.mean.rmse_rel)),
    ("MAPE day", lambda s: _number(s.mean.mape_day)),
    ("WAPE day", lambda s: _number(s.mean.wape_day)),
    ("bias", lambda s: _number(s.mean.bias, signed=True)),
    ("pinball", lambda s: _number(s.mean.pinball, 4)),
    ("/ 7 days", lambda s: _number(s.mean.pinball_rel)),
    ("cover", lambda s: _number(s.mean.coverage)),
    ("width", lambda s: _number(s.mean.width, 2)),
    ("< week", lambda s: _share(s.beats_weekly)),
    ("< 7 days", lambda s: _share(s.beats_persistence)),
    ("fit s", lambda s: _each(s.cost.fit_seconds, s.cost.fits, 2)),
    ("ask ms", lambda s: _each(1000 * s.cost.predict_seconds, s.cost.predictions, 1)),
    ("MiB", lambda s: _number(s.cost.memory_mib, 0)),
)
_LEGEND: Final = """
Means of the homes, each counting the same. MAE and nMAE (by the mean load) are of P50;
/ week and / 7 days: by the error of the same slots a week ago, and of the mean of the
last seven days. RMSE, totals of days and bias are those of the mean forecast. pinball is
the mean of P10, P50 and P90 by the mean load; cover and width are those of the band from
P10 to P90. < week and < 7 days: the share of homes with a smaller MAE than those two.
fit and ask: seconds of a processor for one fit and one forecast; MiB: memory at its peak."""


def as_text(title: str, standings: Sequence[Standing]) -> str:
    """Return the table for people."""
    rows = [[heading for heading, _ in _COLUMNS]]
    rows += [[cell(standing) for _, cell in _COLUMNS] for standing in standings]
    lines = [title, "", *_aligned(rows), _LEGEND, ""]
    for standing in standings:
        if not standing.forecasts:
            lines.append(f"  {standing.model} was not asked: it needs more days")
            continue
        low, high = standing.coverage_range
        early, late = standing.coverage_range_of_hours
        lines.append(
            f"  {standing.model}: P10 to P90 cover {low:.3f} to {high:.3f} by home, "
            f"{early:.3f} to {late:.3f} by hour of the day"
        )
    return "\n".join(lines)


def write_json(path: Path, facts: Mapping[str, Any]) -> None:
    """Write figures for machines."""
    text = json.dumps(_without_nan(facts), indent=1)
    path.write_text(f"{text}\n", encoding="utf-8")


def write_csv(path: Path, standings: Sequence[Standing]) -> None:
    """Write the figures of each model on each home, one row for each."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("model", "home", *FIGURES))
        for standing in standings:
            for name, home in standing.homes.items():
                figures = home.as_dict().values()
                cells = ["" if value is None else f"{value:.6g}" for value in figures]
                writer.writerow((standing.model, name, *cells))


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        first, *others = [
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join([first, *others]))
    return [lines[0], "-" * len(lines[0]), *lines[1:]]


def _number(value: float | None, digits: int = 3, *, signed: bool = False) -> str:
    if value is None or math.isnan(value):
        return ""
    return f"{value:{'+' if signed else ''}.{digits}f}"


def _share(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.0%}"


def _each(whole: float, count: int, digits: int) -> str:
    return _number(whole / count, digits) if count else ""


def _without_nan(value: Any) -> Any:
    """Return the same with nothing where there is no number: JSON has no NaN."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    return value
