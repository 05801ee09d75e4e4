"""What is known of a channel in a period."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bucket:
    """The roll-up of one channel over [start_ms, end_ms).

    Values are in the base unit of the channel's quantity; `covered_ms` is for how
    much of the period the value is known, `integral` the level's integral over that
    time [base unit x ms], `energy_wh` the energy that flowed.
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

    @property
    def mean(self) -> float | None:
        """The time-weighted mean of the known part; the last value if none is."""
        if self.covered_ms:
            return self.integral / self.covered_ms
        return self.last


def merge(start_ms: int, end_ms: int, parts: Iterable[Bucket]) -> Bucket:
    """Combine the buckets of a period's parts, in order, into one."""
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
    )
