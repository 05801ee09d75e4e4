"""HDF5 files, where h5py is installed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, override

from .errors import BrokenFileError, NoTableError, UnequalColumnsError
from .optional_library import load_library
from .table import Cell, FileFormat, Table

_BATCH_ROWS: Final = 10_000
# Wider tables are measurements of another kind.
_MAX_WIDTH: Final = 200
# How NumPy writes that a time is missing.
_NOT_A_TIME: Final = -(2**63)
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001

type _Slice = Callable[[Any, int, int], Any]


class Hdf5Table(Table):
    """All columns of an HDF5 file, named by the path of their dataset.

    A column is a dataset with one dimension, a field of one with compound rows, or
    a column of one with two dimensions. What pandas wrote is named as it is called
    there.
    """

    format = FileFormat.HDF5

    def __init__(self, path: Path) -> None:
        """Look for columns.

        Raises FileError and OSError.
        """
        self._path = path
        self._h5py = load_library("h5py", self.format)
        self._places: dict[str, tuple[str, _Slice]] = {}
        lengths: dict[int, list[str]] = {}
        with self._file() as file:
            file.visititems(self._note)
            for column, (dataset, _) in self._places.items():
                lengths.setdefault(len(file[dataset]), []).append(column)
        self.columns = tuple(self._places)
        usable = (found for found in lengths.items() if len(found[1]) > 1)
        self.together = tuple(max(usable, default=(0, []))[1])
        if len(self.columns) < 2:
            raise NoTableError

    @override
    def rows(self, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Cell]]]:
        """Yield the number of each row, from 1, and its cells."""
        self.positions(columns)
        places = [self._places[column] for column in columns]
        with self._file() as file:
            datasets = [(file[name], cut) for name, cut in places]
            lengths = {len(dataset) for dataset, _ in datasets}
            if len(lengths) > 1:
                raise UnequalColumnsError
            length = lengths.pop()
            for start in range(0, length, _BATCH_ROWS):
                self.done = start / length
                end = min(start + _BATCH_ROWS, length)
                cells = [_cells(cut(dataset, start, end)) for dataset, cut in datasets]
                yield from enumerate(zip(*cells, strict=True), start + 1)

    def _note(self, name: str, item: Any) -> None:
        if not isinstance(item, self._h5py.Dataset) or not item.shape:
            return
        if item.dtype.names:
            for field in item.dtype.names:
                width = item.dtype[field].shape
                if not width:
                    self._places[f"{name}/{field}"] = (name, _field(field))
                elif len(width) == 1 and width[0] <= _MAX_WIDTH:
                    for at in range(width[0]):
                        place = (name, _element(field, at))
                        self._places[f"{name}/{field}[{at}]"] = place
        elif len(item.shape) == 1:
            self._places[name] = (name, _whole)
        elif len(item.shape) == 2 and item.shape[1] <= _MAX_WIDTH:
            for at, called in enumerate(_names(item)):
                self._places[f"{name}[{called}]"] = (name, _column(at))

    @contextmanager
    def _file(self) -> Iterator[Any]:
        try:
            with self._h5py.File(self._path, "r") as file:
                yield file
        except (OSError, RuntimeError, KeyError) as err:
            # What h5py raises for a damaged file; one that is not there is one too.
            raise BrokenFileError from err


def _whole(dataset: Any, start: int, end: int) -> Any:
    return dataset[start:end]


def _field(name: str) -> _Slice:
    return lambda dataset, start, end: dataset[start:end][name]


def _element(name: str, at: int) -> _Slice:
    return lambda dataset, start, end: dataset[start:end][name][:, at]


def _column(at: int) -> _Slice:
    return lambda dataset, start, end: dataset[start:end, at]


def _names(item: Any) -> list[str]:
    """Return what pandas calls the columns of a block; their numbers elsewhere."""
    numbers = [str(at) for at in range(item.shape[1])]
    items = item.parent.get(item.name.replace("_values", "_items"))
    if items is None or items == item or items.shape != (item.shape[1],):
        return numbers
    names = [_cell(name) for name in items[:].tolist()]
    return [str(name) for name in names] if len(set(names)) == len(names) else numbers


def _cells(values: Any) -> list[Cell]:
    """Return the values of an array as Python knows them."""
    if values.dtype.kind != "M":
        return [_cell(value) for value in values.tolist()]
    times = values.astype("datetime64[ms]").astype("int64").tolist()
    return [
        None if time == _NOT_A_TIME else _EPOCH + timedelta(milliseconds=time)
        for time in times
    ]


def _cell(value: Any) -> Cell:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace").rstrip("\0")
    return value if isinstance(value, (str, int, float)) else None
