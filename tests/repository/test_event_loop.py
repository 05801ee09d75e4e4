"""The event loops of tests still see what must not be done in one."""

import asyncio
import time

import pytest


async def test_another_thread_is_refused() -> None:
    """Only the loop's own thread may schedule callbacks without saying so."""
    loop = asyncio.get_running_loop()
    with pytest.raises(RuntimeError, match="Non-thread-safe"):
        await asyncio.to_thread(loop.call_soon, print)


async def test_a_blocked_loop_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever takes longer than a tenth of a second is named in the log."""
    loop = asyncio.get_running_loop()
    loop.call_soon(time.sleep, loop.slow_callback_duration + 0.01)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert "Executing <Handle sleep" in caplog.text
