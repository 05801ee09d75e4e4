"""What a file holds, in the words of its owner: first rows, and sums by month."""

from bisect import insort
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo
import time
from typing import Final

from ...metering.plausibility import EARLIEST_MS, MAX_AHEAD_MS
from ...metering.quantity import Quantity
from ...metering.reading import Reading, Refusal, RefusedReading
from ..giving_way import giving_way
from .clock import milliseconds
from .layout import Layout
from .meter_file import Batch

_PREVIEW_READINGS: Final = 5
_NAMED_OF_A_REASON: Final = 5
_MS_PER_HOUR: Final = 3_600_000
_DAY: Final = timedelta(days=1)


class Refusals:
    """How many rows were refused for which reason, and the first ones by number."""

    def __init__(self) -> None:
        """Begin with none."""
        self.reasons: Counter[Refusal] = Counter()
        self._first: dict[Refusal, list[int]] = {}

    def add(self, refused: Iterable[RefusedReading]) -> None:
        """Note refused rows."""
        for item in refused:
            self.reasons[item.reason] += 1
            # Rows of a part are booked in order of time, not of the file.
            first = self._first.setdefault(item.reason, [])
            insort(first, item.index)
            del first[_NAMED_OF_A_REASON:]

    def first_of(self, reason: Refusal) -> list[int]:
        """Return the numbers of the first rows that were refused for a reason."""
        return self._first.get(reason, [])


class Overview:
    """What the batches of a file add up to.

    `first_ms` is when the first period begins, `last_ms` when the last amount was
    complete, or the last momentary value was shown; times that nobody can have
    measured at do not count, unless there are no others.
    `months` holds, by local month such as 2026-02, the energy of a channel of power
    or energy [Wh], and the mean of any other.
    """

    def __init__(self, layout: Layout, interval_s: float, zone: tzinfo) -> None:
        """Sum by the months of a zone."""
        self.interval_s = interval_s
        self.rows = 0
        self._latest_ms = time.time_ns() // 1_000_000 + MAX_AHEAD_MS
        self._possible: tuple[int, int] | None = None
        self._impossible: tuple[int, int] | None = None
        self.preview: list[tuple[int, Reading]] = []
        """The first readings, each with the start of its period [ms]."""
        self.refused = Refusals()
        self._layout = layout
        self.zone = zone
        self._sums: dict[str, float] = {}
        self._counts: Counter[str] = Counter()
        self._month = ""
        self._month_start_ms = self._month_end_ms = 0
        self._counted: Reading | None = None

    @property
    def first_ms(self) -> int | None:
        """When the file begins."""
        span = self._possible or self._impossible
        return span[0] if span else None

    @property
    def last_ms(self) -> int | None:
        """When it ends."""
        span = self._possible or self._impossible
        return span[1] if span else None

    @property
    def months(self) -> dict[str, float]:
        """The sums or means, in order."""
        months = sorted(self._sums.items())
        if self._layout.channel.quantity in {Quantity.ENERGY, Quantity.POWER}:
            return dict(months)
        return {month: value / self._counts[month] for month, value in months}

    def add(self, batch: Batch) -> None:
        """Note what a part of the file holds."""
        self.rows += len(batch.readings) + len(batch.refused)
        self.refused.add(batch.refused)
        missing = _PREVIEW_READINGS - len(self.preview)
        rows = list(zip(batch.starts_ms, batch.readings, strict=True))
        self.preview += rows[:missing]
        for start_ms, reading in giving_way(rows):
            if EARLIEST_MS <= reading.time_ms <= self._latest_ms:
                self._possible = _wider(self._possible, start_ms, reading.time_ms)
            else:
                self._impossible = _wider(self._impossible, start_ms, reading.time_ms)
            self._sum(reading, batch.interval_s)

    def _sum(self, reading: Reading, interval_s: float) -> None:
        value = reading.value
        # Amounts bear the time at which they were complete.
        time_ms = reading.time_ms - self._layout.is_amount
        if reading.channel.is_energy and not self._layout.is_amount:
            value = self._rise(reading)
        elif reading.channel.quantity is Quantity.POWER:
            value *= interval_s * 1000 / _MS_PER_HOUR
        if not self._month_start_ms <= time_ms < self._month_end_ms:
            self._find_month(time_ms)
        self._sums[self._month] = self._sums.get(self._month, 0.0) + value
        self._counts[self._month] += 1

    def _rise(self, reading: Reading) -> float:
        """Return what a counter has counted; files may begin with the newest row."""
        before, self._counted = self._counted, reading
        if before is None:
            return 0.0
        rise = reading.value - before.value
        return max(0.0, rise if reading.time_ms > before.time_ms else -rise)

    def _find_month(self, time_ms: int) -> None:
        moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=time_ms)
        try:
            local = moment.astimezone(self.zone)
            first = datetime(local.year, local.month, 1, tzinfo=self.zone)
            following = (first + 31 * _DAY).replace(day=1)
        except OverflowError, ValueError:
            # At the ends of the calendar.
            self._month, self._month_start_ms, self._month_end_ms = "", 0, 0
            return
        self._month = f"{local:%Y-%m}"
        self._month_start_ms = milliseconds(first)
        self._month_end_ms = milliseconds(following)


def _wider(span: tuple[int, int] | None, start_ms: int, end_ms: int) -> tuple[int, int]:
    """Return a span that reaches over another one too."""
    return (
        (min(span[0], start_ms), max(span[1], end_ms)) if span else (start_ms, end_ms)
    )
