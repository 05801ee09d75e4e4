"""Telling how far something is, without littering logs."""

from collections.abc import Callable
import time
from typing import Final, TextIO

_EVERY_S: Final = 0.2


class StatusLine:
    """A line on a terminal that is written over; nothing elsewhere."""

    def __init__(
        self, stream: TextIO, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Write to a stream."""
        self._stream = stream
        self._clock = clock
        self._alive = stream.isatty()
        self._shown_at = -_EVERY_S
        self._shown = False

    def show(self, text: str) -> None:
        """Show a text instead of the one before, a few times a second at most."""
        now = self._clock()
        if not self._alive or now - self._shown_at < _EVERY_S:
            return
        self._shown_at = now
        self._shown = True
        self._stream.write(f"\r\x1b[K{text}")
        self._stream.flush()

    def clear(self) -> None:
        """Remove the line."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._shown = False
