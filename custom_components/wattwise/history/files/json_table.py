"""JSON: a list of objects or lists, one inside an object, or one to each line."""

from collections.abc import Iterator, Sequence
from itertools import islice
import json
from pathlib import Path
import re
from typing import Any, Final, TextIO, override

from .errors import BrokenFileError, NoTableError
from .table import Cell, FileFormat, Table
from .text_file import TextFile

_CHUNK: Final = 65_536
# A row that is longer is a list that was taken for a row.
_LONGEST_ROW: Final = 1_000_000
_SAMPLE_ROWS: Final = 200
_SPACE: Final = " \t\r\n"
_LIST: Final = re.compile(r"\[\s*(?=[\[{])")

_DECODER: Final = json.JSONDecoder()


class JsonTable(Table):
    """A JSON file; what is nested in a row is named with dots."""

    format = FileFormat.JSON

    def __init__(self, path: Path) -> None:
        """Find the list of rows, and the names in its first ones.

        Raises FileError and OSError.
        """
        self._file = TextFile(path)
        damage: BrokenFileError | None = None
        for start in self._starts():
            self._start = start
            try:
                first = list(islice(self._values(), _SAMPLE_ROWS))
            except BrokenFileError as err:
                damage = err
                continue
            if first and not any(map(_holds_rows, first)):
                names = dict.fromkeys(name for row in first for name in _cells(row))
                if len(names) > 1:
                    self.columns = self.together = tuple(names)
                    return
        raise damage or NoTableError

    @override
    def rows(self, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Yield the number of each row in the list, from 1, and its cells."""
        self.positions(columns)
        for number, value in enumerate(self._values(), start=1):
            if number % 1000 == 1:
                self.done = self._file.done
            cells = _cells(value)
            yield number, [cells.get(column) for column in columns]

    def _starts(self) -> Iterator[int]:
        """Yield where rows may begin: at the top, or in each list of the beginning."""
        with self._file.open() as text:
            sample = text.read(_LONGEST_ROW)
        top = len(sample) - len(sample.lstrip(_SPACE + "\ufeff"))
        if sample[top : top + 1] == "{":
            yield top
        for found in _LIST.finditer(sample):
            yield found.end()

    def _values(self) -> Iterator[Any]:
        with self._file.open() as text:
            passed = self._start
            while passed:
                read = len(text.read(min(passed, _CHUNK)))
                if not read:
                    raise BrokenFileError
                passed -= read
            yield from _decoded(text)


def _decoded(text: TextIO) -> Iterator[Any]:
    """Yield the values of a list whose bracket was read, or those of each line."""
    buffer, at, is_end = "", 0, False
    while True:
        while at < len(buffer) and (buffer[at] in _SPACE or buffer[at] == ","):
            at += 1
        if at < len(buffer) and buffer[at] == "]":
            return
        try:
            value, end = _DECODER.raw_decode(buffer, at)
        except (ValueError, RecursionError) as err:
            buffer, at = buffer[at:], 0
            chunk = "" if len(buffer) > _LONGEST_ROW else text.read(_CHUNK)
            if not chunk:
                is_end = True
            if is_end:
                if buffer.strip():
                    raise BrokenFileError from err
                return
            buffer += chunk
            continue
        yield value
        at = end


def _cells(row: Any, prefix: str = "") -> dict[str, Cell]:
    """Return the plain values of a row by name; those of a list by their number."""
    if isinstance(row, dict):
        named = row.items()
    elif isinstance(row, list):
        named = {f"Column {n}": v for n, v in enumerate(row, start=1)}.items()
    else:
        return {}
    cells: dict[str, Cell] = {}
    for name, value in named:
        if isinstance(value, dict):
            cells |= _cells(value, f"{prefix}{name}.")
        elif value is None or (
            isinstance(value, (str, int, float)) and not isinstance(value, bool)
        ):
            cells[f"{prefix}{name}"] = value
    return cells


def _holds_rows(row: Any) -> bool:
    """Whether a value is not a row, but holds a list of them."""
    if isinstance(row, dict):
        return any(map(_holds_rows, row.values()))
    return isinstance(row, list) and any(isinstance(v, (dict, list)) for v in row)
