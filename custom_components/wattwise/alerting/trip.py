"""A condition that counts once it has lasted, until its opposite has."""


class Trip:
    """Is active after its condition held for `on_ms`, until it did not for `off_ms`.

    What flaps faster than that changes nothing. Times are the readings' own [ms since
    the epoch]; between two readings the condition is taken to be as the earlier one
    told, so a single reading that nothing follows proves nothing.
    """

    __slots__ = ("_off_ms", "_on_ms", "_since_ms", "active")

    def __init__(self, on_ms: int, off_ms: int, *, active: bool = False) -> None:
        """Begin active if it was so before a restart."""
        self.active = active
        self._on_ms = on_ms
        self._off_ms = off_ms
        self._since_ms: int | None = None

    def update(self, time_ms: int, *, met: bool) -> bool:
        """Note whether the condition is met now, and return whether it counts."""
        if met == self.active:
            self._since_ms = None
            return met
        if self._since_ms is None:
            self._since_ms = time_ms
        if time_ms - self._since_ms >= (self._off_ms if self.active else self._on_ms):
            self.active = met
            self._since_ms = None
        return self.active

    def interrupt(self) -> None:
        """Forget what was about to change: nothing is known of the time between."""
        self._since_ms = None
