"""Opens and closes the history of the benchmark."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from custom_components.wattwise.history.history import History

from .meters import TIME_ZONE


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[History]:
    """Open the history at `path`, which need not be there, and close it after."""
    history = History(path, TIME_ZONE)
    await history.open()
    try:
        yield history
    finally:
        await history.close()
