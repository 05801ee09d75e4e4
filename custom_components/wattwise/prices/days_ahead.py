"""What the forecast of consumption means for the bill of today and tomorrow."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..analytics.forecasting.expectation import ExpectedSlot, Outlook
from ..analytics.load_windows import TimedValue
from ..analytics.tariffs.local_days import local_day, midnight
from ..analytics.tariffs.month_outlook import Ahead
from ..forecasts.forecast_series import CONSUMPTION
from ..forecasts.found_outlook import NoOutlook, find_outlook
from ..household import WattWiseConfigEntry
from ..metering.profile import MeterRole
from .coming_prices import PricesUnavailableError, async_coming_prices

_HOUR_S: Final = 3600


class DaysAhead:
    """Says what is expected of the rest of today and of tomorrow.

    Prices may have to be asked of another integration, and that of a server: once an hour.
    """

    def __init__(self, hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
        """Ask for the prices of a household when they are needed."""
        self._hass = hass
        self._entry = entry
        self._asked: tuple[float, float] | None = None
        self._prices: list[TimedValue] = []

    async def async_expect(self, now: float) -> Ahead:
        """Return what is expected at a time [s since the epoch].

        Of a home that produces electricity nothing: what it uses is not what it draws.
        Of prices that are not known for all the time, no cost.
        """
        outlook = _outlook_of(self._entry, now)
        if outlook is None:
            return Ahead()
        zone = dt_util.get_default_time_zone()
        today = local_day(now, zone)
        tomorrow = today + timedelta(days=1)
        prices = await self._async_prices(
            now, midnight(tomorrow + timedelta(days=1), zone)
        )
        energy = {today: outlook.rest_of_today.mean, tomorrow: outlook.tomorrow.mean}
        slots = {
            today: [slot for slot in outlook.slots if slot.start < outlook.midnight],
            tomorrow: [s for s in outlook.two_days if s.start >= outlook.midnight],
        }
        cost = {}
        for day, amount in energy.items():
            price = _mean_price(slots[day], prices, outlook.step)
            if price is not None:
                cost[day] = amount * price
        return Ahead(energy, cost)

    async def _async_prices(self, now: float, end: float) -> list[TimedValue]:
        """Return the prices until `end`; none while nobody tells them."""
        asked = now // _HOUR_S, end
        if not self._prices or asked != self._asked:
            self._asked = asked
            try:
                self._prices = await async_coming_prices(
                    self._hass, self._entry, now, end
                )
            except PricesUnavailableError:
                self._prices = []
        return self._prices


def _outlook_of(entry: WattWiseConfigEntry, now: float) -> Outlook | None:
    """Return the forecast of what a home draws, if it is of today."""
    household = entry.runtime_data
    makes_its_own = (MeterRole.PRODUCTION, MeterRole.BATTERY)
    if any(household.has_role(role) for role in makes_its_own):
        return None
    outlook = find_outlook(household, CONSUMPTION)
    if isinstance(outlook, NoOutlook):
        return None
    zone = dt_util.get_default_time_zone()
    tomorrow = local_day(now, zone) + timedelta(days=1)
    # Or it was made yesterday, or by another clock.
    return outlook if midnight(tomorrow, zone) == outlook.midnight else None


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
