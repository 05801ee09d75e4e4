"""The rows of an export: all channels of a meter side by side, in order of time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge as merged
from itertools import groupby, repeat
from typing import Final, Literal
from zoneinfo import ZoneInfo

from ...metering.quantity import BASE_UNIT, Channel
from ..giving_way import giving_way
from ..periods.bucket import Bucket
from ..periods.calendar import (
    HOUR_MS,
    LocalCalendar,
    Period,
)
from .any_step import any_steps
from .blocking_store import BlockingStore

RAW: Final = "raw"

# Years of days or months are few; hours are asked for in parts.
_HOURS_AT_ONCE_MS: Final = 30 * 24 * HOUR_MS

type Resolution = Period | int | Literal["raw"]
type Values = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Export:
    """What is to be exported: `resolution` is a period, a step [s], or raw readings.

    Periods are those that begin in [start_ms, end_ms), by the clock of `time_zone`;
    steps begin at `start_ms`, and the last one ends with the period.
    """

    channels: Sequence[Channel]
    start_ms: int
    end_ms: int
    resolution: Resolution
    time_zone: ZoneInfo

    @property
    def columns(self) -> tuple[str, ...]:
        """The headings of the values, with their units."""
        return tuple(name for channel in self.channels for name in self._names(channel))

    def rows(self, history: BlockingStore) -> Iterator[tuple[int, Values]]:
        """Yield the time [ms] at which each row begins or was read, and its values.

        Rows of which nothing is known are left out. Raises HistoryError and
        AbandonedError.
        """
        streams = [
            zip(repeat(number), self._rows_of(history, channel), strict=False)
            for number, channel in enumerate(self.channels)
        ]
        blanks = [(None,) * len(self._names(channel)) for channel in self.channels]
        together = merged(*streams, key=_time_of)
        for time_ms, group in giving_way(groupby(together, key=_time_of)):
            cells: list[Values] = [*blanks]
            for number, (_, values) in group:
                cells[number] = values
            yield time_ms, tuple(value for part in cells for value in part)

    def _names(self, channel: Channel) -> tuple[str, ...]:
        if channel.is_energy:
            if self.resolution == RAW:
                return f"{channel}_kWh", f"{channel}_counter_kWh"
            return (f"{channel}_kWh",)
        unit = BASE_UNIT[channel.quantity]
        name = f"{channel}_{unit}" if unit.isalpha() else str(channel)
        if self.resolution == RAW:
            return (name,)
        return name, f"{name}_min", f"{name}_max"

    def _rows_of(
        self, history: BlockingStore, channel: Channel
    ) -> Iterator[tuple[int, Values]]:
        if self.resolution == RAW:
            for page in history.raw(channel, self.start_ms, self.end_ms):
                for reading in page:
                    if not channel.is_energy:
                        yield reading.time_ms, (reading.value,)
                        continue
                    flowed, shown = _kwh(reading.energy_wh), _kwh(reading.value)
                    yield reading.time_ms, (flowed, shown)
            return
        for bucket in self._buckets(history, channel):
            if channel.is_energy:
                # An amount may end where an hour begins of which nothing is known.
                if bucket.covered_ms or bucket.energy_wh:
                    yield bucket.start_ms, (_kwh(bucket.energy_wh),)
            elif bucket.mean is not None:
                yield bucket.start_ms, (bucket.mean, bucket.min, bucket.max)

    def _buckets(self, history: BlockingStore, channel: Channel) -> Iterator[Bucket]:
        if isinstance(self.resolution, int):
            yield from any_steps(
                history,
                channel,
                self.start_ms,
                self.end_ms,
                self.resolution,
                LocalCalendar(self.time_zone),
            )
            return
        resolution = Period(self.resolution)
        at_ms = self.start_ms
        while at_ms < self.end_ms:
            until_ms = self.end_ms
            if resolution is Period.HOUR:
                until_ms = min(until_ms, at_ms + _HOURS_AT_ONCE_MS)
            yield from history.buckets(
                channel, at_ms, until_ms, resolution, self.time_zone
            )
            at_ms = until_ms


def _time_of(row: tuple[int, tuple[int, Values]]) -> int:
    return row[1][0]


def _kwh(energy_wh: float | None) -> float | None:
    return None if energy_wh is None else energy_wh / 1000
