"""Hours, days and months as the household's clock shows them.

Days have 23, 24 or 25 hours; hours begin when the local clock shows a full one,
which in some zones is at half past in UTC.
"""

from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache

SLOT_MS = 300_000
HOUR_MS = 3_600_000


class Period(StrEnum):
    """A period of the local calendar that is rolled up or summed."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class LocalCalendar:
    """Boundaries of local periods, in UTC milliseconds."""

    def __init__(self, time_zone: tzinfo) -> None:
        """Use the time zone's rules."""
        self._zone = time_zone
        self.hour_start = lru_cache(maxsize=4096)(self._hour_start)
        self.day_start = lru_cache(maxsize=1024)(self._day_start)

    @property
    def zone(self) -> tzinfo:
        """The time zone whose clock it follows."""
        return self._zone

    def change_zone(self, time_zone: tzinfo) -> None:
        """Follow another zone's clock from now on."""
        self._zone = time_zone
        self.hour_start.cache_clear()
        self.day_start.cache_clear()

    def start(self, period: Period, time_ms: int) -> int:
        """Return the start of the period that contains the time."""
        match period:
            case Period.HOUR:
                return self.hour_start(time_ms)
            case Period.DAY:
                return self.day_start(time_ms)
            case Period.MONTH:
                local = self._local(time_ms)
                return self._midnight(local.replace(day=1))

    def end(self, period: Period, start_ms: int) -> int:
        """Return the end of the period that starts at the time."""
        match period:
            case Period.HOUR:
                # A clock moved by half an hour cuts hours short.
                offset = self._offset_ms(start_ms)
                full = ((start_ms + offset) // HOUR_MS + 1) * HOUR_MS - offset
                change = self._change_within(start_ms)
                return full if change is None else min(full, change)
            case Period.DAY:
                return self._midnight(self._local(start_ms) + timedelta(days=1))
            case Period.MONTH:
                # 32 days after the first is always in the following month.
                local = self._local(start_ms) + timedelta(days=32)
                return self._midnight(local.replace(day=1))

    def days_before(self, day_start_ms: int, days: int) -> int:
        """Return the start of the day that many days earlier."""
        return self._midnight(self._local(day_start_ms) - timedelta(days=days))

    def weekly_hour(self, time_ms: int) -> tuple[int, int]:
        """Return the weekday (Monday is 0) and the hour that the clock shows."""
        local = self._local(time_ms)
        return local.weekday(), local.hour

    def _hour_start(self, time_ms: int) -> int:
        offset = self._offset_ms(time_ms)
        start = (time_ms + offset) // HOUR_MS * HOUR_MS - offset
        change = self._change_within(start)
        return change if change is not None and change <= time_ms else start

    def _change_within(self, hour_start_ms: int) -> int | None:
        """Return when in the hour the clock is moved by a fraction of an hour."""
        last = hour_start_ms + HOUR_MS - 1
        before = self._offset_ms(hour_start_ms)
        if (self._offset_ms(last) - before) % HOUR_MS == 0:
            return None
        slots = range(hour_start_ms, hour_start_ms + HOUR_MS, SLOT_MS)
        return next(slot for slot in slots if self._offset_ms(slot) != before)

    def _day_start(self, time_ms: int) -> int:
        return self._midnight(self._local(time_ms))

    def _local(self, time_ms: int) -> datetime:
        return datetime.fromtimestamp(time_ms / 1000, UTC).astimezone(self._zone)

    def _offset_ms(self, time_ms: int) -> int:
        offset = self._local(time_ms).utcoffset()
        assert offset is not None  # astimezone always sets it
        return int(offset.total_seconds() * 1000)

    def _midnight(self, local: datetime) -> int:
        """Return the first moment of the local date."""
        naive = local.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0)
        start = int(naive.replace(tzinfo=self._zone).timestamp() * 1000)
        # Where clocks jump over midnight the day starts at one o'clock, and the
        # timestamp of the missing midnight is still of the day before.
        if self._local(start).date() < naive.date():
            start += HOUR_MS
        return start
