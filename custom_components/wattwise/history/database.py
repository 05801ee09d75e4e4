"""The SQLite file: its schema, its settings, its migrations."""

from collections.abc import Callable
from pathlib import Path
import sqlite3
from typing import Final

SCHEMA_VERSION: Final = 1

# Readings and 5-minute roll-ups are clustered by time slot first: one commit with
# the values of all channels then touches a handful of pages instead of one or two
# per channel, which is what wears SD cards out. Roll-ups of hours and days are
# written rarely and read per channel, so they are clustered by channel.
_SCHEMA: Final = """
CREATE TABLE meter (
    meter_id TEXT PRIMARY KEY,
    name TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE channel (
    channel_id INTEGER PRIMARY KEY,
    meter_id TEXT NOT NULL,
    name TEXT NOT NULL,
    first_ms INTEGER,
    last_ms INTEGER,
    last_value REAL,
    register_wh REAL,
    owed_wh REAL NOT NULL DEFAULT 0,
    UNIQUE (meter_id, name)
) STRICT;
CREATE TABLE reading (
    slot INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    offset_ms INTEGER NOT NULL,
    value REAL,
    span_ms INTEGER NOT NULL,
    energy_wh REAL,
    PRIMARY KEY (slot, channel_id, offset_ms)
) STRICT, WITHOUT ROWID;
CREATE TABLE held (
    channel_id INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (channel_id, time_ms)
) STRICT, WITHOUT ROWID;
CREATE TABLE refused (
    meter_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    last_value REAL,
    PRIMARY KEY (meter_id, channel, reason)
) STRICT, WITHOUT ROWID;
CREATE TABLE rollup_5min (
    slot INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    count INTEGER NOT NULL,
    first_ms INTEGER,
    first REAL,
    last_ms INTEGER,
    last REAL,
    min REAL,
    max REAL,
    integral REAL NOT NULL,
    covered_ms INTEGER NOT NULL,
    energy_wh REAL NOT NULL,
    PRIMARY KEY (slot, channel_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE rollup (
    channel_id INTEGER NOT NULL,
    period TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL,
    count INTEGER NOT NULL,
    first REAL,
    last REAL,
    min REAL,
    max REAL,
    integral REAL NOT NULL,
    covered_ms INTEGER NOT NULL,
    energy_wh REAL NOT NULL,
    PRIMARY KEY (channel_id, period, start_ms)
) STRICT, WITHOUT ROWID;
CREATE TABLE stale_hour (
    channel_id INTEGER NOT NULL,
    start_ms INTEGER NOT NULL,
    PRIMARY KEY (channel_id, start_ms)
) STRICT, WITHOUT ROWID;
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

# Step n brings a file from schema version n to n + 1.
_MIGRATIONS: Final[dict[int, Callable[[sqlite3.Connection], None]]] = {}

_BUSY_TIMEOUT_S: Final = 30.0


class NewerSchemaError(Exception):
    """The file was written by a newer version of WattWise."""


def connect_writer(path: Path) -> sqlite3.Connection:
    """Open the file for writing, creating or migrating its schema.

    A commit returns only once it is on disk. Raises NewerSchemaError and
    sqlite3.Error.
    """
    connection = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        _migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open the file for reading only."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        timeout=_BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA query_only = ON")
    return connection


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema to the current version, all of it or none."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == SCHEMA_VERSION:
        return
    if version > SCHEMA_VERSION:
        raise NewerSchemaError(
            f"history file has schema {version}, this version knows {SCHEMA_VERSION}"
        )
    connection.execute("BEGIN IMMEDIATE")
    try:
        if version == 0:
            for statement in _SCHEMA.split(";"):
                if statement.strip():
                    connection.execute(statement)
        else:
            for step in range(version, SCHEMA_VERSION):
                _MIGRATIONS[step](connection)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
