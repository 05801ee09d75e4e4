"""The tariff a household has, as its options tell it."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..alerts.demand.demand_settings import demand_minutes
from ..analytics.tariffs.charges import Charges
from ..analytics.tariffs.grid_slot import PriceSteps
from ..analytics.tariffs.local_days import local_day
from ..analytics.tariffs.rate_texts import rate_of
from ..analytics.tariffs.rates import Days, TimeOfUse, stated
from ..const import (
    CONF_CHARGES,
    CONF_COUNTRY,
    CONF_PRICE,
    CONF_RATES,
    CONF_TARIFF,
    TARIFF_FLAT,
    TARIFF_TIME_OF_USE,
)
from ..forecasts.public_holidays import async_public_holidays
from ..household import WattWiseConfigEntry

CONF_STANDING: Final = "standing_charge"
CONF_STANDING_CHARGE_PER: Final = "standing_charge_per"
CONF_CAPACITY: Final = "capacity_price"
CONF_FEED_IN: Final = "feed_in_price"
PER_DAY: Final = "day"
PER_MONTH: Final = "month"

# Where the household has not chosen how long its demand periods are.
USUAL_DEMAND_MINUTES: Final = 15

_ON_HOLIDAYS: Final = frozenset({Days.WORKING_DAYS, Days.FREE_DAYS})


def charges_of(data: Mapping[str, Any], minutes: int) -> Charges:
    """Return the charges of what a form or an action was given."""
    return Charges(
        standing=float(data.get(CONF_STANDING) or 0.0),
        standing_per_month=data.get(CONF_STANDING_CHARGE_PER, PER_DAY) == PER_MONTH,
        capacity=float(data.get(CONF_CAPACITY) or 0.0),
        demand_minutes=minutes,
        feed_in=float(data.get(CONF_FEED_IN) or 0.0),
    )


def present_charges(entry: WattWiseConfigEntry) -> Charges:
    """Return what the household's tariff costs beside energy."""
    return charges_of(
        entry.options.get(CONF_CHARGES, {}),
        demand_minutes(entry, entry.runtime_data) or USUAL_DEMAND_MINUTES,
    )


async def async_time_of_use(
    hass: HomeAssistant,
    country: str | None,
    data: Mapping[str, Any],
    start: float,
    end: float,
) -> TimeOfUse:
    """Return prices by the clock from the price of most hours and other rates.

    Holidays are those of the years of [start, end) [s since the epoch]. Raises RateError.
    """
    rates = tuple(rate_of(rate) for rate in data.get(CONF_RATES, ()))
    zone = dt_util.get_default_time_zone()
    holidays = frozenset[date]()
    if any(rate.days in _ON_HOLIDAYS for rate in rates):
        years = range(local_day(start, zone).year, local_day(end, zone).year + 1)
        holidays = await async_public_holidays(hass, country, years)
    return TimeOfUse(float(data[CONF_PRICE]), rates, zone, holidays)


async def async_present_steps(
    hass: HomeAssistant, entry: WattWiseConfigEntry, start: float, end: float
) -> PriceSteps | None:
    """Return the prices by the tariff's own rules; None if an entity knows them."""
    kind = entry.options.get(CONF_TARIFF)
    if kind == TARIFF_FLAT:
        return stated(float(entry.options[CONF_PRICE]))
    if kind == TARIFF_TIME_OF_USE:
        tariff = await async_time_of_use(
            hass, entry.data.get(CONF_COUNTRY), entry.options, start, end
        )
        return await hass.async_add_executor_job(tariff.steps, start, end)
    return None
