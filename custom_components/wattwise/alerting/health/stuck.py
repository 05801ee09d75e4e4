"""Whether a value stands still that used to move."""

from collections.abc import Mapping
from typing import Any, Final

from .daily_longest import DailyLongest

_HOUR_MS: Final = 3_600_000
# Three times the longest of usual days, but no less than two hours.
_UNUSUAL: Final = 3.0
_LEAST_MS: Final = 2 * _HOUR_MS
# Until three days are known: a voltage that shows whole volts may stay for a night.
_UNKNOWN_MS: Final = 12 * _HOUR_MS
# A meter that never moved is a coarse one.
_MOVED: Final = 20
# As many reports of the same value, so that it is the meter that repeats it.
_REPEATED: Final = 20


class StuckWatch:
    """Watches how long a value stays the same to its last digit.

    Zero is no value that stands: nothing is drawn, or a phase is away.
    """

    __slots__ = (
        "_begun_ms",
        "_last_ms",
        "_longest",
        "_moved",
        "_repeated",
        "_value",
    )

    def __init__(self) -> None:
        """Watch from the first value on."""
        self._value: float | None = None
        self._begun_ms = self._last_ms = 0
        self._repeated = 0
        self._moved = 0
        self._longest = DailyLongest()

    @property
    def since_ms(self) -> int:
        """When the value was told for the first time [ms since the epoch]."""
        return self._begun_ms

    @property
    def stands_ms(self) -> int:
        """How long the value has been the same."""
        return self._last_ms - self._begun_ms if self._value else 0

    @property
    def allowed_ms(self) -> float:
        """How long a value may be the same."""
        usual_ms = self._longest.usual_ms
        return _UNKNOWN_MS if usual_ms is None else max(_LEAST_MS, _UNUSUAL * usual_ms)

    @property
    def stuck(self) -> bool:
        """Whether the value stands still unusually long."""
        return (
            self._moved >= _MOVED
            and self._repeated >= _REPEATED
            and self.stands_ms >= _LEAST_MS
            and self.stands_ms >= self.allowed_ms
        )

    def update(self, time_ms: int, value: float) -> None:
        """Note a value."""
        if value == self._value:
            self._last_ms = time_ms
            self._repeated += 1
            return
        if self._value:
            self._longest.note(time_ms, time_ms - self._begun_ms)
            self._moved += 1
        self._value = value
        self._begun_ms = self._last_ms = time_ms
        self._repeated = 0

    def interrupt(self) -> None:
        """Begin anew after a time without readings."""
        self._value = None

    def state(self) -> dict[str, Any]:
        """Return what a restart shall not forget, for `restore`."""
        return {
            "moved": min(self._moved, _MOVED),
            "longest": self._longest.state(),
            "value": self._value,
            "begun_ms": self._begun_ms,
            "last_ms": self._last_ms,
            "repeated": self._repeated,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from an earlier state: a value may have stood before the restart."""
        match state:
            case {
                "moved": int(moved),
                "longest": longest,
                "value": int() | float() | None as value,
                "begun_ms": int(begun_ms),
                "last_ms": int(last_ms),
                "repeated": int(repeated),
            } if begun_ms <= last_ms:
                self._moved += moved
                self._longest.restore(longest)
                if self._value is None and value is not None:
                    self._value, self._repeated = float(value), repeated
                    self._begun_ms, self._last_ms = begun_ms, last_ms
