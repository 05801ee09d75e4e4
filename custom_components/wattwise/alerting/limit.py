"""A limit that is passed for long enough, and left by more than a hair."""

from .trip import Trip


class Limit:
    """Watches whether a value is beyond a limit, above it or below.

    `hysteresis` is how far the value has to come back before the limit counts as left,
    in the value's own unit.
    """

    __slots__ = ("_above", "_limit", "_trip", "hysteresis")

    def __init__(
        self,
        limit: float,
        hysteresis: float,
        on_ms: int,
        off_ms: int,
        *,
        above: bool,
        active: bool = False,
    ) -> None:
        """Watch for values above the limit, or below it."""
        self.hysteresis = hysteresis
        self._limit = limit
        self._above = above
        self._trip = Trip(on_ms, off_ms, active=active)

    @property
    def active(self) -> bool:
        """Whether the limit counts as passed."""
        return self._trip.active

    def move(self, limit: float) -> None:
        """Hold the next values against another limit."""
        self._limit = limit

    def update(self, time_ms: int, value: float) -> bool:
        """Note a value, and return whether the limit counts as passed."""
        limit, trip = self._limit, self._trip
        if self._above:
            met = value > (limit - self.hysteresis if trip.active else limit)
        else:
            met = value < (limit + self.hysteresis if trip.active else limit)
        return trip.update(time_ms, met=met)

    def interrupt(self) -> None:
        """Forget what was about to change, after a time without readings."""
        self._trip.interrupt()
