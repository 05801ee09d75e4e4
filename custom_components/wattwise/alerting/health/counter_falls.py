"""Counters that begin anew."""

from collections.abc import Mapping
from typing import Any, Final

from ...metering.quantity import Channel

_MINUTE_MS: Final = 60_000
_DAY_MS: Final = 86_400_000
# A fall is worth a word for so long.
_TOLD_MS: Final = 60 * _MINUTE_MS
# As many in a day: the meter restarts again and again.
_REPEATED: Final = 3
_KEPT: Final = 40
_KEPT_MS: Final = 8 * _DAY_MS
# At the same time of a day before, give or take: "energy of today" begins anew each
# night, an hour earlier or later after a change of the clocks.
_SAME_TIME_MS: Final = 20 * _MINUTE_MS
_CLOCKS_MS: Final = (0, -60 * _MINUTE_MS, 60 * _MINUTE_MS)


class CounterFalls:
    """Notes when a counter took a lower level for good.

    The history believes a fall after three readings that agree; a single wrong one never
    comes here.
    """

    def __init__(self) -> None:
        """Know of no fall."""
        self._shown: dict[Channel, float] = {}
        self._falls_ms: list[int] = []
        self._told_ms: int | None = None
        self.fell_by_wh: float | None = None
        """By how much the last one fell; of several at once, the one that fell most."""

    def note(self, channel: Channel, time_ms: int, shown_wh: float) -> None:
        """Note what a counter shows [Wh], at the time when it is told."""
        before_wh, self._shown[channel] = self._shown.get(channel), shown_wh
        if before_wh is not None and shown_wh < before_wh:
            self._fall(time_ms, before_wh - shown_wh)

    def _fall(self, time_ms: int, by_wh: float) -> None:
        last_ms = self._falls_ms[-1] if self._falls_ms else None
        if last_ms is not None and 0 <= time_ms - last_ms < _MINUTE_MS:
            # All counters of a meter begin anew with it.
            if self._told_ms == last_ms:
                self.fell_by_wh = max(by_wh, self.fell_by_wh or 0.0)
            return
        if not self._is_habit(time_ms):
            self._told_ms = time_ms
            self.fell_by_wh = by_wh
        self._falls_ms.append(time_ms)
        self._falls_ms = [
            at for at in self._falls_ms[-_KEPT:] if time_ms - at <= _KEPT_MS
        ]

    def _is_habit(self, time_ms: int) -> bool:
        """Whether a counter fell at this time of a day before, too."""
        return any(
            days >= 1 and abs(time_ms - at - days * _DAY_MS + clock) <= _SAME_TIME_MS
            for at in self._falls_ms
            for clock in _CLOCKS_MS
            for days in (round((time_ms - at + clock) / _DAY_MS),)
        )

    def fell(self, now_ms: int) -> bool:
        """Whether a counter fell within the last hour."""
        return self._told_ms is not None and 0 <= now_ms - self._told_ms < _TOLD_MS

    def count(self, now_ms: int) -> int:
        """Return how often counters fell within a day."""
        return sum(0 <= now_ms - at < _DAY_MS for at in self._falls_ms)

    def repeated(self, now_ms: int) -> bool:
        """Whether counters fall again and again."""
        return self.count(now_ms) >= _REPEATED

    def state(self) -> dict[str, Any]:
        """Return what a restart shall not forget, for `restore`."""
        return {
            "falls_ms": list(self._falls_ms),
            "told_ms": self._told_ms,
            "fell_by_wh": self.fell_by_wh,
            "shown_wh": {str(channel): wh for channel, wh in self._shown.items()},
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from an earlier state; a counter may have fallen meanwhile."""
        falls_ms, shown_wh = state.get("falls_ms"), state.get("shown_wh")
        if isinstance(falls_ms, list):
            known = {at for at in falls_ms if isinstance(at, int)}
            self._falls_ms = sorted({*known, *self._falls_ms})
        told_ms, fell_by_wh = state.get("told_ms"), state.get("fell_by_wh")
        if self._told_ms is None and isinstance(told_ms, int):
            self._told_ms = told_ms
            if isinstance(fell_by_wh, int | float):
                self.fell_by_wh = float(fell_by_wh)
        if isinstance(shown_wh, Mapping):
            for name, wh in shown_wh.items():
                if name in list(Channel) and isinstance(wh, int | float):
                    self._shown.setdefault(Channel(name), float(wh))
