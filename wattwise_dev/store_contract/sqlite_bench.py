"""The history's own file under check."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
import time

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.periods.calendar import HOUR_MS
from custom_components.wattwise.history.writer import Transaction

from .bench import Bench


@asynccontextmanager
async def sqlite_bench(folder: Path, *, packed: bool) -> AsyncGenerator[Bench]:
    """Yield a bench on a file in a folder, which is asked before or after packing."""
    history = History(folder / "history.db", "Europe/Berlin")
    await history.open()

    async def register(meter_id: str, name: str) -> None:
        await history.add_meter(meter_id, name)

    def pack(transaction: Transaction) -> bool:
        # As if the last hour were over for long.
        return transaction.ledger.raw.pack(time.time_ns() // 1_000_000 + 6 * HOUR_MS)

    async def settle() -> None:
        if packed:
            await history.refresh_rollups()
            while await history.run(pack):
                pass

    try:
        yield Bench(history, history, settle, register)
    finally:
        await history.close()
