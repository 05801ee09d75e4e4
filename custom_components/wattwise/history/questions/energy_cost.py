"""What energy costs at the prices of its time."""

from collections.abc import Iterable, Sequence

from ..periods.bucket import Bucket
from ..readings.raw_readings import RawReading


def energy_cost(slots: Iterable[Bucket], prices: Sequence[RawReading]) -> float | None:
    """Return the cost of the energy of roll-ups in order, None without a price.

    Each price is valid until the next; a slot costs the last one before its end.
    """
    if not prices:
        return None
    cost, at = 0.0, 0
    for slot in slots:
        while at + 1 < len(prices) and prices[at + 1].time_ms < slot.end_ms:
            at += 1
        cost += slot.energy_wh / 1000 * (prices[at].value or 0.0)
    return cost
