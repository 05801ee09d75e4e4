"""Reading meter history from CSV files."""

from collections.abc import Iterator
import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final, TextIO

from ..metering.quantity import Channel, to_base_unit
from ..metering.reading import Reading, Refusal, RefusedReading

BATCH_ROWS: Final = 5_000

_SNIFF_CHARACTERS: Final = 4_096
_DELIMITERS: Final = ",;\t|"
_INTERVAL_ROWS: Final = 50
_MILLISECONDS_FROM: Final = 1e11


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
    """Some rows of a file; the index of a reading is its line number."""

    readings: list[Reading]
    refused: list[RefusedReading]


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

    Raises CsvLayoutError, OSError, UnicodeDecodeError and UnknownUnitError.
    """
    clock = _Clock(layout)
    shift_ms = 0
    if layout.is_amount and not layout.stamped_at_end:
        shift_ms = int(interval_s * 1000)
    elif not layout.channel.is_energy and layout.stamped_at_end:
        shift_ms = -int(interval_s * 1000)
    batch = CsvBatch([], [])
    for line, row in _rows(path, layout):
        text = (row[layout.value_column] or "").strip()
        if not text:
            continue
        moment = clock.read(row[layout.time_column])
        value = _number(text)
        if moment is None:
            batch.refused.append(
                RefusedReading(line, layout.channel, Refusal.INVALID_TIME)
            )
        elif value is None:
            batch.refused.append(
                RefusedReading(line, layout.channel, Refusal.NOT_A_NUMBER)
            )
        else:
            value = to_base_unit(value, layout.channel.quantity, layout.unit)
            batch.readings.append(
                Reading(layout.channel, moment + shift_ms, value, line)
            )
        if len(batch.readings) + len(batch.refused) >= BATCH_ROWS:
            yield batch
            batch = CsvBatch([], [])
    if batch.readings or batch.refused:
        yield batch


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
            return datetime.fromisoformat(text)
        except ValueError:
            pass
        number = _number(text)
        if self._format or number is None:
            return None
        seconds = number / 1000 if abs(number) >= _MILLISECONDS_FROM else number
        if abs(seconds) > _MILLISECONDS_FROM:
            return None
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)


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
