"""How late the event loop runs what is due."""

from asyncio import AbstractEventLoop, TimerHandle
from typing import Final

INTERVAL_S: Final = 0.01


class LagSampler:
    """Is due every 10 ms and notes how much later it was called.

    When the loop was blocked over several of these moments, each of them counts,
    with the time from when it was due: a callback due at a random moment waits as
    long as a sample chosen at random.
    """

    def __init__(self, loop: AbstractEventLoop) -> None:
        """Sample this loop; call `start`."""
        self._loop = loop
        self._due = 0.0
        self._lags_ms: list[float] = []
        self._timer: TimerHandle | None = None

    def start(self) -> None:
        """Sample from now on."""
        self._due = self._loop.time() + INTERVAL_S
        self._timer = self._loop.call_at(self._due, self._note)

    def stop(self) -> None:
        """Sample no longer."""
        if self._timer:
            self._timer.cancel()

    def take(self) -> list[float]:
        """Return the lags [ms] since the last call."""
        lags, self._lags_ms = self._lags_ms, []
        return lags

    def _note(self) -> None:
        now = self._loop.time()
        while self._due <= now:
            self._lags_ms.append((now - self._due) * 1000)
            self._due += INTERVAL_S
        self._timer = self._loop.call_at(self._due, self._note)
