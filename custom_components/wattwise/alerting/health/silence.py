"""Whether a meter is silent that should not be."""

from typing import Final

from ..trip import Trip
from .rhythm import Rhythm

# What is heard for a moment only, now and then, is still silent.
_ON_MS: Final = 60_000
_OFF_MS: Final = 60_000


class SilenceWatch:
    """Holds the time since the last report against the meter's own rhythm."""

    def __init__(self, rhythm: Rhythm, begun_ms: int) -> None:
        """Watch from `begun_ms` on: before that nobody could hear the meter."""
        self._rhythm = rhythm
        self._begun_ms = begun_ms
        self._trip = Trip(_ON_MS, _OFF_MS)

    @property
    def silent(self) -> bool:
        """Whether the meter has been silent for unusually long."""
        return self._trip.active

    def restore(self, *, silent: bool, unheard_ms: int) -> None:
        """Go on from before a restart: from a silence, and from one that grew."""
        self._trip.active = silent
        self._begun_ms -= max(0, unheard_ms)

    def unheard_ms(self, now_ms: int, heard_ms: int | None) -> int:
        """Return how long somebody listened, and the meter told nothing."""
        if heard_ms is None:
            return 0
        return max(0, now_ms - max(heard_ms, self._begun_ms))

    def look(self, now_ms: int, heard_ms: int | None) -> bool:
        """Look at the time since the last report; return whether it is too long.

        Call it at least twice a minute. A meter that was never heard is not missed. The
        time in which nobody listened is no silence, unless it came in the midst of one.
        """
        if heard_ms is None:
            return self._trip.active
        if self._trip.active:
            quiet_ms = now_ms - heard_ms
        else:
            quiet_ms = self.unheard_ms(now_ms, heard_ms)
        missed = quiet_ms > self._rhythm.missed_after_s * 1000
        return self._trip.update(now_ms, met=missed)
