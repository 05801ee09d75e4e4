"""Jobs on the file as a whole: deleting meters, holding still for a backup."""

from collections.abc import Collection
from typing import Final

from .writer import Transaction

# The tables that are kept by channel.
_BY_CHANNEL: Final = (
    "reading",
    "held",
    "pruned",
    "rollup_5min",
    "rollup",
    "stale_hour",
    "outbox_reading",
    "outbox_slot",
    "outbox_past",
)
_DELETE_METER: Final = (
    *(
        f"DELETE FROM {table} WHERE channel_id IN"  # noqa: S608  (names of ours)
        " (SELECT channel_id FROM channel WHERE meter_id = ?)"
        for table in _BY_CHANNEL
    ),
    (
        "DELETE FROM packed_hour WHERE hour_id IN (SELECT hour_id FROM channel"
        " JOIN packed_hour ON hour_id >= channel_id << 24"
        " AND hour_id < (channel_id + 1) << 24 WHERE meter_id = ?)"
    ),
    "DELETE FROM refused WHERE meter_id = ?",
    "DELETE FROM channel WHERE meter_id = ?",
    "DELETE FROM meter WHERE meter_id = ?",
)


def delete_meters(transaction: Transaction, meter_ids: Collection[str]) -> None:
    """Delete all that is kept of these meters."""
    for meter_id in meter_ids:
        for statement in _DELETE_METER:
            transaction.connection.execute(statement, (meter_id,))
    transaction.ledger.forget()


def hold_main_file(transaction: Transaction) -> None:
    """Leave the main file as it is; commits go to the write-ahead log."""
    transaction.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    transaction.connection.execute("PRAGMA wal_autocheckpoint = 0")


def release_main_file(transaction: Transaction) -> None:
    """Let the write-ahead log flow into the main file again."""
    transaction.connection.execute("PRAGMA wal_autocheckpoint = 1000")
    transaction.connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
