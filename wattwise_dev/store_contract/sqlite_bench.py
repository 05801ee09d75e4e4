"""The history's own file under check."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from custom_components.wattwise.history.history import History

from .bench import Bench


@asynccontextmanager
async def sqlite_bench(folder: Path) -> AsyncGenerator[Bench]:
    """Yield a bench on a file in a folder."""
    history = History(folder / "history.db", "Europe/Berlin")
    await history.open()

    async def register(meter_id: str, name: str) -> None:
        await history.add_meter(meter_id, name)

    async def settle() -> None:
        """Nothing is on its way."""

    try:
        yield Bench(history, history, settle, register)
    finally:
        await history.close()
