"""Who found what, as a table."""

from collections.abc import Sequence
from typing import Final

from .contest import Rule, Standing
from .events import EventKind

_LEGEND: Final = """
Recall: the share of events of which at least one hour was flagged that was not flagged
without the event. Delay: the median of hours from the begin of an event to the end of the
first such hour. FA: false alarms per home and month without any event, as runs of flagged
hours with less than 24 hours between them; worst: those of the home that has most.
Any flag: an hour is flagged or it is not, for whatever reason. By sign: flags of more than
expected, of less than expected and of faults of the meter count on their own, in recall
and in false alarms; the isolation forest has one sign only. What a fault of the meter
explains is no other false alarm of wattwise, as people are not told of it.
Thresholds are learned by each home's own past, day by day, for one alarm a month in all,
save those that are fixed."""


def as_text(title: str, standings: Sequence[Standing]) -> str:
    """Return the tables for people."""
    lines = [title, ""]
    for rule in Rule:
        lines += [*_aligned(_recall(standings, rule)), ""]
    return "\n".join([*lines, *_aligned(_delay(standings)), _LEGEND])


def _recall(standings: Sequence[Standing], rule: Rule) -> list[list[str]]:
    kinds = [kind.value for kind in EventKind]
    return [
        [f"recall, {rule.value}", *kinds, "FA", "worst"],
        *(
            [
                standing.name,
                *(f"{standing.recall(kind, rule):.3f}" for kind in EventKind),
                f"{standing.false_alarms(rule):.2f}",
                f"{standing.worst_home(rule):.2f}",
            ]
            for standing in standings
        ),
    ]


def _delay(standings: Sequence[Standing]) -> list[list[str]]:
    return [
        [f"delay, hours, {Rule.ANY.value}", *(kind.value for kind in EventKind)],
        *(
            [
                standing.name,
                *(_hours(standing.delay(kind, Rule.ANY)) for kind in EventKind),
            ]
            for standing in standings
        ),
    ]


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
