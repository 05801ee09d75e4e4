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

    def restore(self) -> None:
        """Go on from a silence that lasted before a restart."""
        self._trip.active = True

    def look(self, now_ms: int, heard_ms: int | None) -> bool:
        """Look at the time since the last report; return whether it is too long.

        Call it at least twice a minute. A meter that was never heard is not missed.
        """
        if heard_ms is None:
            return self._trip.active
        rhythm = self._rhythm
        met = (
            now_ms - heard_ms > rhythm.missed_after_s * 1000
            and now_ms - self._begun_ms > rhythm.silent_after_s * 1000
        )
        return self._trip.update(now_ms, met=met)
