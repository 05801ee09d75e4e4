"""What is known of a channel in a period."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from .distribution import Distribution, merged


# Not frozen, though nothing changes one: that takes six times as long to make, and a
# year has 8,760 hours.
@dataclass(slots=True)
class Bucket:
    """The roll-up of one channel over [start_ms, end_ms).

    Values are in the base unit of the channel's quantity; `covered_ms` is for how
    much of the period the value is known, `integral` the level's integral over that
    time [base unit x ms], `energy_wh` the energy that flowed. `distribution` is known
    of voltages in hours and what is made of them: for as much of the time as was once
    rolled up from readings.
    """

    start_ms: int
    end_ms: int
    count: int = 0
    first: float | None = None
    last: float | None = None
    min: float | None = None
    max: float | None = None
    integral: float = 0.0
    covered_ms: int = 0
    energy_wh: float = 0.0
    distribution: Distribution | None = None

    @property
    def mean(self) -> float | None:
        """The time-weighted mean of the known part; the last value if none is."""
        if self.covered_ms:
            return self.integral / self.covered_ms
        return self.last

    @property
    def p05(self) -> float | None:
        """The value at or below which the channel was for 5 % of the time."""
        return self._percentile(5)

    @property
    def p50(self) -> float | None:
        """The median over time."""
        return self._percentile(50)

    @property
    def p95(self) -> float | None:
        """The value at or below which the channel was for 95 % of the time."""
        return self._percentile(95)

    def _percentile(self, percent: int) -> float | None:
        if self.distribution is None:
            return None
        return self.distribution.percentiles(percent)[0]


def merge(start_ms: int, end_ms: int, parts: Iterable[Bucket]) -> Bucket:
    """Combine the buckets of a period's parts, in order, into one."""
    parts = list(parts)
    count = covered_ms = 0
    integral = energy_wh = 0.0
    first = last = low = high = None
    for part in parts:
        count += part.count
        covered_ms += part.covered_ms
        integral += part.integral
        energy_wh += part.energy_wh
        if first is None:
            first = part.first
        if part.last is not None:
            last = part.last
        if part.min is not None and (low is None or part.min < low):
            low = part.min
        if part.max is not None and (high is None or part.max > high):
            high = part.max
    return Bucket(
        start_ms,
        end_ms,
        count,
        first,
        last,
        low,
        high,
        integral,
        covered_ms,
        energy_wh,
        merged(part.distribution for part in parts),
    )


def divide(bucket: Bucket, borders: Iterable[int]) -> list[Bucket]:
    """Cut a bucket of which nothing narrower is known, as if all flowed evenly.

    `borders` are in order and inside of the bucket. Sums are conserved; what cannot
    be shared (first, count) goes to the first piece, the last value to the last one.
    """
    edges = [bucket.start_ms, *borders, bucket.end_ms]
    width_ms = bucket.end_ms - bucket.start_ms
    pieces = []
    covered_ms, integral, energy_wh = (
        bucket.covered_ms,
        bucket.integral,
        bucket.energy_wh,
    )
    for start, end in pairwise(edges):
        first, last = start == bucket.start_ms, end == bucket.end_ms
        share = (end - start) / width_ms
        # The last piece takes what is left, so that nothing is lost to rounding.
        piece = Bucket(
            start,
            end,
            bucket.count if first else 0,
            bucket.first if first else None,
            bucket.last if last else None,
            bucket.min,
            bucket.max,
            integral if last else bucket.integral * share,
            covered_ms if last else int(bucket.covered_ms * share),
            energy_wh if last else bucket.energy_wh * share,
        )
        covered_ms -= piece.covered_ms
        integral -= piece.integral
        energy_wh -= piece.energy_wh
        pieces.append(piece)
    return pieces
