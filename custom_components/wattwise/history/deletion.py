"""Deleting meters, and exports: gone at once, while their rows go little by little.

What is deleted is renamed first, in one short transaction: nothing finds it under its
name any more, and a meter that is added again begins anew. Its numbers stay taken until
its last row is gone, so that no other is given them. A restart goes on by the names.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
import json
import sqlite3
import time
from typing import Final

from .damage.set_aside import NOTE
from .database import schema
from .readings.packed_hours import LAST_HOUR
from .writer import Transaction

# No meter and no household has such a name.
_DELETED: Final = "deleted:"
# Rows are deleted in transactions of this duration: readings wait meanwhile.
_STEP_S: Final = 0.008

# The large tables that are in order of something else than the channel, by what, and
# how much of it is looked through at once.
_SWEPT: Final = (
    ("reading", "slot", 12),
    ("rollup_5min", "slot", 24),
    ("outbox_reading", "sequence", 500),
)
# Packed hours have the channel in their key.
_BY_HOUR: Final = ("packed_hour", "damaged_hour")
_HOUR_BITS: Final = LAST_HOUR.bit_length()
# How many rows of all other tables are deleted at once.
_ROWS: Final = 200
# What has a name, its column, and what numbers it.
_NAMED: Final = (
    ("channel", "meter_id", "channel_id"),
    ("load", "meter_id", "load_id"),
    ("target", "household", "target_id"),
)


@dataclass(frozen=True, slots=True)
class Remains:
    """What is left of deleted meters and exports, and how far it was looked through."""

    ids: dict[str, list[int]]
    """The numbers of what was renamed, by what they number."""
    table: int = 0
    start: int = 0


def delete_meters(transaction: Transaction, meter_ids: Collection[str]) -> None:
    """Let nothing be known of these meters any more; see `delete_some`.

    What waits to be written to other servers is not sent first: whoever deletes what
    was measured does not want it to appear elsewhere.
    """
    connection = transaction.connection
    for meter_id in meter_ids:
        for table in ("channel", "load"):
            _rename(connection, table, meter_id)
        connection.execute("DELETE FROM refused WHERE meter_id = ?", (meter_id,))
        connection.execute("DELETE FROM meter WHERE meter_id = ?", (meter_id,))
        # A damaged file may still have to be recovered, and knows the meter.
        connection.execute(
            "INSERT OR REPLACE INTO setting SELECT ? || ?, ?"
            " WHERE EXISTS (SELECT 1 FROM setting WHERE name GLOB ?)",
            (_DELETED, meter_id, str(time.time_ns() // 1_000_000), f"{NOTE}*"),
        )
    connection.execute(
        "UPDATE channel SET first_ms = NULL, last_ms = NULL WHERE meter_id GLOB ?",
        (f"{_DELETED}*",),
    )
    transaction.ledger.forget()


def deleted_since(connection: sqlite3.Connection, time_ms: int) -> set[str]:
    """Return meters deleted since a time at which a damaged file was set aside."""
    rows = connection.execute(
        "SELECT name FROM setting WHERE name GLOB ? AND CAST(value AS INTEGER) >= ?",
        (f"{_DELETED}*", time_ms),
    )
    return {name.removeprefix(_DELETED) for (name,) in rows}


def delete_target(connection: sqlite3.Connection, household: str) -> None:
    """Let nothing be known of a household's export any more; see `delete_some`."""
    _rename(connection, "target", household)


def is_deleted(name: str) -> bool:
    """Whether this is the name of something that is being deleted."""
    return name.startswith(_DELETED)


def find_remains(transaction: Transaction) -> Remains | None:
    """Return what is left of what was deleted, None if nothing is."""
    ids = {
        number: [
            found
            for (found,) in transaction.connection.execute(
                f"SELECT {number} FROM {table} WHERE {name} GLOB ?",  # noqa: S608
                (f"{_DELETED}*",),
            )
        ]
        for table, name, number in _NAMED
    }
    return Remains(ids) if any(ids.values()) else None


def delete_some(transaction: Transaction, remains: Remains) -> Remains | None:
    """Delete rows of what was deleted, for some milliseconds.

    Returns what to go on with in another transaction, None when all is gone.
    """
    connection = transaction.connection
    until = time.monotonic() + _STEP_S
    while remains.table < len(_SWEPT):
        remains = _sweep(connection, remains)
        if time.monotonic() > until:
            return remains
    for delete, key, ids in _deletes(remains):
        while connection.execute(delete, {"ids": json.dumps(ids), **key}).rowcount:
            if time.monotonic() > until:
                return remains
    for table, _, number in _NAMED:
        connection.executemany(
            f"DELETE FROM {table} WHERE {number} = ?",  # noqa: S608  (our names)
            [(found,) for found in remains.ids[number]],
        )
    transaction.ledger.forget()
    return None


def _rename(connection: sqlite3.Connection, table: str, name: str) -> None:
    column, number = next(rest for known, *rest in _NAMED if known == table)
    connection.execute(
        f"UPDATE {table} SET {column} = ? || {number} WHERE {column} = ?",  # noqa: S608
        (_DELETED, name),
    )


def _sweep(connection: sqlite3.Connection, remains: Remains) -> Remains:
    """Look through the next part of a large table."""
    table, column, width = _SWEPT[remains.table]
    (first,) = connection.execute(
        f"SELECT min({column}) FROM {table} WHERE {column} >= ?",  # noqa: S608
        (remains.start,),
    ).fetchone()
    if first is None:
        return replace(remains, table=remains.table + 1, start=0)
    for number, ids in _numbers(remains, table):
        connection.execute(
            f"DELETE FROM {table} WHERE {column} >= ? AND {column} < ?"  # noqa: S608
            f" AND {number} IN (SELECT value FROM json_each(?))",
            (first, first + width, json.dumps(ids)),
        )
    return replace(remains, start=first + width)


def _deletes(remains: Remains) -> Iterator[tuple[str, dict[str, int], list[int]]]:
    """Yield what deletes some rows of each table that is not swept, until none is left."""
    for name in _BY_HOUR:
        delete = (
            f"DELETE FROM {name} WHERE hour_id IN (SELECT hour_id"  # noqa: S608
            f" FROM json_each(:ids) CROSS JOIN {name}"
            " ON hour_id >= value << :bits AND hour_id < (value + 1) << :bits"
            " LIMIT :rows)"
        )
        yield delete, {"bits": _HOUR_BITS, "rows": _ROWS}, remains.ids["channel_id"]
    apart = {name for name, *_ in (*_SWEPT, *_NAMED)} | {"meter"}
    for name, table in schema().items():
        for number, ids in _numbers(remains, name):
            if name not in apart:
                key = ", ".join(table.key)
                delete = (
                    f"DELETE FROM {name} WHERE ({key}) IN (SELECT {key}"  # noqa: S608
                    f" FROM {name} WHERE {number} IN (SELECT value FROM"
                    " json_each(:ids)) LIMIT :rows)"
                )
                yield delete, {"rows": _ROWS}, ids


def _numbers(remains: Remains, table: str) -> Iterator[tuple[str, list[int]]]:
    """Yield by what numbers a table's rows may belong to what was deleted."""
    for number, ids in remains.ids.items():
        if ids and number in schema()[table].names:
            yield number, ids
