"""Reading meter history from CSV files."""

from calendar import monthrange
from collections.abc import Iterator
import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path
import re
from statistics import median
from typing import Final, Literal, TextIO

from ..metering.quantity import Channel, to_base_unit
from ..metering.reading import Reading, Refusal, RefusedReading

BATCH_ROWS: Final = 5_000

_SNIFF_CHARACTERS: Final = 4_096
_DELIMITERS: Final = ",;\t|"
_INTERVAL_ROWS: Final = 50
_MILLISECONDS_FROM: Final = 1e11
# Eight digits are a date. More of them also pass for ISO 8601 now and then, which
# takes any character for the one between date and time.
_EPOCH: Final = re.compile(r"[0-9]{9,}([.,][0-9]*)?")
# The next row is a neighbour up to this many expected steps away, else beyond a gap.
_NEIGHBOUR_STEPS: Final = 1.5
_DAY_S: Final = 86_400
# A change of the clock makes a day longer or shorter by this.
_CLOCK_CHANGE_S: Final = 3_600


class CsvLayoutError(Exception):
    """The file has no column of this name."""

    def __init__(self, column: str, columns: list[str]) -> None:
        """Name the column that is missing and those that are there."""
        super().__init__(f"no column {column!r} among {columns}")
        self.column = column
        self.columns = columns


@dataclass(frozen=True, slots=True)
class CsvLayout:
    """How a file is to be understood.

    `stamped_at_end` says whether a row's time is the end of its interval;
    `time_format` is that of strptime, None for ISO 8601 or seconds since 1970.
    """

    channel: Channel
    time_column: str
    value_column: str
    unit: str
    time_zone: tzinfo
    stamped_at_end: bool = False
    is_amount: bool = False
    """Whether a row holds what flowed in its interval, not what a counter shows."""
    time_format: str | None = None


@dataclass(frozen=True, slots=True)
class CsvBatch:
    """Some rows of a file; the index of a reading is its line number.

    `interval_s` is how long an amount flowed when no row before it tells [s].
    """

    readings: list[Reading]
    refused: list[RefusedReading]
    interval_s: float


def detect_interval(path: Path, layout: CsvLayout) -> float:
    """Return the usual time between two rows [s]; an hour if there is only one.

    Raises CsvLayoutError, OSError and UnicodeDecodeError.
    """
    times: list[int] = []
    clock = _Clock(layout)
    for _, row in _rows(path, layout):
        moment = clock.read(row[layout.time_column])
        if moment is not None:
            times.append(moment)
        if len(times) > _INTERVAL_ROWS:
            break
    times.sort()
    steps = [b - a for a, b in pairwise(times) if b > a]
    return median(steps) / 1000 if steps else 3600.0


def read_batches(
    path: Path, layout: CsvLayout, interval_s: float
) -> Iterator[CsvBatch]:
    """Yield the file's readings in batches; empty cells are gaps and left out.

    An amount is read at the end of its interval, a momentary value at the start.
    Raises CsvLayoutError, OSError, UnicodeDecodeError and UnknownUnitError.
    """
    for batch in _batches(path, layout, interval_s):
        if batch.readings or batch.refused:
            yield batch


def _batches(path: Path, layout: CsvLayout, interval_s: float) -> Iterator[CsvBatch]:
    step = _Step(interval_s, layout.time_zone)
    batch = CsvBatch([], [], interval_s)
    read_ms: int | None = None
    for before, row, after in _with_neighbours(_parsed_rows(path, layout)):
        if row.is_empty:
            continue
        if row.time_ms is None or row.value is None:
            reason = (
                Refusal.INVALID_TIME if row.time_ms is None else Refusal.NOT_A_NUMBER
            )
            batch.refused.append(RefusedReading(row.line, layout.channel, reason))
        else:
            start_ms = end_ms = at_ms = row.time_ms
            if layout.stamped_at_end:
                start_ms = step.neighbour(at_ms, before, -1)
            else:
                end_ms = step.neighbour(at_ms, after, 1)
            if layout.is_amount:
                at_ms = end_ms
            elif not layout.channel.is_energy:
                at_ms = start_ms
            value = to_base_unit(row.value, layout.channel.quantity, layout.unit)
            reading = Reading(layout.channel, at_ms, value, row.line)
            follows, read_ms = read_ms == start_ms, at_ms
            own_s = (end_ms - start_ms) / 1000
            if layout.is_amount and step.varies and not follows and own_s != interval_s:
                # The first row and one after a gap may be a day or a month of
                # another length than is usual.
                yield from (batch, CsvBatch([reading], [], own_s))
                batch = CsvBatch([], [], interval_s)
                continue
            batch.readings.append(reading)
        if len(batch.readings) + len(batch.refused) >= BATCH_ROWS:
            yield batch
            batch = CsvBatch([], [], interval_s)
    yield batch


