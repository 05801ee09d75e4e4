"""Writing an export as CSV or JSON, whole or not at all."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
import json
import os
from pathlib import Path
from typing import Final, TextIO

from .layout import DecimalMark
from .table import FileFormat

TIME: Final = "time"

type Row = tuple[int, Sequence[float | None]]


def write_export(
    path: Path,
    columns: Sequence[str],
    rows: Iterator[Row],
    zone: tzinfo,
    *,
    mark: DecimalMark = DecimalMark.POINT,
    overwrite: bool = False,
) -> int:
    """Write rows in the format that the file's name ends in; return their number.

    What is at the path is left as it is until all is written. Raises
    FileExistsError, and OSError as when the disk is full.
    """
    is_json = format_of(path) is FileFormat.JSON
    with _replaced(path, overwrite=overwrite) as file:
        if is_json:
            return _write_json(file, columns, rows, zone)
        return _write_csv(file, columns, rows, zone, mark)


def format_of(path: Path) -> FileFormat | None:
    """Return the format that a name to be written stands for."""
    return {".csv": FileFormat.CSV, ".json": FileFormat.JSON}.get(path.suffix.lower())


def written_time(time_ms: int, zone: tzinfo) -> str:
    """Return a time as ISO 8601, by the clock of a zone."""
    moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=time_ms)
    return moment.astimezone(zone).isoformat(
        timespec="milliseconds" if time_ms % 1000 else "seconds"
    )


def rounded(value: float | None) -> float | None:
    """Return a value without the noise of its last binary digits."""
    return None if value is None else round(value, 9)


def _write_csv(
    file: TextIO,
    columns: Sequence[str],
    rows: Iterator[Row],
    zone: tzinfo,
    mark: DecimalMark,
) -> int:
    comma = mark is DecimalMark.COMMA
    delimiter = ";" if comma else ","
    file.write(delimiter.join((TIME, *columns)) + "\n")
    count = 0
    for time_ms, values in rows:
        count += 1
        line = delimiter.join((written_time(time_ms, zone), *map(_number, values)))
        file.write((line.replace(".", ",") if comma else line) + "\n")
    return count


def _number(value: float | None) -> str:
    # Not 1e-05, which spreadsheets take for text in some languages.
    return "" if value is None else f"{value:.9f}".rstrip("0").rstrip(".")


def _write_json(
    file: TextIO, columns: Sequence[str], rows: Iterator[Row], zone: tzinfo
) -> int:
    count = 0
    for time_ms, values in rows:
        count += 1
        row: dict[str, str | float | None] = {TIME: written_time(time_ms, zone)}
        row.update(zip(columns, map(rounded, values), strict=True))
        file.write(("[\n" if count == 1 else ",\n") + json.dumps(row))
    file.write("\n]\n" if count else "[]\n")
    return count


@contextmanager
def _replaced(path: Path, *, overwrite: bool) -> Iterator[TextIO]:
    """Write a file beside its place, and put it there when it is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if overwrite:
            part.replace(path)
        else:
            _put(part, path)
    finally:
        part.unlink(missing_ok=True)


def _put(part: Path, path: Path) -> None:
    """Give a file its name. Raises FileExistsError when another has it by now."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:
        # Some file systems know no second name.
        if path.exists():
            raise FileExistsError(path) from None
        part.replace(path)
