"""What a home drew from the grid and fed into it, as its history knows it."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import Final

from ..analytics.tariffs.grid_slot import GridSlot, PriceSteps
from ..history.periods.bucket import Bucket
from ..history.periods.rollups import finest
from ..history.questions.queries import Queries
from ..household import Household
from ..metering.phase_netting import Exchange, exchange
from ..metering.quantity import Channel

QUARTER_MS: Final = 900_000
# Others want to ask the history, too.
_READ_AT_ONCE_MS: Final = 8 * 86_400_000

type _Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class GridPast:
    """Slots in order, and the prices that were noted, each valid until the next."""

    slots: list[GridSlot]
    prices: PriceSteps


async def async_grid_past(household: Household, start_ms: int, end_ms: int) -> GridPast:
    """Return what the grid meters told of [start_ms, end_ms); raises HistoryError."""
    past = GridPast([], [])
    meter_ids = [meter.profile.meter_id for meter in household.grid_meters]
    while start_ms < end_ms:
        until_ms = min(end_ms, start_ms + _READ_AT_ONCE_MS)
        found = await household.history.ask(
            partial(
                grid_past,
                meter_ids=meter_ids,
                price_id=household.price_id,
                start_ms=start_ms,
                end_ms=until_ms,
                netted=household.nets_grid,
            )
        )
        past.slots.extend(found.slots)
        known = past.prices[-1][0] if past.prices else None
        past.prices.extend(
            step for step in found.prices if known is None or step[0] > known
        )
        start_ms = until_ms
    return past


def grid_past(
    queries: Queries,
    meter_ids: Collection[str],
    price_id: str | None,
    start_ms: int,
    end_ms: int,
    *,
    netted: bool,
) -> GridPast:
    """Return the quarters of an hour in [start_ms, end_ms), hours where they were pruned.

    Phases that are netted are netted in each 5 minutes, as for the cost of today. A slot
    is known for as long as all meters told of it.
    """
    together: dict[_Span, list[Bucket | None]] = {}
    flows: dict[_Span, list[Exchange]] = {}
    for at, meter_id in enumerate(meter_ids):
        for span, (flow, bucket) in _flows(queries, meter_id, start_ms, end_ms).items():
            flows.setdefault(span, []).append(flow)
            together.setdefault(span, [None] * len(meter_ids))[at] = bucket
    quarters: dict[_Span, GridSlot] = {}
    for span in sorted(flows):
        net = heard = exchange(flows[span], netted=netted)
        covered = min(bucket.covered_ms if bucket else 0 for bucket in together[span])
        if not covered:
            told = [bucket for bucket in together[span] if bucket]
            heard = exchange(
                (
                    flow
                    for flow, bucket in zip(flows[span], told, strict=True)
                    if bucket.covered_ms
                ),
                netted=netted,
            )
        start = span[0] // QUARTER_MS * QUARTER_MS
        wide = (start, start + QUARTER_MS)
        if span[1] - span[0] > QUARTER_MS:
            wide = span
        slot = quarters.setdefault(
            wide, GridSlot(wide[0] // 1000, wide[1] // 1000, 0.0, 0.0, 0.0, 0.0)
        )
        slot.imported += net.imported / 1000
        slot.heard = (slot.heard or 0.0) + heard.imported / 1000
        slot.exported += net.exported / 1000
        slot.covered += covered / 1000
    prices = queries.prices(price_id, start_ms, end_ms) if price_id else []
    return GridPast(
        list(quarters.values()),
        [(price.time_ms / 1000, price.value or 0.0) for price in prices],
    )


def _flows(
    queries: Queries, meter_id: str, start_ms: int, end_ms: int
) -> dict[_Span, tuple[Exchange, Bucket]]:
    """Return what flowed through a meter [Wh], and what of it is known for longest."""
    found: dict[_Span, tuple[Exchange, Bucket]] = {}
    for channel in (Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT):
        channel_id = queries.channel_id(meter_id, channel)
        if channel_id is None:
            continue
        buckets = finest(
            queries.connection, queries.calendar, channel_id, start_ms, end_ms
        )
        for bucket in buckets:
            span = bucket.start_ms, bucket.end_ms
            inward = channel is Channel.ENERGY_IMPORT
            flow = Exchange(
                bucket.energy_wh if inward else 0.0,
                0.0 if inward else bucket.energy_wh,
            )
            if before := found.get(span):
                flow = exchange((before[0], flow), netted=False)
                if before[1].covered_ms > bucket.covered_ms:
                    bucket = before[1]  # noqa: PLW2901
            found[span] = flow, bucket
    return found
