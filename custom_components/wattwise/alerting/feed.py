"""The live readings of one channel, in the order of their times."""

from collections.abc import Iterable
from typing import Protocol


class Watch(Protocol):
    """Looks at the values of one channel."""

    def update(self, time_ms: int, value: float, /) -> object:
        """Note a value in the channel's unit; times rise from call to call."""

    def interrupt(self) -> None:
        """Begin anew: nothing is known of the time before the next value."""


class Feed:
    """Hands a channel's readings to what watches it.

    Late readings say nothing about now and are left out. Between readings further apart
    than `hold_ms`, or where the meter's clock was set back by more, is a gap.
    """

    __slots__ = ("_hold_ms", "_last_ms", "_watches")

    def __init__(self, hold_ms: int, watches: Iterable[Watch] = ()) -> None:
        """Feed these watches, which may be none."""
        self._hold_ms = hold_ms
        self._last_ms: int | None = None
        self._watches = list(watches)

    def add(self, watch: Watch) -> None:
        """Feed another one, too."""
        self._watches.append(watch)

    def take(self, time_ms: int, value: float) -> None:
        """Hand on a reading."""
        last_ms, self._last_ms = self._last_ms, time_ms
        if last_ms is not None and not 0 < time_ms - last_ms <= self._hold_ms:
            if 0 <= last_ms - time_ms <= self._hold_ms:
                self._last_ms = last_ms
                return
            for watch in self._watches:
                watch.interrupt()
        for watch in self._watches:
            watch.update(time_ms, value)
