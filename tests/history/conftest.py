"""What tests of the history share."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from custom_components.wattwise.history.history import History


@pytest.fixture
async def history(tmp_path: Path) -> AsyncGenerator[History]:
    """Return an open history."""
    history = History(tmp_path / "wattwise.db", "Europe/Berlin")
    await history.open()
    yield history
    await history.close()
