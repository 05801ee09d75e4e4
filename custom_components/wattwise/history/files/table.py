"""What all formats have in common: rows with named columns."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from enum import StrEnum

from .errors import UnknownColumnError

type Cell = str | int | float | datetime | date | time | None
"""What a format knows of a cell: text, a number, or a time; None if it is empty."""


class FileFormat(StrEnum):
    """The formats that are read."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    HDF5 = "hdf5"


class Table(ABC):
    """A file's rows, read once more with each call of `rows`.

    Belongs to worker threads; one at a time.
    """

    format: FileFormat
    columns: tuple[str, ...]
    """The names of the columns, each once."""
    together: tuple[str, ...]
    """The most columns of which rows can be read at once; nearly always all."""
    done: float = 0.0
    """How much of the file the running `rows` have read, from 0 to 1."""

    @abstractmethod
    def rows(self, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Yield the number of each row in its file and these cells of it.

        Raises FileError and OSError.
        """

    def positions(self, columns: Sequence[str]) -> list[int]:
        """Return where columns stand among all. Raises UnknownColumnError."""
        for column in columns:
            if column not in self.columns:
                raise UnknownColumnError(column, self.columns)
        return [self.columns.index(column) for column in columns]
