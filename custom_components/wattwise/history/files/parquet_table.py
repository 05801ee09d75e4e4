"""Parquet files, where pyarrow is installed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, override

from .errors import BrokenFileError, NoTableError
from .optional_library import load_library
from .table import Cell, FileFormat, Table

_BATCH_ROWS: Final = 10_000
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001
_EPOCH_UTC: Final = _EPOCH.replace(tzinfo=UTC)


class ParquetTable(Table):
    """A Parquet file; columns that hold lists or structures are left out."""

    format = FileFormat.PARQUET

    def __init__(self, path: Path) -> None:
        """Read the names of the columns.

        Raises FileError and OSError.
        """
        self._path = path
        self._arrow = load_library("pyarrow", self.format)
        self._parquet = load_library("pyarrow.parquet", self.format)
        with self._readable(), self._parquet.ParquetFile(path) as file:
            self._rows = max(file.metadata.num_rows, 1)
            types = self._arrow.types
            self.columns = self.together = tuple(
                field.name
                for field in file.schema_arrow
                if not types.is_nested(field.type)
            )
        if len(self.columns) < 2:
            raise NoTableError

    @override
    def rows(self, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Yield the number of each row, from 1, and its cells."""
        self.positions(columns)
        start = 1
        with (
            self._readable(),
            self._parquet.ParquetFile(self._path, memory_map=False) as file,
        ):
            for batch in file.iter_batches(
                _BATCH_ROWS, columns=list(columns), use_threads=False
            ):
                cells = [self._cells(batch.column(column)) for column in columns]
                self.done = start / self._rows
                yield from enumerate(zip(*cells, strict=True), start)
                start += batch.num_rows

    def _cells(self, column: Any) -> list[Cell]:
        """Return the values of a column as Python knows them."""
        arrow = self._arrow
        kind = column.type
        if arrow.types.is_timestamp(kind):
            epoch = _EPOCH if kind.tz is None else _EPOCH_UTC
            ms = column.cast(arrow.timestamp("ms", kind.tz), safe=False)
            return [
                None if value is None else epoch + timedelta(milliseconds=value)
                for value in ms.cast(arrow.int64()).to_pylist()
            ]
        return [
            float(value) if isinstance(value, Decimal) else value
            for value in column.to_pylist()
        ]

    @contextmanager
    def _readable(self) -> Iterator[None]:
        try:
            yield
        except (self._arrow.ArrowException, OverflowError) as err:
            raise BrokenFileError from err
