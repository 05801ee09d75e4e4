"""Whether the file is whole: telling damage from other trouble, and looking for it."""

from pathlib import Path
import sqlite3
import threading
import time
from typing import Final

from ..database import (
    connect_reader,
    connect_writer,
    leave_log,
    schema,
)
from ..errors import DamagedHistoryError, HistoryError
from .table import tables_of

# Of the extended result codes of SQLite, what tells the kind.
_PRIMARY: Final = 0xFF
# A full disk, a lock, missing permission and a disk that does not answer pass, or are
# for people to repair; the file is as good as it was.
_DAMAGE: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

_CHECKED: Final = "checked_ms"

# The check reads every page. It rests after so many of SQLite's steps, so that an SD
# card has time for readings in between.
_STEPS: Final = 500
_REST_S: Final = 0.005


def is_damage(err: BaseException) -> bool:
    """Whether SQLite says by this error that the file is damaged."""
    code = getattr(err, "sqlite_errorcode", None)
    return (
        isinstance(err, sqlite3.Error)
        and code is not None
        and (code & _PRIMARY in _DAMAGE)
    )


def history_error(err: Exception) -> HistoryError:
    """Return what the users of the history are told of an error."""
    if isinstance(err, HistoryError):
        return err
    kind = DamagedHistoryError if is_damage(err) else HistoryError
    return kind(str(err) or repr(err))


def open_whole(path: Path) -> sqlite3.Connection:
    """Open the file for writing, if all its tables are there; see connect_writer.

    No more is looked at: a large file must not delay the start. Raises
    DamagedHistoryError, NewerSchemaError and sqlite3.Error.
    """
    connection = connect_writer(path)
    try:
        _find_tables(connection)
    except BaseException:
        leave_log(connection)
        connection.close()
        raise
    return connection


def _find_tables(connection: sqlite3.Connection) -> None:
    """Raise DamagedHistoryError when a table is missing.

    A header may be in order and what it leads to be gone: SQLite then sees a file
    without tables.
    """
    found = tables_of(connection)
    for name, table in schema().items():
        there = found[name].names if name in found else ()
        if not set(table.names) <= set(there):
            raise DamagedHistoryError(f"the table {name} is not as it should be")
        # What leads to its rows must be readable too.
        first = f"SELECT 1 FROM {name} LIMIT 1"  # noqa: S608  (of our own schema)
        connection.execute(first).fetchone()


class Check:
    """One look at every page of the file, which can be ended from another thread."""

    def __init__(self, path: Path) -> None:
        """Prepare to check the file at `path`, through a connection of its own."""
        self._path = path
        self._stopped = threading.Event()
        self._connection: sqlite3.Connection | None = None

    def run(self) -> str | None:
        """Return the first thing that is wrong, None when the file is whole.

        For a thread of its own: it takes a minute or more for each gigabyte. Raises
        HistoryError when it was stopped or the file cannot be read for other reasons.
        """
        try:
            connection = self._connection = connect_reader(self._path)
            try:
                connection.set_progress_handler(self._rest, _STEPS)
                (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            finally:
                self._connection = None
                connection.close()
        except sqlite3.Error as err:
            if is_damage(err):
                return str(err)
            raise HistoryError(str(err)) from err
        return None if verdict == "ok" else str(verdict)

    def stop(self) -> None:
        """End the check as soon as possible; its `run` raises."""
        self._stopped.set()
        if connection := self._connection:
            connection.interrupt()

    def _rest(self) -> int:
        time.sleep(_REST_S)
        return self._stopped.is_set()


def note_check(connection: sqlite3.Connection) -> None:
    """Note that the file is whole now."""
    connection.execute(
        "INSERT OR REPLACE INTO setting VALUES (?, ?)",
        (_CHECKED, str(time.time_ns() // 1_000_000)),
    )


def last_check(connection: sqlite3.Connection) -> int | None:
    """Return when the file was last found to be whole [ms]."""
    row = connection.execute(
        "SELECT value FROM setting WHERE name = ?", (_CHECKED,)
    ).fetchone()
    return int(row[0]) if row else None
