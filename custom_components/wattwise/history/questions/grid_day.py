"""What the meters of the phases of one grid connection counted together in a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...metering.phase_netting import Exchange, exchange
from ..periods.bucket import Bucket
from ..readings.raw_readings import RawReading
from .energy_cost import energy_cost


@dataclass(frozen=True, slots=True)
class GridDay:
    """The energy of a day so far, and what it costs."""

    day_start_ms: int
    energy: Exchange
    """Drawn from the grid and fed into it [Wh]."""
    cost: float | None
    """Of what was drawn; None without a price."""


def netted_day(
    day_start_ms: int,
    imported: Iterable[Bucket],
    exported: Iterable[Bucket],
    prices: Sequence[RawReading],
) -> GridDay:
    """Net the 5-minute roll-ups of all phases in each 5 minutes."""
    slots: dict[tuple[int, int], list[Exchange]] = {}
    for bucket in imported:
        slots.setdefault((bucket.start_ms, bucket.end_ms), []).append(
            Exchange(bucket.energy_wh, 0.0)
        )
    for bucket in exported:
        slots.setdefault((bucket.start_ms, bucket.end_ms), []).append(
            Exchange(0.0, bucket.energy_wh)
        )
    netted = {slot: exchange(slots[slot], netted=True) for slot in sorted(slots)}
    drawn = [Bucket(*slot, energy_wh=net.imported) for slot, net in netted.items()]
    return GridDay(
        day_start_ms,
        exchange(netted.values(), netted=False),
        energy_cost(drawn, prices),
    )
