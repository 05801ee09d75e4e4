"""What went through the grid connection, in the hours and quarters that advice looks at."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from ..analytics.tariffs.grid_slot import GridSlot, PriceSteps
from ..analytics.tariffs.price_walk import priced

_HOUR: Final = 3600
_QUARTER: Final = 900
# What is known of less would have to be guessed.
_LEAST_COVERED: Final = 0.75


@dataclass(slots=True)
class GridHours:
    """Energy [kWh] and prices per kWh by the start of the hour [s since the epoch].

    `peaks` are the means of quarters of an hour [W] by their starts [ms].
    """

    bought: dict[int, float] = field(default_factory=dict)
    sold: dict[int, float] = field(default_factory=dict)
    prices: dict[int, float] = field(default_factory=dict)
    peaks: list[tuple[int, float]] = field(default_factory=list)


def grid_hours(
    slots: Iterable[GridSlot], steps: PriceSteps | None, prices_from: float
) -> GridHours:
    """Add slots in order up to hours.

    `steps` are the prices, which are known from `prices_from` on [s since the epoch].
    """
    found = GridHours()
    hours: dict[int, GridSlot] = {}
    for slot in slots:
        start = slot.start // _HOUR * _HOUR
        hour = hours.setdefault(start, GridSlot(start, start + _HOUR, 0.0, 0.0, 0.0))
        hour.imported += slot.imported
        hour.exported += slot.exported
        hour.covered += slot.covered
        width = slot.end - slot.start
        if width == _QUARTER and slot.covered >= _LEAST_COVERED * width:
            found.peaks.append((slot.start * 1000, slot.imported * 1000 * 3600 / width))
    known = [h for h in hours.values() if h.covered >= _LEAST_COVERED * _HOUR]
    for hour in known:
        found.bought[hour.start] = hour.imported
        found.sold[hour.start] = hour.exported
    if steps:
        for hour, price in priced(known, steps):
            if hour.start >= prices_from:
                found.prices[hour.start] = price
    return found
