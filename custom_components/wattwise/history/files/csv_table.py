"""Tables of text: columns divided by comma, semicolon, tab or bar."""

from collections import Counter
from collections.abc import Iterator, Sequence
import csv
from itertools import islice
from pathlib import Path
from typing import Final, override

from .errors import BrokenFileError, NoTableError
from .layout import DateOrder
from .table import Cell, FileFormat, Table
from .text_file import TextFile
from .time_format import read_moment

# In doubt the earlier one: a comma also stands in numbers.
_DELIMITERS: Final = ";\t|,"
_SAMPLE_LINES: Final = 200
_LONGEST_LINE: Final = 100_000


class CsvTable(Table):
    """A CSV file; lines before the headings are passed over."""

    format = FileFormat.CSV

    def __init__(self, path: Path) -> None:
        """Find delimiter and headings.

        Raises FileError and OSError.
        """
        self._file = TextFile(path)
        with self._file.open() as text:
            lines = [
                line
                for _ in range(_SAMPLE_LINES)
                if (line := text.readline(_LONGEST_LINE))
            ]
        self._delimiter, width = _shape(lines)
        rows = list(csv.reader(lines, delimiter=self._delimiter))
        names, self._skipped = _headings(rows, width)
        self.columns = _unique([*names, *[""] * (width - len(names))])
        self.together = self.columns

    @override
    def rows(self, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Yield the line each row ends in, and its cells as text."""
        positions = self.positions(columns)
        needed = max(positions) + 1
        with self._file.open() as text:
            reader = csv.reader(text, delimiter=self._delimiter)
            try:
                for number, row in enumerate(islice(reader, self._skipped, None)):
                    if number % 1000 == 0:
                        self.done = self._file.done
                    if not row:
                        continue
                    row.extend([""] * (needed - len(row)))
                    yield reader.line_num, [row[at] for at in positions]
            except csv.Error as err:
                raise BrokenFileError from err


def _shape(lines: list[str]) -> tuple[str, int]:
    """Return the delimiter, and how many columns most rows have."""
    best = ("", 1, 0)
    for delimiter in _DELIMITERS:
        try:
            rows = list(csv.reader(lines, delimiter=delimiter))
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows if len(row) > 1)
        if not widths:
            continue
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        if count > best[2]:
            best = (delimiter, width, count)
    if not best[0]:
        raise NoTableError
    return best[0], best[1]


def _headings(rows: list[list[str]], width: int) -> tuple[list[str], int]:
    """Return the names of the columns, and how many rows stand before the data."""
    regular = [row for row in rows if len(row) == width]
    times = [sum(_may_be_time(row[at]) for row in regular) for at in range(width)]
    if not max(times):
        # Headings without rows.
        return regular[0], rows.index(regular[0]) + 1
    column = times.index(max(times))
    first = next(row for row in regular if _may_be_time(row[column]))
    number = rows.index(first)
    above = rows[number - 1] if number else []
    return (above[:width] if len(above) > 1 else []), number


def _may_be_time(cell: str) -> bool:
    """Whether a cell looks like data: a time, or a number with a mark in it."""
    text = cell.strip()
    if not any(map(str.isdigit, text)):
        return False
    if text[0].isdigit() and any(sign in text for sign in ".,:/-"):
        return True
    return read_moment(text, DateOrder.DAY_FIRST, None) is not None


def _unique(names: list[str]) -> tuple[str, ...]:
    """Name each column once, also those that have no heading."""
    found: list[str] = []
    for number, name in enumerate(names, start=1):
        plain = name.strip() or f"Column {number}"
        unique, copy = plain, 2
        while unique in found:
            unique, copy = f"{plain} ({copy})", copy + 1
        found.append(unique)
    return tuple(found)
