"""Segments of time and their exact shares in periods.

Between two readings lies a segment: a momentary value held, or an amount of energy
spread evenly. Periods of any length get their share of it, and the shares add up
to the whole, so nothing is counted twice or lost when readings are sparse.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Segment:
    """What happened from `start_ms` to `end_ms`.

    `level` is a momentary value held all the while (None for pure energy);
    `energy_wh` the amount that flowed (None where energy is not derived).
    """

    start_ms: int
    end_ms: int
    level: float | None = None
    energy_wh: float | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a segment that falls into the period from `start_ms` on."""

    start_ms: int
    duration_ms: int
    integral: float
    """The level's integral over the duration [base unit x ms]."""
    energy_wh: float


def shares(segment: Segment, width_ms: int) -> Iterator[Share]:
    """Cut a segment along the periods of equal width that it touches.

    A segment without duration gives its energy to the period that ends at, or
    contains, its end.
    """
    start, end = segment.start_ms, segment.end_ms
    level = segment.level or 0.0
    energy = segment.energy_wh or 0.0
    duration = end - start
    if duration <= 0:
        if energy:
            yield Share((end - 1) // width_ms * width_ms, 0, 0.0, energy)
        return
    while start < end:
        period = start // width_ms * width_ms
        stop = min(end, period + width_ms)
        part = stop - start
        yield Share(period, part, level * part, energy * part / duration)
        start = stop
