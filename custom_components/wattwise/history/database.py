"""The SQLite file: its schema, its settings, its migrations."""

from contextlib import closing
from functools import cache
from pathlib import Path
import sqlite3
from typing import Final

from .damage.table import Table, tables_of
from .errors import DamagedHistoryError

SCHEMA_VERSION: Final = 4

# Readings and 5-minute roll-ups are clustered by time slot first: one commit with
# the values of all channels then touches a handful of pages instead of one or two
# per channel, which is what wears SD cards out. Roll-ups of hours and days are
# written rarely and read per channel, so they are clustered by channel.
_SCHEMA: Final = """
CREATE TABLE meter (
    meter_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    exported_as TEXT,
    target_id INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX meter_exported_as ON meter (exported_as);
CREATE TABLE channel (
    channel_id INTEGER PRIMARY KEY,
    meter_id TEXT NOT NULL,
    name TEXT NOT NULL,
    first_ms INTEGER,
    last_ms INTEGER,
    last_value REAL,
    register_wh REAL,
    owed_wh REAL NOT NULL DEFAULT 0,
    pruned_ms INTEGER,
    pruned_5min_ms INTEGER,
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
    distribution BLOB,
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
# Readings of hours that are over, packed: the key holds the channel and the hour. And
# the stretches of time of which readings, or 5-minute roll-ups, were pruned.
_PACKED: Final = """
CREATE TABLE packed_hour (
    hour_id INTEGER PRIMARY KEY,
    readings BLOB NOT NULL
) STRICT;
CREATE TABLE pruned (
    channel_id INTEGER NOT NULL,
    what TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL,
    PRIMARY KEY (channel_id, what, start_ms)
) STRICT, WITHOUT ROWID;
"""
# Packed hours that could not be read, as they are: perhaps somebody can one day.
_DAMAGED: Final = """
CREATE TABLE damaged_hour (
    hour_id INTEGER PRIMARY KEY,
    readings BLOB NOT NULL,
    reason TEXT NOT NULL,
    found_ms INTEGER NOT NULL,
    told INTEGER NOT NULL DEFAULT 0
) STRICT;
"""
# What waits to be written to InfluxDB: readings as they were booked, in the order of
# their commits; 5-minute roll-ups that changed, and how often meanwhile; stretches of
# the past, up to where they were written; and what a server refused.
_OUTBOX: Final = """
CREATE TABLE target (
    target_id INTEGER PRIMARY KEY,
    household TEXT NOT NULL UNIQUE,
    server TEXT NOT NULL
) STRICT;
CREATE TABLE outbox_reading (
    sequence INTEGER PRIMARY KEY,
    target_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    value REAL,
    span_ms INTEGER NOT NULL,
    energy_wh REAL
) STRICT;
CREATE INDEX outbox_reading_target ON outbox_reading (target_id);
CREATE TABLE outbox_slot (
    target_id INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    changes INTEGER NOT NULL,
    PRIMARY KEY (target_id, slot, channel_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE outbox_past (
    target_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    level TEXT NOT NULL,
    start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL,
    PRIMARY KEY (target_id, channel_id, level)
) STRICT, WITHOUT ROWID;
CREATE TABLE rejected (
    sequence INTEGER PRIMARY KEY,
    target_id INTEGER NOT NULL,
    rejected_ms INTEGER NOT NULL,
    line TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
"""
# What files brought, so that it can be taken back: the times of the readings each
# append added, packed; from when on they were the newest of a meter whose register
# ran; and the segments, as they were before, of readings that were there already.
_LOADS: Final = """
CREATE TABLE load (
    load_id INTEGER PRIMARY KEY,
    meter_id TEXT NOT NULL,
    file TEXT NOT NULL,
    loaded_ms INTEGER NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE load_part (
    part_id INTEGER PRIMARY KEY,
    load_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    leads_from_ms INTEGER,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    count INTEGER NOT NULL,
    times BLOB NOT NULL
) STRICT;
CREATE INDEX load_part_time ON load_part (channel_id, first_ms);
CREATE TABLE load_neighbour (
    load_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    span_ms INTEGER NOT NULL,
    energy_wh REAL,
    PRIMARY KEY (load_id, channel_id, time_ms)
) STRICT, WITHOUT ROWID;
"""
# By how much registers have to move when a load is taken back [Wh].
_DEBTS: Final = """
CREATE TABLE load_register (
    load_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    energy_wh REAL NOT NULL,
    PRIMARY KEY (load_id, channel_id)
) STRICT, WITHOUT ROWID;
"""
# What version 2 added to the tables of version 1.
_SINCE_2: Final = """
ALTER TABLE meter ADD COLUMN exported_as TEXT;
ALTER TABLE meter ADD COLUMN target_id INTEGER;
CREATE UNIQUE INDEX meter_exported_as ON meter (exported_as);
ALTER TABLE channel ADD COLUMN pruned_ms INTEGER;
ALTER TABLE channel ADD COLUMN pruned_5min_ms INTEGER;
ALTER TABLE rollup ADD COLUMN distribution BLOB;
"""

# The scripts that bring a file from schema version n to n + 1.
_MIGRATIONS: Final[dict[int, tuple[str, ...]]] = {
    1: (_SINCE_2, _OUTBOX, _PACKED),
    2: (_LOADS, _DAMAGED),
    3: (_DEBTS,),
}

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
        # Of a new file only, and before anything else: what is pruned makes it smaller.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        _migrate(connection)
    except BaseException:
        leave_log(connection)
        connection.close()
        raise
    return connection


def leave_log(connection: sqlite3.Connection) -> None:
    """Let the connection leave file and write-ahead log as they are when it closes.

    What is damaged shall not be mixed with what may not be.
    """
    connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)


def blank() -> sqlite3.Connection:
    """Return a history in memory in which nothing is yet, for one thread at a time."""
    connection = sqlite3.connect(
        ":memory:", isolation_level=None, check_same_thread=False
    )
    _migrate(connection)
    return connection


@cache
def schema() -> dict[str, Table]:
    """Return the tables of this version by name."""
    with closing(blank()) as empty:
        return tables_of(empty)


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
    filled = connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    if version < 0 or (version == 0 and filled):
        raise DamagedHistoryError(f"the file says that its schema is {version}")
    if version > SCHEMA_VERSION:
        raise NewerSchemaError(
            f"history file has schema {version}, this version knows {SCHEMA_VERSION}"
        )
    connection.execute("BEGIN IMMEDIATE")
    try:
        if version == 0:
            scripts: tuple[str, ...] = (
                *(_SCHEMA, _OUTBOX, _PACKED),
                *(_LOADS, _DAMAGED, _DEBTS),
            )
        else:
            steps = range(version, SCHEMA_VERSION)
            scripts = tuple(script for step in steps for script in _MIGRATIONS[step])
        for script in scripts:
            # Not executescript: it would commit what was done so far.
            for statement in filter(str.strip, script.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
