"""Whether a meter's clock is wrong."""

from collections import deque
from itertools import pairwise
from statistics import median
from typing import Final

_SECOND_MS: Final = 1_000
# Readings from further ahead are refused.
_AHEAD_MS: Final = 60 * _SECOND_MS
# A seventh of a capacity tariff's quarter of an hour.
_BEHIND_MS: Final = 120 * _SECOND_MS
# A mean of a quarter of an hour may bear the time at which that began.
_OWN_INTERVAL: Final = 1.2
# The share of a limit below which the clock is right again.
_RIGHT: Final = 0.5
_KEPT: Final = 21
_NEEDED: Final = 10
_APART_MS: Final = 30 * _SECOND_MS
_OVER_MS: Final = 600 * _SECOND_MS
# What comes late now and then, or is fetched from a cloud, is late by different times.
_STEADY_MS: Final = 30 * _SECOND_MS
# What is on its way takes a moment more or less.
_MOVED_S: Final = 5.0


class ClockWatch:
    """Compares the times of a meter's newest readings with when they came.

    A clock is wrong by the same for long. The median of ten reports and more, over at
    least ten minutes, tells by how much; where the middle half of them is not within half
    a minute, something else makes the readings late.
    """

    def __init__(self) -> None:
        """Compare from the first report on."""
        self._offsets: deque[tuple[int, int]] = deque(maxlen=_KEPT)
        self.wrong = False
        self.judged = False
        """Whether enough came to tell."""
        self.ahead_s: float | None = None
        """How far the clock is ahead, give or take a few seconds; below 0 it is behind.

        None until it is known.
        """

    def note(self, arrived_ms: int, newest_ms: int) -> None:
        """Note when a report came, and the time of the newest reading in it."""
        if self._offsets:
            last_ms, _ = self._offsets[-1]
            if 0 <= arrived_ms - last_ms < _APART_MS:
                return
            if arrived_ms < last_ms:
                # The clock that was wrong is ours.
                self._offsets.clear()
        self._offsets.append((arrived_ms, newest_ms - arrived_ms))
        self._judge()

    def restore(self) -> None:
        """Go on from a clock that was wrong before a restart."""
        self.wrong = True

    def _judge(self) -> None:
        first_ms, last_ms = self._offsets[0][0], self._offsets[-1][0]
        if len(self._offsets) < _NEEDED or last_ms - first_ms < _OVER_MS:
            return
        self.judged = True
        offsets = sorted(offset for _, offset in self._offsets)
        quarter = len(offsets) // 4
        steady = offsets[-1 - quarter] - offsets[quarter] <= _STEADY_MS
        ahead_ms = median(offsets)
        self._tell(ahead_ms / 1000 if steady else None)
        limit_ms = _AHEAD_MS if ahead_ms > 0 else self._behind_ms()
        if self.wrong:
            self.wrong = steady and abs(ahead_ms) > _RIGHT * limit_ms
        else:
            self.wrong = steady and abs(ahead_ms) > limit_ms

    def _tell(self, ahead_s: float | None) -> None:
        """Know by how much, which is not a new state with each report."""
        before_s = self.ahead_s
        if ahead_s is None or before_s is None or abs(ahead_s - before_s) > _MOVED_S:
            self.ahead_s = ahead_s

    def _behind_ms(self) -> float:
        """Return how far the clock may be behind: by the meter's own interval, too."""
        arrived_ms = [at for at, _ in self._offsets]
        usual_ms = median(after - before for before, after in pairwise(arrived_ms))
        return max(_BEHIND_MS, _OWN_INTERVAL * usual_ms)
