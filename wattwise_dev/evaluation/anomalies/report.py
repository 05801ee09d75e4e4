"""Who found what, as a table."""

from collections.abc import Sequence
from typing import Final

from .contest import Standing
from .events import EventKind

_LEGEND: Final = """
Recall: the share of events of which at least one hour was flagged that was not flagged
without the event. Delay: the median of hours from the begin of an event to the end of the
first such hour. FA: false alarms per home and month without any event, as runs of flagged
hours with less than 24 hours between them; worst: those of the home that has most.
Thresholds are learned by each home's own past, day by day, for one alarm a month in all,
save those that are fixed."""


def as_text(title: str, standings: Sequence[Standing]) -> str:
    """Return the tables for people."""
    heading = ["recall", *(kind.value for kind in EventKind), "FA", "worst"]
    recall = [
        [
            standing.name,
            *(f"{standing.recall(kind):.2f}" for kind in EventKind),
            f"{standing.false_alarms:.2f}",
            f"{standing.worst_home:.2f}",
        ]
        for standing in standings
    ]
    delay = [
        [standing.name, *(_hours(standing.delay(kind)) for kind in EventKind)]
        for standing in standings
    ]
    kinds = [kind.value for kind in EventKind]
    return "\n".join(
        [
            title,
            "",
            *_aligned([heading, *recall]),
            "",
            *_aligned([["delay, hours", *kinds], *delay]),
            _LEGEND,
        ]
    )


def _hours(delay: float | None) -> str:
    return "" if delay is None else f"{delay:g}"


def _aligned(rows: list[list[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return [lines[0], "-" * len(lines[0]), *lines[1:]]
