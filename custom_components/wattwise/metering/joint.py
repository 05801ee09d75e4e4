"""What a counter is believed to have counted where a file meets other readings.

A file may be of another counter, as of the meter that was there before. What lies
between its last row and the meter's own readings is then no energy at all.
"""

from dataclasses import dataclass
from typing import Final

# Counters that show whole kWh rise in steps of this size.
_RESOLUTION_WH: Final = 1_000.0
_MS_PER_HOUR: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class JointLimit:
    """Above which mean power a file's counter does not go on from another reading.

    The file reaches from `first_ms` to `last_ms`; its rows are mostly `interval_ms`
    apart, and what lies between two such rows is no joint.
    """

    power_w: float
    first_ms: int
    last_ms: int
    interval_ms: float

    def is_exceeded(self, start_ms: int, end_ms: int, energy_wh: float) -> bool:
        """Whether so much energy cannot have flowed between two readings."""
        span_ms = end_ms - start_ms
        within = self.first_ms <= start_ms and end_ms <= self.last_ms
        if within and span_ms <= 1.5 * self.interval_ms:
            return False
        hours = max(1.0, span_ms / _MS_PER_HOUR)
        return energy_wh > self.power_w * hours + _RESOLUTION_WH
