"""Rows in pages of a damaged file to which nothing leads any more.

When a page that leads to others is lost, those others are still there. Each page says
of what kind it is; the kind, the number of columns and their types tell of which table.
SQLite itself reads the page: as the only one of a small file in memory.

Page and record format: sqlite.org/fileformat2.html, sections 1.6 and 2.1; write-ahead
log: section 4.
"""

from collections.abc import Collection, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
import sqlite3
import struct
import threading
from typing import BinaryIO, Final

from .table import Row, Table

_MAGIC: Final = b"SQLite format 3\x00"
_PAGE_SIZE: Final = 4096
_FREELIST_AT: Final = 32
_LEAF_INDEX, _INNER_INDEX, _LEAF_TABLE = 0x0A, 0x02, 0x0D
_LEAF_HEADER, _INNER_HEADER = 8, 12
_CHILD_BYTES: Final = 4
_WAL_MAGIC: Final = {0x377F0682, 0x377F0683}
_WAL_HEADER, _FRAME_HEADER = 32, 24


class LoosePages:
    """Looks at each page of a file by itself."""

    def __init__(self, path: Path) -> None:
        """Look at the file at `path`."""
        self._path = path
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End what is being read; from any thread."""
        self._stopped.set()

    def rows(
        self, tables: Collection[Table], last_page: int | None = None
    ) -> Iterator[tuple[str, list[Row]]]:
        """Yield the table, one of `tables`, and the rows of each page that holds some.

        Rows that are spread over several pages are left out.
        """
        with ExitStack() as opened:
            file = opened.enter_context(self._path.open("rb"))
            readers = [_PageReader(table) for table in tables]
            for reader in readers:
                opened.callback(reader.close)
            free = _free_pages(file)
            newer = _logged_pages(self._path.with_name(f"{self._path.name}-wal"))
            size = self._path.stat().st_size
            pages = max(-(-size // _PAGE_SIZE), *newer, 0)
            for number in range(2, min(pages, last_page or pages) + 1):
                if self._stopped.is_set():
                    return
                if number in free:
                    continue
                page = newer.get(number) or _page(file, number)
                for reader in readers:
                    if rows := reader.rows(page):
                        yield reader.table.name, rows
                        break


class _PageReader:
    """Reads pages that hold rows of one table."""

    def __init__(self, table: Table) -> None:
        self.table = table
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as blank:
            blank.execute(f"PRAGMA page_size = {_PAGE_SIZE}")
            blank.execute(table.sql)
            image = blank.serialize()
        # The table's only page is the second, in every file.
        self._first, self._rest = image[:_PAGE_SIZE], image[2 * _PAGE_SIZE :]
        self._query = (
            f"SELECT {', '.join(table.names)}"  # noqa: S608  (of our own schema)
            f" FROM {table.name} NOT INDEXED"
        )
        self._connection = sqlite3.connect(
            ":memory:", isolation_level=None, check_same_thread=False
        )

    def rows(self, page: bytes) -> list[Row]:
        """Return the rows of a page; none if it is not of this table."""
        leaf = self._leaf(page)
        if leaf is None:
            return []
        (cells,) = struct.unpack_from(">H", leaf, 3)
        try:
            places = struct.unpack_from(f">{cells}H", leaf, _LEAF_HEADER)
            columns = _columns(leaf, places[0], has_rowid=self.table.has_rowid)
        except struct.error, IndexError:
            return []
        if not self.table.fewest <= columns <= len(self.table.columns):
            return []
        found = self._read(leaf)
        if found is None:
            # One by one: those that are spread over several pages cannot be read.
            found = []
            for place in places:
                found += self._read(_with_one_cell(leaf, place)) or []
        return [row for row in found if self.table.fits(row)]

    def close(self) -> None:
        """Forget the last page."""
        self._connection.close()

    def _leaf(self, page: bytes) -> bytes | None:
        """Return the page as one that leads to no others, None if it is another kind."""
        if self.table.has_rowid:
            return page if page[:1] == bytes([_LEAF_TABLE]) else None
        if page[:1] == bytes([_INNER_INDEX]):
            return _without_children(page)
        return page if page[:1] == bytes([_LEAF_INDEX]) else None

    def _read(self, leaf: bytes) -> list[Row] | None:
        self._connection.deserialize(self._first + leaf + self._rest)
        try:
            return self._connection.execute(self._query).fetchall()
        except sqlite3.DatabaseError:
            return None


def _without_children(page: bytes) -> bytes | None:
    """Make an inner page of an index a leaf: its rows stand behind the ways down."""
    (cells,) = struct.unpack_from(">H", page, 3)
    end = _INNER_HEADER + 2 * cells
    if not cells or end > len(page):
        return None
    places = struct.unpack_from(f">{cells}H", page, _INNER_HEADER)
    if max(places) + _CHILD_BYTES > len(page):
        return None
    moved = struct.pack(f">{cells}H", *(place + _CHILD_BYTES for place in places))
    header = bytes([_LEAF_INDEX]) + page[1:_LEAF_HEADER]
    return header + moved + page[_LEAF_HEADER + len(moved) :]


def _with_one_cell(leaf: bytes, place: int) -> bytes:
    header = leaf[:3] + struct.pack(">H", 1) + leaf[5:_LEAF_HEADER]
    return header + struct.pack(">H", place) + leaf[_LEAF_HEADER + 2 :]


def _columns(leaf: bytes, place: int, *, has_rowid: bool) -> int:
    """Return of how many columns the record of a cell is."""
    _, place = _varint(leaf, place)
    if has_rowid:
        _, place = _varint(leaf, place)
    size, at = _varint(leaf, place)
    end, columns = place + size, 0
    while at < end:
        _, at = _varint(leaf, at)
        columns += 1
    return columns


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of variable length and where it ends."""
    value = 0
    for count in range(8):
        byte = data[at + count]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + count + 1
    return value << 8 | data[at + 8], at + 9


def _page(file: BinaryIO, number: int) -> bytes:
    file.seek((number - 1) * _PAGE_SIZE)
    return file.read(_PAGE_SIZE).ljust(_PAGE_SIZE, b"\x00")


def _free_pages(file: BinaryIO) -> set[int]:
    """Return the pages that hold nothing but what was deleted, as far as known."""
    header = _page(file, 1)
    free: set[int] = set()
    if not header.startswith(_MAGIC):
        return free
    (trunk,) = struct.unpack_from(">I", header, _FREELIST_AT)
    while trunk and trunk not in free:
        free.add(trunk)
        trunk, count, *leaves = struct.unpack(
            f">{_PAGE_SIZE // 4}I", _page(file, trunk)
        )
        free.update(leaves[:count])
    return free


def _logged_pages(path: Path) -> dict[int, bytes]:
    """Return the pages of the write-ahead log up to its last whole commit."""
    try:
        log = path.read_bytes()
    except OSError:
        return {}
    if len(log) < _WAL_HEADER or struct.unpack_from(">I", log)[0] not in _WAL_MAGIC:
        return {}
    salts = log[16:24]
    committed: dict[int, bytes] = {}
    waiting: dict[int, bytes] = {}
    step = _FRAME_HEADER + _PAGE_SIZE
    for at in range(_WAL_HEADER, len(log) - step + 1, step):
        number, size = struct.unpack_from(">II", log, at)
        if log[at + 8 : at + 16] != salts:
            break
        waiting[number] = log[at + _FRAME_HEADER : at + step]
        if size:
            committed |= waiting
            waiting = {}
    return committed
