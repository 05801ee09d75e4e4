"""How often a meter reports, learned from when its reports came."""

from collections.abc import Mapping
from math import log
from typing import Any, Final

from .daily_longest import DailyLongest

# Nobody misses a meter for less: a router starts anew, a wireless plug loses its way.
_LEAST_S: Final = 60.0
# Three reports missed, as the history holds a value.
_MISSED: Final = 3
# Twice the longest of usual days is not usual.
_UNUSUAL: Final = 2.0
# Gaps are counted by their lengths, each class 1.25 times the one before.
_RATIO: Final = 1.25
_CLASSES: Final = 70
_KNOWN_FROM: Final = 20
# Old habits fade: the sums are halved when they tell of this much time.
_MEMORY_S: Final = 7 * 86_400.0
# What is longer is a pause, as inverters make at night, and no rhythm.
_PAUSE_S: Final = 4 * 3600.0
# Until three days are known: a meter that tells what changes may have nothing to tell
# for an hour, and an inverter sleeps through a winter's night.
_UNSTEADY_S: Final = 3600.0
_NIGHT_S: Final = 18 * 3600.0


class Rhythm:
    """Learns the gaps between the reports of one meter.

    `interval_s` is what its settings say, which holds until the meter has shown better.
    What `sleeps`, as inverters do, is not missed for a night until its nights are known.

    The usual gap is the one in which a random moment lies: half of the time lies in
    shorter ones. A burst of reports that were kept for an hour is a moment in an hour.
    """

    def __init__(self, interval_s: float, *, sleeps: bool = False) -> None:
        """Learn from the first report on."""
        self._interval_s = interval_s
        self._sleeps = sleeps
        self._seconds = [0.0] * _CLASSES
        self._total_s = 0.0
        self._gaps = 0
        self._longest = DailyLongest()
        self._last_ms: int | None = None
        self._usual_s: float | None = None
        self._stale = False

    def note(self, time_ms: int) -> None:
        """Note that a report came."""
        last_ms, self._last_ms = self._last_ms, time_ms
        if last_ms is None or time_ms <= last_ms:
            return
        gap_ms = time_ms - last_ms
        self._longest.note(time_ms, gap_ms)
        gap_s = gap_ms / 1000
        self._gaps += 1
        if gap_s > _PAUSE_S:
            return
        self._seconds[_class_of(gap_s)] += gap_s
        self._total_s += gap_s
        self._stale = True
        if self._total_s > _MEMORY_S:
            self._seconds = [seconds / 2 for seconds in self._seconds]
            self._total_s /= 2

    @property
    def usual_s(self) -> float | None:
        """The usual time between two reports [s]; None until it is known."""
        if self._gaps < _KNOWN_FROM or not self._total_s:
            return None
        if self._stale:
            self._stale = False
            within, half = 0.0, self._total_s / 2
            for number, seconds in enumerate(self._seconds):
                within += seconds
                if within >= half:
                    self._usual_s = _RATIO ** (number + 1)
                    break
        return self._usual_s

    @property
    def silent_after_s(self) -> float:
        """How long a meter may be quiet before it counts as not there [s]."""
        usual_s = self.usual_s
        return max(
            _LEAST_S, _MISSED * (self._interval_s if usual_s is None else usual_s)
        )

    @property
    def learning(self) -> bool:
        """Whether it is not known yet how long the meter's usual pauses are."""
        return self._longest.usual_ms is None

    @property
    def missed_after_s(self) -> float:
        """How long a meter may be quiet before that is unusual for it [s]."""
        silent_s, usual_ms = self.silent_after_s, self._longest.usual_ms
        if usual_ms is not None:
            return max(silent_s, _UNUSUAL * usual_ms / 1000)
        longest_s = self._longest.so_far_ms / 1000
        if self._sleeps:
            least_s = _NIGHT_S
        elif self.usual_s is None or longest_s > silent_s:
            least_s = _UNSTEADY_S
        else:
            least_s = 0.0
        return max(silent_s, _UNUSUAL * longest_s, least_s)

    def state(self) -> dict[str, Any]:
        """Return what a restart shall not forget, for `restore`."""
        return {
            "gaps": self._gaps,
            "seconds": {n: round(s, 1) for n, s in enumerate(self._seconds) if s},
            "longest": self._longest.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from an earlier state; what cannot be one is left out."""
        gaps, seconds = state.get("gaps"), state.get("seconds")
        if not isinstance(gaps, int) or not isinstance(seconds, Mapping):
            return
        self._longest.restore(state.get("longest"))
        for number, value in seconds.items():
            # JSON has only texts for keys.
            if not str(number).isdecimal() or not isinstance(value, int | float):
                continue
            if int(number) < _CLASSES and 0 < value <= 2 * _MEMORY_S:
                self._seconds[int(number)] += value
                self._total_s += value
        self._gaps += max(0, gaps)
        self._stale = True


def _class_of(gap_s: float) -> int:
    """Return the class of a gap: the number n of 1.25^n to 1.25^(n + 1) seconds."""
    if gap_s <= 1.0:
        return 0
    return min(_CLASSES - 1, int(log(gap_s) / log(_RATIO)))
