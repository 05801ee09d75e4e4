"""Files of energy: a column of times, and a column of energy or power per home."""

from collections.abc import Callable, Iterator, Sequence
import csv
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
import gzip
import math
from pathlib import Path
from typing import Final, override

import numpy as np

from custom_components.wattwise.analytics.forecasting.local_days import Floats, Integers

from .errors import EvaluationError

# Words that files write where nothing was measured.
_NOTHING: Final = {"", "null", "none", "na", "n/a", "nan", "unavailable", "unknown"}

# Names the columns to read, given those there are.
type Choose = Callable[[Sequence[str]], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line of a file."""

    line: int
    what: str

    @override
    def __str__(self) -> str:
        """Say it with the line's number, counted from 1."""
        return f"line {self.line}: {self.what}"


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file in the order of their times.

    `times` (n) are seconds since the epoch and rise; each of `columns` (n) has NaN
    where the file has nothing.
    """

    times: Integers
    columns: dict[str, Floats]
    faults: tuple[Fault, ...]


def read_table(path: Path, choose: Choose, clock: tzinfo | None = None) -> Table:
    """Read columns of a CSV file, also of a gzipped one.

    Times stand in the column `time`, or else in the first one; `choose` picks from the
    others. Times without an offset are those of `clock`. Rows without a time and cells
    without a number are left out and told as faults. EvaluationError if less than two
    rows are left, or a column is missing.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = [name.strip() for name in next(reader, [])]
            time_at, wanted = _wanted(path, header, choose)
            rows = ((reader.line_num, row) for row in reader if row)
            return _Rows(time_at, wanted, clock).read(path, rows)
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as err:
        raise EvaluationError(f"{path} cannot be read: {err}") from err


def these(*wanted: str) -> Choose:
    """Choose columns by their names, written large or small."""

    def choose(names: Sequence[str]) -> list[str]:
        found = {name.lower(): name for name in names}
        return [found.get(name, name) for name in wanted]

    return choose


def _wanted(
    path: Path, header: list[str], choose: Choose
) -> tuple[int, dict[str, int]]:
    lower = [name.lower() for name in header]
    time_at = lower.index("time") if "time" in lower else 0
    places = {name: i for i, name in enumerate(header) if name and i != time_at}
    wanted = choose(list(places))
    missing = [name for name in wanted if name not in places]
    if missing:
        raise EvaluationError(
            f"{path} has no column {', '.join(missing)}; its first line reads: "
            f"{','.join(header)[:200]}"
        )
    return time_at, {name: places[name] for name in wanted}


class _Rows:
    """The rows read so far."""

    def __init__(
        self, time_at: int, wanted: dict[str, int], clock: tzinfo | None
    ) -> None:
        self._time_at = time_at
        self._wanted = wanted
        self._clock = clock
        self._before: datetime | None = None
        self._again = False
        self._faults: list[Fault] = []

    def read(self, path: Path, rows: Iterator[tuple[int, list[str]]]) -> Table:
        """Read them all."""
        times, values, lines = list[int](), list[list[float]](), list[int]()
        for line, row in rows:
            try:
                second = self._second(row)
            except ValueError as err:
                self._faults.append(Fault(line, str(err)))
                continue
            times.append(second)
            values.append([self._number(line, row, name) for name in self._wanted])
            lines.append(line)
        if len(times) < 2:
            why = f" ({self._faults[0]})" if self._faults else ""
            raise EvaluationError(f"{path} has fewer than two rows to read{why}")
        return self._in_order(np.array(times), np.array(values), lines)

    def _in_order(self, times: Integers, values: Floats, lines: list[int]) -> Table:
        order = np.argsort(times, kind="stable")
        times, values = times[order], values[order]
        again = np.flatnonzero(np.diff(times) == 0) + 1
        self._faults += [
            Fault(lines[order[i]], "the same time stands in an earlier line")
            for i in again
        ]
        times, values = np.delete(times, again), np.delete(values, again, axis=0)
        columns = {name: values[:, i] for i, name in enumerate(self._wanted)}
        faults = sorted(self._faults, key=lambda fault: fault.line)
        return Table(times, columns, tuple(faults))

    def _second(self, row: list[str]) -> int:
        text = row[self._time_at].strip() if self._time_at < len(row) else ""
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError(f"'{text[:40]}' is not a time") from None
        if moment.tzinfo is None:
            moment = self._on_the_clock(moment, text)
        return round(moment.timestamp())

    def _on_the_clock(self, moment: datetime, text: str) -> datetime:
        if self._clock is None:
            raise ValueError(
                f"'{text}' has no offset from UTC; --clock says whose it is"
            )
        first = moment.replace(tzinfo=self._clock)
        second = first.replace(fold=1)
        # When a clock is set back, an hour comes twice: the second time it begins again.
        back = self._before is not None and moment <= self._before
        twice = _offset(second) < _offset(first)
        self._again = twice and (back or self._again)
        self._before = moment
        return second if self._again else first

    def _number(self, line: int, row: list[str], name: str) -> float:
        at = self._wanted[name]
        text = row[at].strip() if at < len(row) else ""
        if text.lower() in _NOTHING:
            return math.nan
        try:
            number = float(text)
        except ValueError:
            number = math.inf
        if not math.isfinite(number):
            self._faults.append(Fault(line, f"'{text[:40]}' in {name} is not a number"))
            return math.nan
        return number


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()
