"""What a file seems to hold; what cannot be known is left open."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
import re
from typing import Final

from ...metering.plausibility import EARLIEST_MS
from ...metering.quantity import Channel
from ..giving_way import giving_way
from .clock import Clock
from .errors import AmbiguousDatesError, AmbiguousNumbersError, NoTableError
from .formats import open_table
from .headings import channel_of, names_counter, stamped_at_end, unit_of
from .layout import DateOrder, DecimalMark, Layout
from .number_format import read_number
from .survey import find_date_order, find_decimal_mark, find_interval
from .table import Cell, FileFormat, Table
from .time_format import read_clock, read_moment

_SAMPLE_ROWS: Final = 5_000
_SHOWN_CELLS: Final = 3
# A few cells of a column may be something else: footers, words for a fault.
_NEARLY_ALL: Final = 0.9
_RARELY: Final = 0.02
# Of what is called a counter, more of them may be errors, or rows that come again.
_SELDOM: Final = 0.05
# Fewer values than this rise by accident.
_RISING: Final = 10
_DAY_MS: Final = 86_400_000
_TIME_WORD: Final = re.compile(
    r"time|date|datum|zeit|tstp|stamp|fecha|jour|data|start|from|von|begin",
    re.IGNORECASE,
)

type Columns = dict[str, list[Cell]]


@dataclass(frozen=True, slots=True)
class ValueGuess:
    """What a column of numbers seems to be; None is what cannot be known."""

    channel: Channel | None
    unit: str | None
    is_counter: bool | None
    decimal_mark: DecimalMark | None
    ambiguous_number: str | None
    """A number that shows why the decimal mark has to be asked."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What is known of a file before anybody said anything about it.

    `first` and `last` are cells of the first and last row as they stand there.
    `interval_s` is the usual time between rows; `is_zoned` whether the times say
    what zone they are of.
    """

    format: FileFormat
    columns: tuple[str, ...]
    rows: int
    time_column: str | None = None
    clock_column: str | None = None
    value_column: str | None = None
    values: dict[str, ValueGuess] = field(default_factory=dict)
    """All columns that may be the values."""
    interval_s: float | None = None
    stamped_at_end: bool | None = None
    is_zoned: bool = False
    date_order: DateOrder | None = None
    ambiguous_date: str | None = None
    """A date that shows why its order has to be asked."""
    samples: dict[str, tuple[str, ...]] = field(default_factory=dict)
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()


def detect(path: Path) -> Guess:
    """Read a file through and say what it seems to hold.

    Raises FileError and OSError.
    """
    table = open_table(path)
    columns, rows, last = _sample(table)
    if not rows or not last:
        # A letter has rows as well, but none with a time and a value.
        raise NoTableError
    order, ambiguous_date = None, None
    times: dict[str, float] = {}
    for name, cells in columns.items():
        own_order, doubt = _date_order(cells)
        if score := _time_score(name, cells, own_order):
            if score > max(times.values(), default=0.0):
                order, ambiguous_date = own_order, doubt
            times[name] = score
    time_column = max(times, key=lambda name: times[name], default=None)
    clock_column = _clock_column(columns, time_column, order) if time_column else None
    apart = {*times, clock_column}
    values = {
        name: guess
        for name, cells in columns.items()
        if name not in apart and (guess := _value(name, cells))
    }
    if not values and not times.keys() - {time_column}:
        raise NoTableError
    first = tuple(_text(cells[0]) for cells in columns.values())
    known = Guess(
        table.format,
        tuple(columns),
        rows,
        time_column,
        clock_column,
        _value_column(values),
        values,
        date_order=None if ambiguous_date else order,
        ambiguous_date=ambiguous_date,
        samples={
            name: tuple(filter(None, map(_text, cells)))[:_SHOWN_CELLS]
            for name, cells in columns.items()
        },
        first=first,
        last=tuple(map(_text, last)),
    )
    return _with_times(known, columns, last, order) if time_column else known


def _sample(table: Table) -> tuple[Columns, int, Sequence[Cell]]:
    """Return the cells of the first rows by column, the number of rows, the last."""
    names = table.together
    columns: Columns = {name: [] for name in names}
    count = 0
    last: Sequence[Cell] = ()
    for _, row in giving_way(table.rows(names)):
        if count < _SAMPLE_ROWS:
            for cells, cell in zip(columns.values(), row, strict=True):
                cells.append(cell)
        count += 1
        if len(row) - row.count(None) - row.count("") > 1:
            # Not a footer of one cell.
            last = row
    return columns, count, last


def _date_order(cells: list[Cell]) -> tuple[DateOrder | None, str | None]:
    """Return the order of dates; with it one that could be meant otherwise, if any."""
    try:
        return find_date_order(cells), None
    except AmbiguousDatesError as err:
        return DateOrder.DAY_FIRST, err.values["example"]


def _time_score(name: str, cells: list[Cell], order: DateOrder | None) -> float:
    """Return how much a column looks like times; 0 if it does not."""
    filled = [cell for cell in cells if _text(cell)]
    times = sum(_is_time(cell, order) for cell in giving_way(filled))
    if not filled or times < _NEARLY_ALL * len(filled):
        return 0.0
    # Times are never missing; a start is as good as an end, and named first.
    return times / len(cells) + (0.5 if _TIME_WORD.search(name) else 0.0)


def _is_time(cell: Cell, order: DateOrder | None) -> bool:
    moment = read_moment(cell, order, None)
    if isinstance(moment, int):
        now_ms = datetime.now(UTC).timestamp() * 1000
        return EARLIEST_MS <= moment <= now_ms + _DAY_MS
    return moment is not None


def _clock_column(
    columns: Columns, time_column: str, order: DateOrder | None
) -> str | None:
    """Return the column of times of day, where the other one holds dates only."""
    moments = [
        read_moment(cell, order, None) for cell in giving_way(columns[time_column])
    ]
    dates = [moment for moment in moments if isinstance(moment, datetime)]
    midnights = sum(moment.hour == moment.minute == 0 for moment in dates)
    if not dates or midnights < len(dates) or 2 * len(set(dates)) > len(dates):
        return None
    for name, cells in columns.items():
        clocks = {clock for cell in cells if (clock := _clock(cell)) is not None}
        read = sum(_clock(cell) is not None for cell in cells)
        if (
            name != time_column
            and read >= _NEARLY_ALL * len(cells)
            and len(clocks) > 1
            and _goes_round(clocks, len(cells))
        ):
            return name
    return None


def _clock(cell: Cell) -> timedelta | None:
    """Read a time of day, but no decimal number."""
    return None if isinstance(cell, float) else read_clock(cell)


def _goes_round(clocks: set[timedelta], count: int) -> bool:
    """Whether times of day are evenly spread, as those of a meter are."""
    ordered = sorted(clocks)
    steps = {b - a for a, b in pairwise(ordered)}
    return len(steps) == 1 or (count > len(ordered) and len(steps) <= 2)


def _value(name: str, cells: list[Cell]) -> ValueGuess | None:
    """Return what a column of numbers seems to be, None if it holds something else."""
    filled = [cell for cell in cells if _text(cell)]
    if not filled:
        # It may begin later.
        return ValueGuess(None, None, None, None, None)
    mark, ambiguous = None, None
    try:
        mark = find_decimal_mark(filled)
    except AmbiguousNumbersError as err:
        ambiguous = err.values["example"]
    assumed = DecimalMark.POINT if ambiguous else mark
    numbers = [
        number
        for cell in giving_way(filled)
        if (number := read_number(cell, assumed)) is not None
    ]
    if len(numbers) < _NEARLY_ALL * len(filled):
        return None
    unit = unit_of(name)
    channel = channel_of(name, unit)
    is_counter = _is_counter(numbers)
    if not is_counter and names_counter(name) and _mostly_rises(numbers):
        is_counter = True
    return ValueGuess(channel, unit, is_counter, mark, ambiguous)


def _is_counter(numbers: list[float]) -> bool | None:
    """Whether numbers only rise, as a counter does; None for too few of them."""
    if len(numbers) < _RISING:
        return None
    if numbers[0] > numbers[-1]:
        numbers.reverse()
    steps = [b - a for a, b in pairwise(numbers)]
    falling = sum(step < 0 for step in steps)
    if falling > len(steps) * _RARELY:
        return False
    # All the same may be either, and with a fall now and then it may be a counter
    # that was reset, or amounts of something that is seldom used.
    return True if not falling and numbers[0] < numbers[-1] else None


def _mostly_rises(numbers: list[float]) -> bool:
    """Whether numbers rise on the whole, with a fall now and then."""
    rising = sum(b > a for a, b in pairwise(numbers))
    falling = sum(b < a for a, b in pairwise(numbers))
    return min(rising, falling) <= max(rising, falling) * _SELDOM and rising != falling


def _value_column(values: dict[str, ValueGuess]) -> str | None:
    """Return the column people most likely mean; None if that is open."""
    if len(values) == 1:
        return next(iter(values))
    for wanted in (Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT, Channel.POWER):
        for name, guess in values.items():
            if guess.channel is wanted:
                return name
    return None


def _with_times(
    known: Guess, columns: Columns, last: Sequence[Cell], order: DateOrder | None
) -> Guess:
    """Add what the times of the rows tell."""
    names = list(columns)
    used = [name for name in (known.time_column, known.clock_column) if name]
    rows = [
        ("", *cells) for cells in zip(*(columns[name] for name in used), strict=True)
    ]
    layout = Layout(Channel.ENERGY_IMPORT, used[0], "", "Wh", UTC)
    interval_s, newest_first = find_interval(rows, layout, order)
    clock = Clock(layout, order, newest_first=newest_first)
    ends = [
        moment
        for row in (rows[0][1:], [last[names.index(name)] for name in used])
        if (moment := clock.read(*row)) is not None
    ]
    at_end = stamped_at_end(used[0])
    moments = [read_moment(cell, order, None) for cell in giving_way(columns[used[0]])]
    is_zoned = any(
        isinstance(moment, int) or (moment is not None and moment.tzinfo is not None)
        for moment in moments
    )
    if at_end is None and len(ends) == 2 and not is_zoned:
        at_end = _end_of_whole_days(min(ends), max(ends), round(interval_s * 1000))
    return replace(
        known,
        interval_s=interval_s if len(rows) > 1 else None,
        stamped_at_end=at_end,
        is_zoned=is_zoned,
    )


def _end_of_whole_days(first_ms: int, last_ms: int, step_ms: int) -> bool | None:
    """Return which end is stamped where a file holds whole days of local times."""
    begins, ends = first_ms % _DAY_MS, last_ms % _DAY_MS
    if step_ms >= _DAY_MS:
        return None
    if begins == 0 and ends == _DAY_MS - step_ms:
        return False
    return True if begins == step_ms and ends == 0 else None


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()