class _Step:
    """The expected way from a row to the next: by the local calendar if it is days."""

    def __init__(self, interval_s: float, zone: tzinfo) -> None:
        self._ms = int(interval_s * 1000)
        self._zone = zone
        days = round(interval_s / _DAY_S)
        self._months = self._days = 0
        if abs(interval_s - 29.5 * _DAY_S) <= 1.5 * _DAY_S + _CLOCK_CHANGE_S:
            self._months = 1
        elif days and abs(interval_s - days * _DAY_S) <= _CLOCK_CHANGE_S:
            self._days = days

    @property
    def varies(self) -> bool:
        """Whether steps have different lengths."""
        return bool(self._days or self._months)

    def neighbour(
        self, time_ms: int, found_ms: int | None, direction: Literal[1, -1]
    ) -> int:
        """Return the time a step away: that of the row there, else as expected."""
        expected_ms = self._expected(time_ms, direction)
        if found_ms is not None:
            away_ms = (found_ms - time_ms) * direction
            if 0 < away_ms <= _NEIGHBOUR_STEPS * abs(expected_ms - time_ms):
                return found_ms
        return expected_ms

    def _expected(self, time_ms: int, direction: Literal[1, -1]) -> int:
        if not self.varies:
            return time_ms + direction * self._ms
        try:
            # Aware times of one zone are added to by its wall clock.
            moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=time_ms)
            local = moment.astimezone(self._zone)
            if self._days:
                return _milliseconds(local + timedelta(days=direction * self._days))
            year, month = divmod(local.year * 12 + local.month - 1 + direction, 12)
            day = min(local.day, monthrange(year, month + 1)[1])
            there = local.replace(year=year, month=month + 1, day=day, fold=0)
            return _milliseconds(there)
        except OverflowError, ValueError:
            # At the ends of the calendar.
            return time_ms + direction * self._ms


class _Clock:
    """Turns the times of a file's rows into UTC milliseconds, row by row."""

    def __init__(self, layout: CsvLayout) -> None:
        self._format = layout.time_format
        self._zone = layout.time_zone
        self._last_ms: int | None = None

    def read(self, text: str | None) -> int | None:
        """Return the time; None if it is none, or one the local clock skipped."""
        moment = self._parse((text or "").strip())
        if moment is None:
            return None
        if moment.tzinfo is None:
            local = moment
            moment = local.replace(tzinfo=self._zone)
            first = _milliseconds(moment)
            if self._last_ms is not None and first <= self._last_ms:
                # In the hour that the clock shows twice, time goes on.
                moment = moment.replace(fold=1)
            if moment.astimezone(UTC).astimezone(self._zone).replace(
                tzinfo=None, fold=0
            ) != local.replace(fold=0):
                return None
        self._last_ms = _milliseconds(moment)
        return self._last_ms

    def _parse(self, text: str) -> datetime | None:
        try:
            if self._format:
                return datetime.strptime(text, self._format)  # noqa: DTZ007
            if not _EPOCH.fullmatch(text):
                return datetime.fromisoformat(text)
        except ValueError:
            pass
        number = _number(text)
        if self._format or number is None:
            return None
        seconds = number / 1000 if number >= _MILLISECONDS_FROM else number
        if not 0 <= seconds <= _MILLISECONDS_FROM:
            return None
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row whose cells are read; None is what could not be understood."""

    line: int
    time_ms: int | None
    value: float | None
    is_empty: bool


def _parsed_rows(path: Path, layout: CsvLayout) -> Iterator[_Row]:
    clock = _Clock(layout)
    for line, row in _rows(path, layout):
        text = (row[layout.value_column] or "").strip()
        time_ms = clock.read(row[layout.time_column])
        yield _Row(line, time_ms, _number(text), not text)


def _with_neighbours(
    rows: Iterator[_Row],
) -> Iterator[tuple[int | None, _Row, int | None]]:
    """Yield each row between the times of those before and after it."""
    before_ms: int | None = None
    row = next(rows, None)
    while row:
        after = next(rows, None)
        yield before_ms, row, after.time_ms if after else None
        before_ms, row = row.time_ms, after


def _rows(path: Path, layout: CsvLayout) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the line number and cells of each row."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, dialect=_dialect(file))
        columns = list(reader.fieldnames or [])
        for column in (layout.time_column, layout.value_column):
            if column not in columns:
                raise CsvLayoutError(column, columns)
        for row in reader:
            yield reader.line_num, row


def _dialect(file: TextIO) -> type[csv.Dialect]:
    sample = file.read(_SNIFF_CHARACTERS)
    file.seek(0)
    try:
        return csv.Sniffer().sniff(sample, _DELIMITERS)
    except csv.Error:
        return csv.excel


def _number(text: str) -> float | None:
    """Read a number with a decimal point or a decimal comma."""
    if "," in text and "." not in text:
        text = text.replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return None


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
