"""What the forecast of consumption means for the bill of today and tomorrow."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import timedelta

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..analytics.forecasting.expectation import ExpectedSlot
from ..analytics.load_windows import TimedValue
from ..analytics.tariffs.local_days import local_day, midnight
from ..analytics.tariffs.month_outlook import Ahead
from ..forecasts.forecast_series import CONSUMPTION
from ..forecasts.found_outlook import NoOutlook, find_outlook
from ..household import WattWiseConfigEntry
from ..metering.profile import MeterRole
from .coming_prices import PricesUnavailableError, async_coming_prices


async def async_days_ahead(
    hass: HomeAssistant, entry: WattWiseConfigEntry, now: float
) -> Ahead:
    """Return what is expected of the rest of today and of tomorrow.

    Of a home that produces electricity nothing: what it uses is not what it draws. Of
    prices that are not known for all the time, no cost.
    """
    household = entry.runtime_data
    makes_its_own = (MeterRole.PRODUCTION, MeterRole.BATTERY)
    if any(household.has_role(role) for role in makes_its_own):
        return Ahead()
    outlook = find_outlook(household, CONSUMPTION)
    if isinstance(outlook, NoOutlook):
        return Ahead()
    zone = dt_util.get_default_time_zone()
    today = local_day(now, zone)
    tomorrow = today + timedelta(days=1)
    if midnight(tomorrow, zone) != outlook.midnight:
        # It was made yesterday, or by another clock.
        return Ahead()
    try:
        prices = await async_coming_prices(
            hass, entry, now, midnight(tomorrow + timedelta(days=1), zone)
        )
    except PricesUnavailableError:
        prices = []
    energy = {today: outlook.rest_of_today.mean, tomorrow: outlook.tomorrow.mean}
    slots = {
        today: [slot for slot in outlook.slots if slot.start < outlook.midnight],
        tomorrow: [slot for slot in outlook.two_days if slot.start >= outlook.midnight],
    }
    cost = {}
    for day, amount in energy.items():
        price = _mean_price(slots[day], prices, outlook.step)
        if price is not None:
            cost[day] = amount * price
    return Ahead(energy, cost)


def _mean_price(
    slots: Sequence[ExpectedSlot], prices: Sequence[TimedValue], step: int
) -> float | None:
    """Return the price of slots weighted by their energy; None where one has none."""
    starts = [price.start for price in prices]
    cost = energy = 0.0
    for slot in slots:
        middle = slot.start + step / 2
        at = bisect_right(starts, middle) - 1
        if at < 0 or prices[at].end <= middle:
            return None
        cost += slot.energy.mean * prices[at].value
        energy += slot.energy.mean
    return cost / energy if energy > 0 else None
