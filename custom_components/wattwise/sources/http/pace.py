"""How often a device is asked: as often as it can bear, and seldom while it is away."""

from secrets import SystemRandom
from typing import Final

# One poll that fails is bad luck, three are an outage.
FAILURES_OF_AN_OUTAGE: Final = 3
# How long to wait for a device that is away [s]: doubled each time.
MIN_BACK_OFF_S: Final = 10.0
MAX_BACK_OFF_S: Final = 300.0
# After a power cut the devices of a house come back, and are not asked in step.
BACK_OFF_JITTER: Final = 0.2
# A device is kept busy a fifth of its time at the most, if that is not too seldom.
BUSY_SHARE: Final = 0.2
MAX_STRETCHED_INTERVAL_S: Final = 60.0

_RANDOM: Final = SystemRandom()


def back_off_s(failures: int) -> float:
    """Return how long to wait after so many failures in a row [s]."""
    doubled = MIN_BACK_OFF_S * 2.0 ** min(failures, 16)
    jitter = _RANDOM.uniform(1 - BACK_OFF_JITTER, 1 + BACK_OFF_JITTER)
    return min(doubled, MAX_BACK_OFF_S) * jitter


class Pace:
    """Follows how polls of a device go."""

    def __init__(self, interval_s: float) -> None:
        """Ask this often while all is well [s]."""
        self._interval_s = interval_s
        self._slowest_s = 0.0
        self._failures = 0

    def note_answer(self) -> None:
        """Take note that the device is there."""
        self._failures = 0

    def note_duration(self, slowest_s: float) -> None:
        """Take note of how long the slowest answer of a poll took [s]."""
        self._slowest_s = slowest_s

    def note_failure(self, *, is_certain: bool) -> None:
        """Take note that a poll failed; `is_certain` if that was no bad luck."""
        self._failures += 1
        if is_certain:
            self._failures = max(self._failures, FAILURES_OF_AN_OUTAGE)

    @property
    def is_outage(self) -> bool:
        """Whether the device is away, not only late."""
        return self._failures >= FAILURES_OF_AN_OUTAGE

    @property
    def interval_s(self) -> float:
        """How often the device is asked while it answers [s]."""
        bearable = min(self._slowest_s / BUSY_SHARE, MAX_STRETCHED_INTERVAL_S)
        return max(self._interval_s, bearable)

    def pause_s(self) -> float:
        """Return how long after the beginning of a poll the next one is due [s]."""
        if not self.is_outage:
            return self.interval_s
        beyond = self._failures - FAILURES_OF_AN_OUTAGE
        return max(self.interval_s, back_off_s(beyond))
