"""Pruning by hand, for tests of what is left after it."""

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.periods.calendar import SLOT_MS
from custom_components.wattwise.history.writer import Transaction


async def prune_readings(history: History, before_ms: int) -> None:
    """Remove the readings of all channels from before a full hour."""

    def job(transaction: Transaction) -> None:
        slot = before_ms // SLOT_MS
        transaction.connection.execute("DELETE FROM reading WHERE slot < ?", (slot,))
        transaction.connection.execute("UPDATE channel SET pruned_ms = ?", (before_ms,))
        transaction.ledger.forget()

    await history.run(job)


async def prune_five_minutes(history: History, before_ms: int) -> None:
    """Remove the readings and 5-minute roll-ups from before a full hour."""
    await prune_readings(history, before_ms)

    def job(transaction: Transaction) -> None:
        slot = before_ms // SLOT_MS
        transaction.connection.execute(
            "DELETE FROM rollup_5min WHERE slot < ?", (slot,)
        )
        transaction.connection.execute(
            "UPDATE channel SET pruned_5min_ms = ?", (before_ms,)
        )
        transaction.ledger.forget()

    await history.run(job)


async def mark_stale(history: History) -> None:
    """Mark all hours stale, as if something had changed in each."""
    await history.run(
        lambda t: t.connection.execute(
            "INSERT OR IGNORE INTO stale_hour"
            " SELECT channel_id, start_ms FROM rollup WHERE period = 'hour'"
        )
    )
