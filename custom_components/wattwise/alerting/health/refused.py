"""Whether more of a meter's readings are refused than usual."""

from collections.abc import Mapping
from typing import Any, Final

_BIN_MS: Final = 300_000
_BINS: Final = 12
_HOUR_MS: Final = _BIN_MS * _BINS
_HOURS: Final = 168
_KNOWN_FROM: Final = 24
# One in a thousand of a meter that tells four values each 10 seconds, and then some.
_LEAST: Final = 10
# Until a day is known: one each minute.
_UNKNOWN: Final = 60
_TIMES_USUAL: Final = 3
# The share of hours that are called usual.
_USUAL: Final = 0.9
_LEFT: Final = 0.5


class RefusedWatch:
    """Counts refused readings, and compares the last hour with those of a week."""

    def __init__(self) -> None:
        """Count from now on."""
        self._bins: dict[int, int] = {}
        self._hours: dict[int, int] = {}
        self._hour: int | None = None
        self._limit: int | None = None
        self._told: tuple[int, int] | None = None
        self.rising = False

    def note(self, now_ms: int, refused: int) -> None:
        """Note that something came, and how many readings of it were refused."""
        hour = now_ms // _HOUR_MS
        if hour != self._hour:
            self._hour = hour
            self._limit = None
            # Hours ahead of now are of a clock that was wrong, and is ours.
            self._hours = {h: n for h, n in self._hours.items() if h <= hour}
            self._hours.setdefault(hour, 0)
            while len(self._hours) > _HOURS + 1:
                del self._hours[min(self._hours)]
        if refused:
            self._hours[hour] += refused
            number = now_ms // _BIN_MS
            self._bins[number] = self._bins.get(number, 0) + refused
        if self._bins or self.rising:
            self._judge(now_ms)

    def last_hour(self, now_ms: int) -> int:
        """Return how many readings were refused within the last hour."""
        now = now_ms // _BIN_MS
        self._bins = {n: c for n, c in self._bins.items() if 0 <= now - n < _BINS}
        return sum(self._bins.values())

    def told(self, now_ms: int) -> int:
        """Return the same to be shown: another number each 5 minutes at the most."""
        number = now_ms // _BIN_MS
        if self._told is None or self._told[0] != number:
            self._told = number, self.last_hour(now_ms)
        return self._told[1]

    @property
    def learning(self) -> bool:
        """Whether it is not known yet what is usual."""
        return len(self._hours) <= _KNOWN_FROM

    @property
    def usual(self) -> int | None:
        """What nine of ten hours stayed within; None until a day is known."""
        if self.learning:
            return None
        counts = sorted(n for hour, n in self._hours.items() if hour != self._hour)
        return counts[min(len(counts) - 1, int(len(counts) * _USUAL))]

    @property
    def limit(self) -> int:
        """How many refused readings in an hour are more than usual."""
        if self._limit is None:
            usual = self.usual
            self._limit = (
                _UNKNOWN if usual is None else max(_LEAST, _TIMES_USUAL * usual)
            )
        return self._limit

    def _judge(self, now_ms: int) -> None:
        count = self.last_hour(now_ms)
        least = self.limit * _LEFT if self.rising else self.limit
        if not self.rising:
            self._told = None
        self.rising = count > least

    def look(self, now_ms: int) -> bool:
        """Return whether more are refused than usual, also while nothing comes."""
        if self.rising:
            self._judge(now_ms)
        return self.rising

    def state(self) -> dict[str, Any]:
        """Return what a restart shall not forget, for `restore`."""
        return {
            "hours": [[hour, n] for hour, n in sorted(self._hours.items())],
            "bins": [[number, n] for number, n in sorted(self._bins.items())],
            "rising": self.rising,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from an earlier state; what is none is left out."""
        for kept, key, most in (
            (self._hours, "hours", _HOURS),
            (self._bins, "bins", _BINS),
        ):
            items = state.get(key)
            for item in items[-most:] if isinstance(items, list) else ():
                match item:
                    case [int(number), int(count)] if count >= 0:
                        kept[number] = kept.get(number, 0) + count
        self.rising = self.rising or state.get("rising") is True
        self._limit = None
