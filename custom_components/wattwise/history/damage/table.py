"""What a table of the file is like, as SQLite itself describes it."""

from dataclasses import dataclass
import math
import sqlite3
from typing import Any, Final

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "INTEGER": (int,),
    "REAL": (float,),
    "TEXT": (str,),
    "BLOB": (bytes,),
}

type Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a STRICT table."""

    name: str
    kind: str
    required: bool
    default: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns in order, and those by which its rows are told apart."""

    name: str
    sql: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    has_rowid: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def fewest(self) -> int:
        """How many columns a row has at least; later ones may have been added."""
        needed = [
            number
            for number, column in enumerate(self.columns, start=1)
            if column.required and column.default is None
        ]
        return max(needed, default=1)

    def place(self, name: str) -> int:
        """Return where a column stands in a row."""
        return self.names.index(name)

    def key_of(self, row: Row) -> Row:
        """Return what tells a row from the others."""
        return tuple(row[self.place(name)] for name in self.key)

    def fits(self, row: Row) -> bool:
        """Whether each value is of its column's kind, as damage may leave others."""
        for column, value in zip(self.columns, row, strict=True):
            if value is None:
                if column.required:
                    return False
            elif not isinstance(value, _TYPES[column.kind]) or (
                isinstance(value, float) and not math.isfinite(value)
            ):
                return False
        return True


def tables_of(connection: sqlite3.Connection) -> dict[str, Table]:
    """Return the tables of a file by name; raises sqlite3.Error."""
    found = connection.execute(
        "SELECT list.name, list.wr, entry.sql FROM pragma_table_list AS list"
        " JOIN sqlite_schema AS entry ON entry.name = list.name"
        " WHERE list.schema = 'main' AND entry.type = 'table'"
        " AND list.name NOT LIKE 'sqlite~_%' ESCAPE '~'"
    ).fetchall()
    return {
        name: _table(connection, name, sql, has_rowid=not without_rowid)
        for name, without_rowid, sql in found
    }


def _table(
    connection: sqlite3.Connection, name: str, sql: str, *, has_rowid: bool
) -> Table:
    columns = []
    key = []
    for column, kind, not_null, default, place in connection.execute(
        'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)'
        " ORDER BY cid",
        (name,),
    ):
        columns.append(Column(column, kind, bool(not_null) or (place > 0), default))
        if place:
            key.append((place, column))
    return Table(
        name, sql, tuple(columns), tuple(column for _, column in sorted(key)), has_rowid
    )
