"""Holding the main file still while a backup copies it."""

from .writer import Transaction


def hold_main_file(transaction: Transaction) -> None:
    """Leave the main file as it is; commits go to the write-ahead log."""
    transaction.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    transaction.connection.execute("PRAGMA wal_autocheckpoint = 0")


def release_main_file(transaction: Transaction) -> None:
    """Let the write-ahead log flow into the main file again."""
    transaction.connection.execute("PRAGMA wal_autocheckpoint = 1000")
    transaction.connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
