"""How often a meter may push."""

from dataclasses import dataclass, field
from math import ceil
from typing import Final

# A meter that reports each second, a few in one household, and a burst after an
# outage all fit; a device gone wild does not.
SUSTAINED_PER_SECOND: Final = 20.0
BURST: Final = 100.0


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


@dataclass(slots=True)
class RequestRate:
    """A token bucket for each meter."""

    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def retry_after(self, meter_id: str, now: float) -> int | None:
        """Count a request at `now` [s, monotonic].

        Returns None when it may go on, else in how many seconds to try again.
        """
        bucket = self._buckets.setdefault(meter_id, _Bucket(BURST, now))
        refilled = bucket.tokens + (now - bucket.at) * SUSTAINED_PER_SECOND
        bucket.tokens, bucket.at = min(BURST, refilled), now
        if bucket.tokens < 1:
            return max(1, ceil((1 - bucket.tokens) / SUSTAINED_PER_SECOND))
        bucket.tokens -= 1
        return None
