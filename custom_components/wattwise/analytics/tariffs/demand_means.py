"""The mean power of each period by which a capacity tariff measures."""

from collections.abc import Iterable
from datetime import date, datetime, tzinfo

from ...metering.demand_periods import DemandPeriods
from .grid_slot import GridSlot
from .local_days import month_start

type Span = tuple[int, int]
"""The begin and the end of a period [s since the epoch]."""


def demand_means(
    slots: Iterable[GridSlot], minutes: int, timezone: tzinfo
) -> dict[Span, float]:
    """Return the mean power [kW] of each demand period of which something is known.

    Periods of 15, 30 or 60 minutes of the local clock. What is known of a longer time
    only, as where 5 minutes were pruned, counts as if it had been drawn evenly. What was
    drawn while no meter was heard does not count: nobody knows in which period.
    """
    periods = DemandPeriods(minutes, timezone)
    drawn: dict[Span, float] = {}
    period = (0, 0)
    for slot in slots:
        energy = slot.imported if slot.heard is None else slot.heard
        if not slot.covered and not energy:
            continue
        at = slot.start
        while at < slot.end:
            if not period[0] <= at < period[1]:
                begin_ms, end_ms = periods.bounds(at * 1000)
                period = begin_ms // 1000, end_ms // 1000
            part = min(slot.end, period[1]) - at
            share = part / (slot.end - slot.start)
            drawn[period] = drawn.get(period, 0.0) + energy * share
            at += part
    return {
        (begin, end): energy * 3600 / (end - begin)
        for (begin, end), energy in drawn.items()
    }


def month_peaks(
    slots: Iterable[GridSlot], minutes: int, timezone: tzinfo
) -> dict[date, float]:
    """Return the highest mean power [kW] of a demand period in each month."""
    peaks: dict[date, float] = {}
    for (begin, _), power in demand_means(slots, minutes, timezone).items():
        month = month_start(datetime.fromtimestamp(begin, timezone).date())
        peaks[month] = max(peaks.get(month, 0.0), power)
    return peaks
