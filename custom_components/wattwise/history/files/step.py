"""The way from one row of a file to the next."""

from calendar import monthrange
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Literal

from .clock import milliseconds

# The next row is a neighbour up to this many expected steps away, else beyond a gap.
_NEIGHBOUR_STEPS: Final = 1.5
_DAY_S: Final = 86_400
# A change of the clock makes a day longer or shorter by this.
_CLOCK_CHANGE_S: Final = 3_600


class Step:
    """The expected way from a row to the next: by the local calendar if it is days."""

    def __init__(self, interval_s: float, zone: tzinfo) -> None:
        """Expect the usual interval [s], by the calendar of the zone."""
        self._ms = int(interval_s * 1000)
        self._zone = zone
        days = round(interval_s / _DAY_S)
        self._months = self._days = 0
        if abs(interval_s - 29.5 * _DAY_S) <= 1.5 * _DAY_S + _CLOCK_CHANGE_S:
            self._months = 1
        elif days and abs(interval_s - days * _DAY_S) <= _CLOCK_CHANGE_S:
            self._days = days

    @property
    def varies(self) -> bool:
        """Whether steps have different lengths."""
        return bool(self._days or self._months)

    def neighbour(
        self, time_ms: int, found_ms: int | None, direction: Literal[1, -1]
    ) -> int:
        """Return the time a step away: that of the row there, else as expected."""
        expected_ms = self._expected(time_ms, direction)
        if found_ms is not None:
            away_ms = (found_ms - time_ms) * direction
            if 0 < away_ms <= _NEIGHBOUR_STEPS * abs(expected_ms - time_ms):
                return found_ms
        return expected_ms

    def _expected(self, time_ms: int, direction: Literal[1, -1]) -> int:
        if not self.varies:
            return time_ms + direction * self._ms
        try:
            # Aware times of one zone are added to by its wall clock.
            moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=time_ms)
            local = moment.astimezone(self._zone)
            if self._days:
                return milliseconds(local + timedelta(days=direction * self._days))
            year, month = divmod(local.year * 12 + local.month - 1 + direction, 12)
            day = min(local.day, monthrange(year, month + 1)[1])
            there = local.replace(year=year, month=month + 1, day=day, fold=0)
            return milliseconds(there)
        except OverflowError, ValueError:
            # At the ends of the calendar.
            return time_ms + direction * self._ms
