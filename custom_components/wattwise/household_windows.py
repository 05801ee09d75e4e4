"""When a household's appliances run best: what prices and forecasts say about it."""

from dataclasses import dataclass

from homeassistant.core import HomeAssistant

from .analytics.load_windows import (
    Load,
    SupplySlot,
    TimedValue,
    Window,
    supply_slots,
    windows,
)
from .forecasts.forecast_series import CONSUMPTION, PRODUCTION
from .forecasts.found_outlook import NoOutlook, find_outlook
from .household import Household, WattWiseConfigEntry
from .metering.profile import MeterRole
from .prices.coming_prices import PricesUnavailableError, async_coming_prices


@dataclass(frozen=True, slots=True)
class Supply:
    """What a load of a household finds in the time ahead.

    Prices and the roof's surplus are known until some time [s since the epoch], or None.
    `prices_failed` if who knows coming prices could not be asked.
    """

    slots: list[SupplySlot]
    prices_until: float | None
    surplus_until: float | None
    prices_failed: bool = False

    def windows(self, load: Load, earliest: float, latest: float) -> list[Window]:
        """Return the runs of a load that may be the best; the first begins earliest."""
        return windows(self.slots, load, earliest, latest)


async def async_supply(
    hass: HomeAssistant, entry: WattWiseConfigEntry, start: float, end: float
) -> Supply:
    """Return what is known of a household's supply between two times [s]."""
    # An entry that is unloaded meanwhile does not have it any more.
    household = entry.runtime_data
    prices: list[TimedValue] = []
    prices_failed = False
    try:
        prices = await async_coming_prices(hass, entry, start, end)
    except PricesUnavailableError:
        prices_failed = True
    surplus = _surplus(household, start, end)
    return Supply(
        supply_slots(start, end, prices, surplus),
        _known_until(prices, start, end),
        _known_until(surplus, start, end),
        prices_failed,
    )


def _surplus(household: Household, start: float, end: float) -> list[TimedValue]:
    """Return what the roof is expected to leave over [kW]; without one, nothing."""
    if not household.has_role(MeterRole.PRODUCTION):
        return [TimedValue(start, end, 0.0)]
    produced, used = (
        find_outlook(household, series) for series in (PRODUCTION, CONSUMPTION)
    )
    if isinstance(produced, NoOutlook) or isinstance(used, NoOutlook):
        return []
    # Of the slot that has begun only what was expected at midnight is there.
    consumption = {
        slot.start: slot.energy.mean for slot in (*used.two_days, *used.slots)
    }
    production = {
        slot.start: slot.energy.mean for slot in (*produced.two_days, *produced.slots)
    }
    step = produced.step
    return [
        TimedValue(begin, begin + step, (energy - consumption[begin]) * 3600 / step)
        for begin, energy in sorted(production.items())
        if begin in consumption and begin < end and begin + step > start
    ]


def _known_until(known: list[TimedValue], start: float, end: float) -> float | None:
    """Return until when values follow each other without a gap, from the start on."""
    until = start
    for timed in known:
        if timed.start > until:
            break
        until = max(until, timed.end)
    return None if until == start else min(until, end)
