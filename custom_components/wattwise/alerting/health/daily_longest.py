"""The longest something lasted on each of the last days."""

from statistics import median
from typing import Final

# Days of the week differ; two of each are enough to know what is usual.
_DAYS: Final = 14
_KNOWN_FROM: Final = 3
_DAY_MS: Final = 86_400_000


class DailyLongest:
    """Keeps the longest duration that ended on each day, of days of UTC.

    The median of such maxima is what a usual day brings: one bad day, or six of them in
    two weeks, do not move it, and neither does the number of short ones.
    """

    __slots__ = ("_longest_ms",)

    def __init__(self) -> None:
        """Know of no day."""
        self._longest_ms: dict[int, int] = {}

    def note(self, end_ms: int, lasted_ms: int) -> None:
        """Note what ended at a time after it had lasted for so long."""
        day = end_ms // _DAY_MS
        known_ms = self._longest_ms.get(day)
        if known_ms is not None:
            if lasted_ms > known_ms:
                self._longest_ms[day] = lasted_ms
            return
        self._longest_ms[day] = lasted_ms
        while len(self._longest_ms) > _DAYS + 1:
            del self._longest_ms[min(self._longest_ms)]

    @property
    def so_far_ms(self) -> int:
        """The longest of all."""
        return max(self._longest_ms.values(), default=0)

    @property
    def usual_ms(self) -> float | None:
        """The longest of a usual day; None until three days are over."""
        if len(self._longest_ms) <= _KNOWN_FROM:
            return None
        today = max(self._longest_ms)
        return median(ms for day, ms in self._longest_ms.items() if day != today)

    def state(self) -> list[list[int]]:
        """Return what a restart shall not forget, for `restore`."""
        return [[day, ms] for day, ms in sorted(self._longest_ms.items())]

    def restore(self, state: object) -> None:
        """Go on from an earlier state; what is none is left out."""
        if not isinstance(state, list):
            return
        for item in state[-_DAYS - 1 :]:
            match item:
                case [int(day), int(ms)] if ms >= 0:
                    self.note(day * _DAY_MS, ms)
