"""Which meters are written to which InfluxDB, and under what names."""

from collections.abc import Collection, Mapping
import sqlite3

from ..deletion import delete_target, is_deleted
from ..questions.queries import Queries
from ..writer import Transaction
from .outbox import note_past


def set_target(
    transaction: Transaction, household: str, server: str, meters: Mapping[str, str]
) -> list[str]:
    """Write all that these meters tell from now on to a server, and no others.

    `meters` maps the meters' ids to the names they are to have there. A meter that
    was exported before keeps its name: points of one meter must not be scattered over
    two series because somebody renamed it. Returns the meters of which that server has
    nothing yet.
    """
    connection = transaction.connection
    if connection.execute(
        "SELECT 1 FROM target WHERE household = ? AND server != ?", (household, server)
    ).fetchone():
        end_exports(transaction, household, ())
    target_id = connection.execute(
        "INSERT INTO target (household, server) VALUES (?, ?)"
        " ON CONFLICT DO UPDATE SET server = excluded.server RETURNING target_id",
        (household, server),
    ).fetchone()[0]
    before = {
        meter_id
        for (meter_id,) in connection.execute(
            "SELECT meter_id FROM meter WHERE target_id = ?", (target_id,)
        )
    }
    connection.execute(
        "UPDATE meter SET target_id = NULL WHERE target_id = ?", (target_id,)
    )
    for meter_id, name in meters.items():
        connection.execute(
            "UPDATE meter SET target_id = ?,"
            " exported_as = ifnull(exported_as, ?) WHERE meter_id = ?",
            (target_id, _free_name(connection, name), meter_id),
        )
    transaction.ledger.outbox.retarget()
    return [meter_id for meter_id in meters if meter_id not in before]


def is_exported(queries: Queries, household: str, meter_ids: Collection[str]) -> bool:
    """Whether a household or one of the meters is written to some InfluxDB."""
    connection = queries.connection
    if find_target(connection, household) is not None:
        return True
    exported = connection.execute(
        "SELECT meter_id FROM meter WHERE target_id IS NOT NULL"
    )
    return any(meter_id in meter_ids for (meter_id,) in exported)


def end_exports(
    transaction: Transaction, household: str, meter_ids: Collection[str]
) -> None:
    """Write a household and these meters nowhere any more; forget what waits."""
    connection = transaction.connection
    connection.executemany(
        "UPDATE meter SET target_id = NULL WHERE meter_id = ?",
        [(meter_id,) for meter_id in meter_ids],
    )
    if (target_id := find_target(connection, household)) is not None:
        connection.execute(
            "UPDATE meter SET target_id = NULL WHERE target_id = ?", (target_id,)
        )
        delete_target(connection, household)
    transaction.ledger.outbox.retarget()


def end_other_exports(transaction: Transaction, households: Collection[str]) -> None:
    """Write nowhere any more what belongs to other households than these.

    They were removed while nobody could note it, as the last one is.
    """
    rows = transaction.connection.execute("SELECT household FROM target").fetchall()
    for (household,) in rows:
        if household not in households and not is_deleted(household):
            end_exports(transaction, household, ())


def request_past(
    transaction: Transaction,
    meter_ids: list[str],
    start_ms: int | None = None,
    end_ms: int | None = None,
) -> int:
    """Let what the history knows of meters be written to their targets (again).

    Without times all of it; returns how many channels that concerns.
    """
    connection = transaction.connection
    channels = [
        row
        for meter_id in meter_ids
        for row in connection.execute(
            "SELECT target_id, channel_id, first_ms, last_ms FROM channel"
            " JOIN meter USING (meter_id)"
            " WHERE meter_id = ? AND target_id IS NOT NULL AND first_ms IS NOT NULL",
            (meter_id,),
        )
    ]
    count = 0
    for target_id, channel_id, first_ms, last_ms in channels:
        start = first_ms if start_ms is None else max(first_ms, start_ms)
        end = last_ms + 1 if end_ms is None else min(last_ms + 1, end_ms)
        if start < end:
            note_past(connection, target_id, channel_id, start, end)
            count += 1
    return count


def find_target(connection: sqlite3.Connection, household: str) -> int | None:
    """Return the id of a household's target; None if it is not exported."""
    row = connection.execute(
        "SELECT target_id FROM target WHERE household = ?", (household,)
    ).fetchone()
    return row[0] if row else None


def exported_names(queries: Queries, household: str) -> dict[str, str]:
    """Return the names that a household's meters have in its InfluxDB, by their ids."""
    rows = queries.connection.execute(
        "SELECT meter_id, exported_as FROM meter JOIN target USING (target_id)"
        " WHERE household = ?",
        (household,),
    )
    return dict(rows)


def _free_name(connection: sqlite3.Connection, name: str) -> str:
    """Return the name, with a number behind it if another meter has it."""
    taken = {
        other
        for (other,) in connection.execute(
            "SELECT exported_as FROM meter WHERE exported_as IS NOT NULL"
        )
    }
    free, number = name, 2
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free
