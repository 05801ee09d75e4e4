"""Which format a file has: its content tells, its name only helps."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from .csv_table import CsvTable
from .errors import NoTableError, SpreadsheetError, UnknownFormatError
from .hdf5_table import Hdf5Table
from .json_table import JsonTable
from .parquet_table import ParquetTable
from .table import Table
from .text_file import TextFile

# What a file of each format ends in, for lists of files to choose from.
ENDINGS: Final = (
    ".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".gz",
    ".parquet", ".h5", ".hdf5",
)  # fmt: skip

_BEGINNINGS: Final[dict[bytes, Callable[[Path], Table]]] = {
    b"PAR1": ParquetTable,
    b"\x89HDF\r\n\x1a\n": Hdf5Table,
}
# ZIP archives, which newer spreadsheets are, and older spreadsheets.
_ARCHIVES: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"7z\xbc\xaf", b"Rar!")
_TEXT_TABLES: Final = {".csv", ".tsv", ".txt"}
_LOOK_FOR_BRACKET: Final = 1_000


def open_table(path: Path) -> Table:
    """Return the rows of a file, whatever its format.

    Raises FileError and OSError.
    """
    with path.open("rb") as file:
        beginning = file.read(8)
    if not beginning:
        raise NoTableError
    for mark, table in _BEGINNINGS.items():
        if beginning.startswith(mark):
            return table(path)
    if beginning.startswith(_ARCHIVES):
        raise SpreadsheetError
    suffixes = set(path.suffixes)
    if suffixes & {".parquet", ".h5", ".hdf5"}:
        raise UnknownFormatError
    if not suffixes & _TEXT_TABLES:
        with TextFile(path).open() as text:
            if text.read(_LOOK_FOR_BRACKET).lstrip()[:1] in {"[", "{"}:
                return JsonTable(path)
    return CsvTable(path)
