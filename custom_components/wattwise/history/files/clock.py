"""Turning the times of a file's rows into UTC, also where clocks are changed."""

from datetime import UTC, datetime, timedelta
from typing import Final

from .layout import DateOrder, Layout
from .table import Cell
from .time_format import read_clock, read_moment

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001
_MILLISECOND: Final = timedelta(milliseconds=1)
_LAST_OF_HOUR: Final = timedelta(minutes=59, seconds=59)


class Clock:
    """Reads times row by row; in the hour a clock shows twice, the order tells."""

    def __init__(
        self,
        layout: Layout,
        date_order: DateOrder | None,
        *,
        newest_first: bool,
        interval_s: float = 0.0,
    ) -> None:
        """Read times of this layout, whose rows may begin with the newest.

        `interval_s` is the usual time between two rows [s].
        """
        self._format = layout.time_format
        self._order = date_order
        self._zone = layout.time_zone
        self._direction = -1 if newest_first else 1
        self._interval_ms = interval_s * 1000
        self._last_ms: int | None = None
        self._hour: datetime | None = None
        self._hour_offset_ms: int | None = None

    def read(self, cell: Cell, clock_cell: Cell | bool = False) -> int | None:
        """Return the time [ms]; None if it is none, or one the local clock skipped.

        `clock_cell` is False where the time of day is not in a column of its own.
        """
        moment = read_moment(cell, self._order, self._format)
        if clock_cell is not False:
            clock = read_clock(clock_cell)
            if not isinstance(moment, datetime) or clock is None:
                return None
            midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
            try:
                moment = midnight + clock
            except OverflowError:
                return None
        if isinstance(moment, datetime):
            moment = self._utc_ms(moment)
        if moment is not None:
            self._last_ms = moment
        return moment

    def _utc_ms(self, moment: datetime) -> int | None:
        try:
            if moment.tzinfo is not None:
                return milliseconds(moment)
            offset_ms = self._usual_offset_ms(moment)
            if offset_ms is None:
                return self._at_change(moment)
            return round((moment - _EPOCH) / _MILLISECOND) - offset_ms
        except OverflowError:
            return None

    def _usual_offset_ms(self, local: datetime) -> int | None:
        """Return what the clock is ahead of UTC; None in an hour in which it changes."""
        hour = local.replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            ends = [
                moment.replace(fold=fold).replace(tzinfo=self._zone).utcoffset()
                for moment in (hour, hour + _LAST_OF_HOUR)
                for fold in (0, 1)
            ]
            self._hour = hour
            self._hour_offset_ms = None
            if ends[0] is not None and len(set(ends)) == 1:
                self._hour_offset_ms = round(ends[0] / _MILLISECOND)
        return self._hour_offset_ms

    def _at_change(self, local: datetime) -> int | None:
        """Read a time of an hour that the local clock shows twice or not at all."""
        first, second = (local.replace(tzinfo=self._zone, fold=fold) for fold in (0, 1))
        if first.astimezone(UTC).astimezone(self._zone).replace(
            tzinfo=None, fold=0
        ) != local.replace(fold=0):
            return None
        # In the order of the file, one after the other.
        either = sorted(map(milliseconds, (first, second)), reverse=self._direction < 0)
        if (last := self._last_ms) is None:
            return either[0]
        ahead = [ms for ms in either if (ms - last) * self._direction > 0]
        return min(
            ahead,
            key=lambda ms: abs(abs(ms - last) - self._interval_ms),
            default=either[1],
        )


def milliseconds(moment: datetime) -> int:
    """Return an aware time as UTC milliseconds since 1970."""
    return round(moment.timestamp() * 1000)
