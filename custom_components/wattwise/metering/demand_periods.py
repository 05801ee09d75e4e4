"""The periods by which a capacity tariff measures: of the household's clock."""

from datetime import UTC, datetime, tzinfo
from typing import Final

_MINUTE_MS: Final = 60_000


class DemandPeriods:
    """Periods of 15, 30 or 60 minutes that begin when the local clock shows a full one.

    Where clocks are moved by half an hour, a period of an hour is cut short there.
    """

    def __init__(self, minutes: int, zone: tzinfo) -> None:
        """Divide by the clock of a zone."""
        self._width_ms = minutes * _MINUTE_MS
        self._zone = zone

    def bounds(self, time_ms: int) -> tuple[int, int]:
        """Return the begin and the end of the period a time is in [ms]."""
        start_ms = self._floor(time_ms, time_ms)
        end_ms = start_ms + self._width_ms
        if self._offset_ms(start_ms) == self._offset_ms(end_ms - 1):
            return start_ms, end_ms
        # The clock is moved within: by a multiple of the width that changes nothing.
        change_ms = self._change(start_ms, end_ms)
        if self._floor(change_ms, change_ms) == self._floor(change_ms, change_ms - 1):
            return start_ms, end_ms
        return (start_ms, change_ms) if time_ms < change_ms else (change_ms, end_ms)

    def _floor(self, time_ms: int, clock_ms: int) -> int:
        """Return the last full period before a time, by the clock of another time."""
        offset_ms = self._offset_ms(clock_ms)
        return (time_ms + offset_ms) // self._width_ms * self._width_ms - offset_ms

    def _change(self, start_ms: int, end_ms: int) -> int:
        """Return the minute at which the clock is moved."""
        before = self._offset_ms(start_ms)
        minutes = range(start_ms, end_ms, _MINUTE_MS)
        return next((at for at in minutes if self._offset_ms(at) != before), end_ms)

    def _offset_ms(self, time_ms: int) -> int:
        local = datetime.fromtimestamp(time_ms / 1000, UTC).astimezone(self._zone)
        offset = local.utcoffset()
        assert offset is not None  # astimezone always sets it
        return int(offset.total_seconds() * 1000)
