"""What tests of loads share."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from custom_components.wattwise.history.history import History


@pytest.fixture
async def control(tmp_path: Path) -> AsyncGenerator[History]:
    """Return a history that never hears of the file."""
    history = History(tmp_path / "control.db", "Europe/Berlin")
    await history.open()
    yield history
    await history.close()
