"""Steps of any length, whose energy adds up to that of the history.

What is known of a period stands in buckets: those of 5 minutes, hours where nothing
narrower is kept. A step that cuts a bucket gets its share. Where the readings behind
it are kept, the share is exact; else what flowed in the bucket is spread evenly.
"""

from collections.abc import Iterator
from itertools import pairwise
import math
from typing import Final

from ...metering.quantity import Channel
from ...metering.segment import Segment
from ..periods.bucket import Bucket, merge
from ..periods.calendar import (
    HOUR_MS,
    SLOT_MS,
    LocalCalendar,
    Period,
)
from ..readings.raw_readings import RawReading
from .blocking_store import BlockingStore

# Readings this far around a day explain what happened in it. Longer segments are
# spread evenly in any case.
_AROUND_MS: Final = HOUR_MS
_MS_PER_S: Final = 1000


def any_steps(
    history: BlockingStore,
    channel: Channel,
    start_ms: int,
    end_ms: int,
    step_s: int,
    calendar: LocalCalendar,
) -> Iterator[Bucket]:
    """Yield the steps of a period that hold anything; the last one may be cut short.

    The first one begins where the period does. At most a day is in memory.
    """
    width_ms = step_s * _MS_PER_S
    fine = bool(start_ms % SLOT_MS or end_ms % SLOT_MS or width_ms % SLOT_MS)
    step_ms = start_ms
    parts: list[Bucket] = []
    for piece in _pieces(history, channel, start_ms, end_ms, calendar, fine=fine):
        rest: Bucket | None = piece
        while rest:
            if rest.start_ms >= step_ms + width_ms:
                if parts:
                    yield merge(step_ms, min(step_ms + width_ms, end_ms), parts)
                    parts = []
                step_ms += (rest.start_ms - step_ms) // width_ms * width_ms
            part, rest = _cut(rest, step_ms + width_ms)
            parts.append(part)
    if parts:
        yield merge(step_ms, min(step_ms + width_ms, end_ms), parts)


def _pieces(
    history: BlockingStore,
    channel: Channel,
    start_ms: int,
    end_ms: int,
    calendar: LocalCalendar,
    *,
    fine: bool,
) -> Iterator[Bucket]:
    """Yield what is known of a period in order, day by day."""
    day_ms = calendar.day_start(start_ms)
    while day_ms < end_ms:
        day_end_ms = calendar.end(Period.DAY, day_ms)
        pieces = history.buckets(channel, day_ms, day_end_ms, SLOT_MS // _MS_PER_S)
        if fine and pieces:
            segments = _segments(history, channel, day_ms, day_end_ms)
            pieces = list(_explained(pieces, segments))
        for piece in pieces:
            if clipped := _clip(piece, start_ms, end_ms):
                yield clipped
        day_ms = day_end_ms


def _segments(
    history: BlockingStore, channel: Channel, start_ms: int, end_ms: int
) -> list[Segment]:
    """Return the segments between the readings of a day, in order."""

    def readings(channel: Channel) -> list[RawReading]:
        pages = history.raw(channel, start_ms - _AROUND_MS, end_ms + _AROUND_MS)
        return [reading for page in pages for reading in page]

    if not channel.is_energy:
        return _held(readings(channel), 0)
    told = [
        Segment(r.time_ms - r.span_ms, r.time_ms, energy_wh=r.energy_wh)
        for r in readings(channel)
        if r.energy_wh is not None
    ]
    sign = 1 if channel is Channel.ENERGY_IMPORT else -1
    derived = _held(readings(Channel.POWER), sign)
    return sorted([*told, *derived], key=lambda segment: segment.start_ms)


def _held(readings: list[RawReading], sign: int) -> list[Segment]:
    """Return the segments of values that are held until the next reading.

    With a sign, those are left out from which energy of the other one was derived,
    or none.
    """
    return [
        Segment(
            earlier.time_ms,
            earlier.time_ms + later.span_ms,
            None if sign else earlier.value,
            sign * (later.energy_wh or 0.0) if sign else None,
        )
        for earlier, later in pairwise(readings)
        if not sign or (later.energy_wh is not None and sign * later.energy_wh >= 0)
    ]


def _explained(slots: list[Bucket], segments: list[Segment]) -> Iterator[Bucket]:
    """Yield the pieces of each slot, or the slot where readings do not account for it."""
    at = 0
    for slot in slots:
        while at < len(segments) and segments[at].end_ms <= slot.start_ms:
            at += 1
        pieces = []
        for segment in segments[at:]:
            if segment.start_ms >= slot.end_ms:
                break
            if piece := _part_in(segment, slot):
                pieces.append(piece)
        # Power of zero is known energy in the meter's own direction only.
        flowed = [piece for piece in pieces if piece.energy_wh]
        if _accounts_for(pieces, slot):
            yield from pieces
        elif _accounts_for(flowed, slot):
            yield from flowed
        else:
            yield slot


def _accounts_for(pieces: list[Bucket], slot: Bucket) -> bool:
    """Whether pieces hold all that is known of a slot."""
    covered_ms = sum(piece.covered_ms for piece in pieces)
    energy_wh = sum(piece.energy_wh for piece in pieces)
    return covered_ms == slot.covered_ms and math.isclose(
        energy_wh, slot.energy_wh, rel_tol=1e-9, abs_tol=1e-9
    )


def _part_in(segment: Segment, slot: Bucket) -> Bucket | None:
    """Return the part of a segment in a slot; none of one without duration."""
    start = max(segment.start_ms, slot.start_ms)
    end = min(segment.end_ms, slot.end_ms)
    if start >= end:
        return None
    level = segment.level
    return Bucket(
        start,
        end,
        min=level,
        max=level,
        last=level,
        integral=(level or 0.0) * (end - start),
        covered_ms=end - start,
        energy_wh=(segment.energy_wh or 0.0)
        * (end - start)
        / (segment.end_ms - segment.start_ms),
    )


def _clip(piece: Bucket, start_ms: int, end_ms: int) -> Bucket | None:
    """Return the part of a piece in a period."""
    rest: Bucket | None = piece
    if piece.start_ms < start_ms:
        _, rest = _cut(piece, start_ms)
    if rest is None or rest.start_ms >= end_ms:
        return None
    return _cut(rest, end_ms)[0]


def _cut(piece: Bucket, at_ms: int) -> tuple[Bucket, Bucket | None]:
    """Divide a piece at a time after its start; both get their share."""
    if piece.end_ms <= at_ms:
        return piece, None
    share = max(at_ms - piece.start_ms, 0) / (piece.end_ms - piece.start_ms)
    covered_ms = round(piece.covered_ms * share)
    first = _scaled(piece, piece.start_ms, at_ms, share, covered_ms)
    rest_ms = piece.covered_ms - covered_ms
    return first, _scaled(piece, at_ms, piece.end_ms, 1 - share, rest_ms)


def _scaled(
    piece: Bucket, start_ms: int, end_ms: int, share: float, covered_ms: int
) -> Bucket:
    return Bucket(
        start_ms,
        end_ms,
        min=piece.min,
        max=piece.max,
        last=piece.mean,
        integral=piece.integral * share,
        covered_ms=covered_ms,
        energy_wh=piece.energy_wh * share,
    )
