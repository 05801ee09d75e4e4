"""What the first rows of a file tell about all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from statistics import median
from typing import Final

from ..giving_way import giving_way
from .clock import Clock
from .errors import AmbiguousDatesError, AmbiguousNumbersError
from .layout import DateOrder, DecimalMark, Layout
from .number_format import decimal_mark_of, is_ambiguous
from .table import Cell, Table
from .time_format import numbered_date

_SAMPLE_ROWS: Final = 5_000
# So many steps tell the usual one.
_STEPS: Final = 50
_HOUR_S: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class Survey:
    """How times and numbers are written, and the usual way between two rows [s]."""

    interval_s: float
    date_order: DateOrder | None
    decimal_mark: DecimalMark | None
    newest_first: bool


def survey(table: Table, layout: Layout) -> Survey:
    """Look at the first rows of a table.

    Raises AmbiguousDatesError, AmbiguousNumbersError, other FileErrors and OSError.
    """
    sample = islice(table.rows(layout.columns), _SAMPLE_ROWS)
    rows = [cells for _, cells in giving_way(sample)]
    mark = layout.decimal_mark or find_decimal_mark(row[0] for row in rows)
    order = layout.date_order
    if order is None and layout.time_format is None:
        order = find_date_order([row[1] for row in rows])
    interval_s, newest_first = find_interval(rows, layout, order)
    return Survey(interval_s, order, mark, newest_first)


def find_decimal_mark(cells: Iterable[Cell]) -> DecimalMark | None:
    """Return the decimal mark that numbers prove; None if no number has one.

    Raises AmbiguousNumbersError when all could be meant either way.
    """
    proven: set[DecimalMark] = set()
    doubtful = ""
    for cell in giving_way(cells):
        if not isinstance(cell, str):
            continue
        text = cell.strip()
        if not text[:1].isdigit() and not text[1:2].isdigit():
            continue
        if mark := decimal_mark_of(text):
            proven.add(mark)
        elif is_ambiguous(text):
            doubtful = text
    if len(proven) == 1:
        return proven.pop()
    if doubtful and not proven:
        raise AmbiguousNumbersError(example=doubtful)
    # With two kinds of numbers in a column each has to speak for itself.
    return None


def find_date_order(cells: Iterable[Cell]) -> DateOrder | None:
    """Return the order that dates prove; None if they need no proof.

    Raises AmbiguousDatesError when days and months cannot be told apart.
    """
    dates: dict[tuple[int, int], str] = {}
    count = 0
    for cell in giving_way(cells):
        found = numbered_date(cell) if isinstance(cell, str) else None
        if found is None:
            continue
        count += 1
        dates.setdefault(found, str(cell))
        if found[0] > 12:
            return DateOrder.DAY_FIRST
        if found[1] > 12:
            return DateOrder.MONTH_FIRST
    if not dates:
        return None
    # Where a day has many rows, it is the day that goes on by one from date to date.
    by_first = sum(abs(b[0] - a[0]) == 1 for a, b in pairwise(dates))
    by_second = sum(abs(b[1] - a[1]) == 1 for a, b in pairwise(dates))
    if count > 2 * len(dates) and by_first != by_second:
        if by_first > by_second:
            return DateOrder.DAY_FIRST
        return DateOrder.MONTH_FIRST
    raise AmbiguousDatesError(example=next(iter(dates.values())))


def find_interval(
    rows: Iterable[Sequence[Cell]], layout: Layout, order: DateOrder | None
) -> tuple[float, bool]:
    """Return the usual time between rows [s], an hour if it is unknown.

    Also returns whether the newest row comes first.
    """
    clock = Clock(layout, order, newest_first=False)
    times: list[int] = []
    for row in rows:
        moment = clock.read(*row[1:])
        if moment is not None:
            times.append(moment)
        if len(times) > _STEPS:
            break
    newest_first = len(times) > 1 and times[0] > times[-1]
    times.sort()
    steps = [b - a for a, b in pairwise(times) if b > a]
    return (median(steps) / 1000 if steps else _HOUR_S), newest_first
