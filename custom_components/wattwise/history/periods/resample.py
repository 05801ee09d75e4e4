"""Buckets narrower than the roll-ups, made from raw readings."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ...metering.quantity import Channel
from ...metering.segment import Segment, shares
from ..readings.raw_readings import RawReading
from .bucket import Bucket


@dataclass(slots=True)
class _Sums:
    count: int = 0
    first: float | None = None
    last: float | None = None
    min: float | None = None
    max: float | None = None
    integral: float = 0.0
    covered_ms: int = 0
    energy_wh: float = 0.0


def resample_levels(
    readings: Sequence[RawReading], width_ms: int, start_ms: int, end_ms: int
) -> list[Bucket]:
    """Return buckets of momentary values, each held until the next or its limit.

    `readings` are in order and include the last before `start_ms` and the first
    from `end_ms` on, where there are such.
    """
    sums: dict[int, _Sums] = {}
    for earlier, later in pairwise(readings):
        level = Segment(earlier.time_ms, earlier.time_ms + later.span_ms, earlier.value)
        for share in shares(level, width_ms):
            bucket = sums.setdefault(share.start_ms, _Sums())
            bucket.integral += share.integral
            bucket.covered_ms += share.duration_ms
    _count(readings, width_ms, sums)
    return _buckets(sums, width_ms, start_ms, end_ms)


def resample_energy(
    readings: Sequence[RawReading], width_ms: int, start_ms: int, end_ms: int
) -> list[Bucket]:
    """Return buckets of the energy told by counters or amounts; see above."""
    sums: dict[int, _Sums] = {}
    for reading in readings:
        flowed = Segment(
            reading.time_ms - reading.span_ms,
            reading.time_ms,
            energy_wh=reading.energy_wh,
        )
        _add_energy(flowed, width_ms, sums)
    _count(readings, width_ms, sums)
    return _buckets(sums, width_ms, start_ms, end_ms)


def resample_derived_energy(
    power: Sequence[RawReading],
    channel: Channel,
    width_ms: int,
    start_ms: int,
    end_ms: int,
) -> list[Bucket]:
    """Return buckets of the energy derived from power readings, in one direction."""
    sums: dict[int, _Sums] = {}
    sign = 1 if channel is Channel.ENERGY_IMPORT else -1
    for earlier, later in pairwise(power):
        if later.energy_wh is not None and sign * later.energy_wh > 0:
            flowed = Segment(
                earlier.time_ms,
                earlier.time_ms + later.span_ms,
                energy_wh=sign * later.energy_wh,
            )
            _add_energy(flowed, width_ms, sums)
    return _buckets(sums, width_ms, start_ms, end_ms)


def _add_energy(segment: Segment, width_ms: int, sums: dict[int, _Sums]) -> None:
    for share in shares(segment, width_ms):
        bucket = sums.setdefault(share.start_ms, _Sums())
        bucket.energy_wh += share.energy_wh
        bucket.covered_ms += share.duration_ms


def _count(
    readings: Sequence[RawReading], width_ms: int, sums: dict[int, _Sums]
) -> None:
    for reading in readings:
        bucket = sums.setdefault(reading.time_ms // width_ms * width_ms, _Sums())
        bucket.count += 1
        value = reading.value
        if value is None:
            continue
        if bucket.first is None:
            bucket.first = value
        bucket.last = value
        bucket.min = value if bucket.min is None else min(bucket.min, value)
        bucket.max = value if bucket.max is None else max(bucket.max, value)


def _buckets(
    sums: dict[int, _Sums], width_ms: int, start_ms: int, end_ms: int
) -> list[Bucket]:
    return [
        Bucket(
            start,
            start + width_ms,
            bucket.count,
            bucket.first,
            bucket.last,
            bucket.min,
            bucket.max,
            bucket.integral,
            bucket.covered_ms,
            bucket.energy_wh,
        )
        for start, bucket in sorted(sums.items())
        if start_ms <= start < end_ms
    ]
