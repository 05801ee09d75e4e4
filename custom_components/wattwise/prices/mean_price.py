"""What a kWh cost a household on average of late."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..analytics.tariffs.grid_slot import GridSlot, PriceSteps
from ..analytics.tariffs.price_walk import priced
from ..history.errors import HistoryError
from ..household import WattWiseConfigEntry
from .grid_energy import async_grid_past
from .present_tariff import async_present_steps

# Less than that says nothing of when the home uses electricity [kWh].
_LEAST_ENERGY: Final = 1.0


async def async_mean_price(
    hass: HomeAssistant, entry: WattWiseConfigEntry, days: int = 30
) -> float | None:
    """Return the mean price [currency/kWh] of the last days, weighted by use.

    Where next to nothing was drawn from the grid, or no meter tells, it is the plain mean
    over time. None without a tariff, and while a price entity has told nothing yet. A mean
    weighted by use is kept for the day: it changes little, and the month is long to read.
    """
    household = entry.runtime_data
    if household.price_id is None:
        return None
    end = dt_util.utcnow()
    asked = dt_util.as_local(end).date(), days
    if (kept := household.mean_prices.get(asked)) is not None:
        return kept
    start = end - timedelta(days=days)
    begin, until = start.timestamp(), end.timestamp()
    steps = await async_present_steps(hass, entry, begin, until)
    try:
        past = await async_grid_past(household, int(begin * 1000), int(until * 1000))
    except HistoryError:
        return _over_time(steps, begin, until) if steps else None
    steps = past.prices or steps
    if not steps:
        return None
    mean = await hass.async_add_executor_job(_by_use, past.slots, steps)
    if mean is None:
        return _over_time(steps, begin, until)
    household.mean_prices = {
        key: price for key, price in household.mean_prices.items() if key[0] == asked[0]
    } | {asked: mean}
    return mean


def _by_use(slots: Sequence[GridSlot], steps: PriceSteps) -> float | None:
    """Return the mean of a price weighted by what was drawn; None if next to nothing."""
    energy = sum(slot.imported for slot in slots)
    if energy < _LEAST_ENERGY:
        return None
    return sum(slot.imported * price for slot, price in priced(slots, steps)) / energy


def _over_time(steps: PriceSteps, start: float, end: float) -> float:
    """Return the mean of a price over [start, end)."""
    moments = [max(start, min(moment, end)) for moment, _ in steps]
    # Before the first step its price counts, too.
    moments[0] = start
    return sum(
        (after - before) * price
        for (before, after), (_, price) in zip(
            pairwise([*moments, end]), steps, strict=True
        )
    ) / (end - start)
