"""Buckets of any width or period, made from what an archive holds."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final

from ...metering.quantity import Channel
from ..periods.bucket import Bucket, merge
from ..periods.calendar import (
    HOUR_MS,
    SLOT_MS,
    LocalCalendar,
    Period,
)
from ..periods.resample import (
    resample_derived_energy,
    resample_energy,
    resample_levels,
)
from ..questions.queries import MAX_BUCKETS, TooManyBucketsError
from ..readings.raw_readings import RawReading
from .archive import InfluxArchive

# As in the history's own file: two days, one of which may be that of 25 hours.
_MAX_RAW_MS: Final = 49 * HOUR_MS


def read_buckets(
    archive: InfluxArchive,
    meter: str,
    channel: Channel,
    start_ms: int,
    end_ms: int,
    resolution: Period | int,
    calendar: LocalCalendar,
) -> list[Bucket]:
    """Return the buckets that start in [start_ms, end_ms) and hold anything.

    See Queries.buckets. Raises InfluxError and TooManyBucketsError.
    """
    if isinstance(resolution, Period):
        if resolution is Period.HOUR and (end_ms - start_ms) / HOUR_MS > MAX_BUCKETS:
            raise TooManyBucketsError
        first_ms = calendar.start(resolution, start_ms)
        if first_ms < start_ms:
            first_ms = calendar.end(resolution, first_ms)
        if first_ms >= end_ms:
            return []
        last_ms = calendar.start(resolution, end_ms - 1)
        slots = archive.five_minutes(
            meter, channel, first_ms, calendar.end(resolution, last_ms)
        )

        def period(time_ms: int) -> tuple[int, int]:
            start_ms = calendar.start(resolution, time_ms)
            return start_ms, calendar.end(resolution, start_ms)

        return list(_merged(chain.from_iterable(slots), period))

    width_ms = resolution * 1000
    if (end_ms - start_ms) / width_ms > MAX_BUCKETS:
        raise TooManyBucketsError
    if width_ms % SLOT_MS:
        if end_ms - start_ms > _MAX_RAW_MS:
            raise TooManyBucketsError
        return _narrow(archive, meter, channel, start_ms, end_ms, width_ms)
    slots = archive.five_minutes(meter, channel, start_ms, end_ms)

    def piece(time_ms: int) -> tuple[int, int]:
        start_ms = time_ms // width_ms * width_ms
        return start_ms, start_ms + width_ms

    buckets = _merged(chain.from_iterable(slots), piece)
    return [bucket for bucket in buckets if bucket.start_ms >= start_ms]


def _merged(
    slots: Iterable[Bucket], span: Callable[[int], tuple[int, int]]
) -> Iterator[Bucket]:
    """Merge roll-ups that come in order; `span` says to what a time belongs."""
    start_ms = end_ms = 0
    parts: list[Bucket] = []
    for slot in slots:
        if parts and slot.start_ms >= end_ms:
            yield merge(start_ms, end_ms, parts)
            parts = []
        if not parts:
            start_ms, end_ms = span(slot.start_ms)
        parts.append(slot)
    if parts:
        yield merge(start_ms, end_ms, parts)


def _narrow(
    archive: InfluxArchive,
    meter: str,
    channel: Channel,
    start_ms: int,
    end_ms: int,
    width_ms: int,
) -> list[Bucket]:
    readings = _with_neighbours(archive, meter, channel, start_ms, end_ms)
    if not channel.is_energy:
        return resample_levels(readings, width_ms, start_ms, end_ms)
    if readings:
        return resample_energy(readings, width_ms, start_ms, end_ms)
    power = _with_neighbours(archive, meter, Channel.POWER, start_ms, end_ms)
    return resample_derived_energy(power, channel, width_ms, start_ms, end_ms)


def _with_neighbours(
    archive: InfluxArchive, meter: str, channel: Channel, start_ms: int, end_ms: int
) -> list[RawReading]:
    """Return the readings of a time, the last before and the first after it."""
    before = archive.before(meter, channel, start_ms)
    within = chain.from_iterable(archive.raw(meter, channel, start_ms, end_ms))
    after = archive.after(meter, channel, end_ms)
    return [r for r in (before, *within, after) if r is not None]
