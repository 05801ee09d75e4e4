"""A file that was set aside: what SQLite can still read of it.

Rows are read in the order of their keys, from both ends of what is not known yet, up
to where the damage begins; the middle of what is left is then tried likewise. What
cannot be reached this way may still lie in loose pages, see loose_pages.py.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
import sqlite3
from typing import Final

from ..database import schema
from .table import (
    Row,
    Table,
    tables_of,
)

# How often what is left is halved. Each half that holds nothing costs two looks.
_DEPTH: Final = 12


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch of a table's keys that cannot be read.

    Its ends may be beginnings of keys and do not belong to it, but for the first if
    it was only looked for and not read. An end that is None is that of the table.
    """

    after: Row | None
    before: Row | None
    with_first: bool = False

    def contains(self, key: Row) -> bool:
        """Whether a key lies in the stretch."""
        begun = (
            self.after is None
            or key > self.after
            or (self.with_first and key == self.after)
        )
        return begun and (self.before is None or key < self.before)


class DamagedFile:
    """Reads a damaged file without changing it, in the thread that opened it."""

    def __init__(self, path: Path) -> None:
        """Open the file at `path`, however much of it is left."""
        self._connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )
        self.tables: dict[str, Table] = {}
        try:
            there = tables_of(self._connection)
        except sqlite3.DatabaseError:
            # Nothing leads to the tables any more.
            there = {}
        for name, table in schema().items():
            if name in there and set(table.key) <= set(there[name].names):
                self.tables[name] = there[name]

    def interrupt(self) -> None:
        """End what is being read; from any thread."""
        self._connection.interrupt()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection, for look-ups that may fail."""
        return self._connection

    def rows(self, name: str, after: Row | None, holes: list[Hole]) -> Iterator[Row]:
        """Yield the rows of a table whose keys come after `after`; note the holes.

        Rows come in order up to the first hole. They have the columns of today; those the file does not know are None or what
        the table gives by default.
        """
        if name not in self.tables:
            holes.append(Hole(after, None))
            return
        yield from self._between(name, after, None, None, holes, _DEPTH)

    def _between(
        self,
        name: str,
        after: Row | None,
        begin: Row | None,
        before: Row | None,
        holes: list[Hole],
        depth: int,
    ) -> Iterator[Row]:
        """Yield rows with keys above `after`, from `begin` on, and below `before`.

        `begin` and `before` may be beginnings of keys.
        """
        table = schema()[name]
        low = after
        try:
            for row in self._select(name, after, begin, before, descending=False):
                if table.fits(row):
                    low = table.key_of(row)
                    yield row
        except sqlite3.DatabaseError:
            pass
        else:
            return
        high: Row | None = None
        with suppress(sqlite3.DatabaseError):
            for row in self._select(name, low, begin, before, descending=True):
                if table.fits(row):
                    high = table.key_of(row)
                    yield row
        lower = low if low is not None else begin
        upper = high if high is not None else before
        middle = _middle(lower, upper) if depth else None
        if middle is None:
            holes.append(Hole(lower, upper, with_first=low is None))
            return
        yield from self._between(name, low, begin, middle, holes, depth - 1)
        yield from self._between(name, None, middle, upper, holes, depth - 1)

    def _select(
        self,
        name: str,
        after: Row | None,
        begin: Row | None,
        before: Row | None,
        *,
        descending: bool,
    ) -> Iterator[Row]:
        table, there = schema()[name], self.tables[name]
        columns = [
            column.name if column.name in there.names else column.default or "NULL"
            for column in table.columns
        ]
        conditions = ["1"]
        values: list[object] = []
        for bound, operator in ((after, ">"), (begin, ">="), (before, "<")):
            if bound is not None:
                names = ", ".join(table.key[: len(bound)])
                marks = ", ".join("?" * len(bound))
                conditions.append(f"({names}) {operator} ({marks})")
                values += bound
        order = ", ".join(
            f"{key} {'DESC' if descending else 'ASC'}" for key in table.key
        )
        yield from self._connection.execute(
            f"SELECT {', '.join(columns)} FROM {name}"  # noqa: S608  (names of tables)
            f" WHERE {' AND '.join(conditions)} ORDER BY {order}",
            values,
        )


def _middle(low: Row | None, high: Row | None) -> Row | None:
    """Return the beginning of a key between two others, None when there is none."""
    if low is None or high is None:
        return None
    for place, (one, other) in enumerate(zip(low, high, strict=False)):
        if one == other:
            continue
        if isinstance(one, int) and isinstance(other, int) and other - one > 1:
            return (*low[:place], (one + other) // 2)
        return high[: place + 1] if len(high) > place + 1 else None
    return None
