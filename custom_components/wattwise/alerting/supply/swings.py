"""How often a value swung up and down of late."""

from collections import deque


class Swings:
    """Counts swings of at least `least` within a window of time.

    A swing is the way between two turning points (the three-point rule by which load
    cycles are counted, ASTM E1049): what trembles by less than `least` has none, and a
    single step, which does not come back, is one.
    """

    __slots__ = (
        "_high",
        "_least",
        "_low",
        "_rising",
        "_since_ms",
        "_times_ms",
        "_window_ms",
    )

    def __init__(self, least: float, window_ms: int) -> None:
        """Count from the first value on."""
        self._least = least
        self._window_ms = window_ms
        self._times_ms: deque[int] = deque()
        self._high: float | None = None
        self._low: float | None = None
        self._rising: bool | None = None
        self._since_ms: int | None = None

    def update(self, time_ms: int, value: float) -> int:
        """Note a value, and return the number of swings in the window before it."""
        if self._since_ms is None:
            self._since_ms = time_ms
        if self._high is None or self._low is None:
            self._high = self._low = value
        elif self._rising is not False and value <= self._high - self._least:
            self._turn(time_ms, value, rising=False)
        elif self._rising is not True and value >= self._low + self._least:
            self._turn(time_ms, value, rising=True)
        else:
            self._high, self._low = max(self._high, value), min(self._low, value)
        while self._times_ms and not 0 <= time_ms - self._times_ms[0] < self._window_ms:
            self._times_ms.popleft()
        return len(self._times_ms)

    def know_window(self, time_ms: int) -> bool:
        """Whether all of the window before a time was seen."""
        since_ms = self._since_ms
        return since_ms is not None and time_ms - since_ms >= self._window_ms

    def _turn(self, time_ms: int, value: float, *, rising: bool) -> None:
        self._times_ms.append(time_ms)
        self._high = self._low = value
        self._rising = rising

    def restart(self) -> None:
        """Begin anew: a time without readings hides what happened in it."""
        self._times_ms.clear()
        self._high = self._low = self._rising = self._since_ms = None
