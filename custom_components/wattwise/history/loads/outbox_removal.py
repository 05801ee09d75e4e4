"""What waits for InfluxDB of readings that are taken back."""

import sqlite3

from ..outbox.outbox import note_past


def drop_waiting(connection: sqlite3.Connection, load_id: int) -> None:
    """Let nothing of a load be sent any more.

    Other readings of the same times are dropped too; `write_again` brings them back.
    """
    connection.execute(
        "DELETE FROM outbox_reading WHERE sequence IN (SELECT sequence"
        " FROM outbox_reading JOIN (SELECT channel_id, min(first_ms) AS first_ms,"
        " max(last_ms) AS last_ms FROM load_part WHERE load_id = ?"
        " GROUP BY channel_id) AS span USING (channel_id)"
        " WHERE time_ms BETWEEN span.first_ms AND span.last_ms)",
        (load_id,),
    )


def write_again(
    connection: sqlite3.Connection, channel_id: int, start_ms: int, end_ms: int
) -> None:
    """Have what is left of a time sent from the history, where its meter is exported."""
    row = connection.execute(
        "SELECT target_id FROM channel JOIN meter USING (meter_id)"
        " WHERE channel_id = ?",
        (channel_id,),
    ).fetchone()
    if row and row[0] is not None:
        note_past(connection, row[0], channel_id, start_ms, end_ms)
