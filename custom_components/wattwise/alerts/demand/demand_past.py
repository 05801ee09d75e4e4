"""What was drawn from the grid in each period of a capacity tariff."""

from collections.abc import Collection
from functools import partial
from typing import Final

from ...alerting.demand.demand_periods import DemandPeriods
from ...history.periods.rollups import finest
from ...history.questions.queries import Queries
from ...household import Household
from ...metering.phase_netting import Exchange, exchange
from ...metering.quantity import Channel

_MS_PER_HOUR: Final = 3_600_000
# Others want to ask the history, too.
_READ_AT_ONCE_MS: Final = 31 * 24 * _MS_PER_HOUR


async def async_demand_peaks(
    household: Household, minutes: int, start_ms: int, end_ms: int
) -> list[tuple[int, float]]:
    """Return the begin and the mean import [W] of the periods within a time, in order.

    Periods of 15, 30 or 60 minutes of the household's clock, those of which nothing is
    known left out. What is known of a longer time only, as where 5 minutes were pruned,
    counts as if it had been drawn evenly. Raises HistoryError.
    """
    meter_ids = [meter.profile.meter_id for meter in household.grid_meters]
    found: list[tuple[int, float]] = []
    while start_ms < end_ms:
        until_ms = min(end_ms, start_ms + _READ_AT_ONCE_MS)
        found += await household.history.ask(
            partial(
                demand_peaks,
                meter_ids=meter_ids,
                minutes=minutes,
                start_ms=start_ms,
                end_ms=until_ms,
                nets=household.nets_grid,
            )
        )
        if until_ms == end_ms:
            break
        # The period that was cut is read as a whole.
        start_ms = max(start_ms + 1, until_ms - _MS_PER_HOUR)
        found = [peak for peak in found if peak[0] < start_ms]
    return found


def demand_peaks(
    queries: Queries,
    meter_ids: Collection[str],
    minutes: int,
    start_ms: int,
    end_ms: int,
    *,
    nets: bool,
) -> list[tuple[int, float]]:
    """Return the means of the periods that lie in [start_ms, end_ms) as a whole."""
    flows: dict[tuple[int, int], list[Exchange]] = {}
    for meter_id in meter_ids:
        for channel in (Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT):
            channel_id = queries.channel_id(meter_id, channel)
            if channel_id is None:
                continue
            for bucket in finest(
                queries.connection, queries.calendar, channel_id, start_ms, end_ms
            ):
                if not bucket.covered_ms:
                    continue
                wh = bucket.energy_wh
                inward = channel is Channel.ENERGY_IMPORT
                flows.setdefault((bucket.start_ms, bucket.end_ms), []).append(
                    Exchange(wh, 0.0) if inward else Exchange(0.0, wh)
                )
    periods = DemandPeriods(minutes, queries.calendar.zone)
    drawn_wh: dict[tuple[int, int], float] = {}
    period = (0, 0)
    for span in sorted(flows):
        drawn = exchange(flows[span], netted=nets).imported
        at_ms, until_ms = span
        while at_ms < until_ms:
            if not period[0] <= at_ms < period[1]:
                period = periods.bounds(at_ms)
            part_ms = min(until_ms, period[1]) - at_ms
            part_wh = drawn * part_ms / (until_ms - span[0])
            drawn_wh[period] = drawn_wh.get(period, 0.0) + part_wh
            at_ms += part_ms
    return [
        (begun, wh * _MS_PER_HOUR / (ended - begun))
        for (begun, ended), wh in sorted(drawn_wh.items())
        if start_ms <= begun and ended <= end_ms
    ]
