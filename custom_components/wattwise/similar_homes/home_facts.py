"""What is known of a household, as a comparison with similar homes wants to know it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import partial
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..analytics.similar_homes.climate import Climate
from ..analytics.similar_homes.comparison import HomeFacts
from ..analytics.similar_homes.daily_use import Hours, daily_use
from ..analytics.similar_homes.household_profile import (
    HouseholdProfile,
    profile_kept,
)
from ..analytics.similar_homes.year_use import YEAR
from ..const import CONF_AVERAGE_USE, CONF_CHARGERS, CONF_COUNTRY, CONF_PROFILE
from ..forecasts.energy_of_hours import HomeHours, MeteredFlow
from ..forecasts.home_energy import metered_flows
from ..forecasts.home_parts import charging_hours
from ..household import Household, WattWiseConfigEntry
from ..metering.profile import MeterRole
from ..metering.quantity import Channel
from .home_climate import async_home_climate

# Meters of three phases feed in a little, and so do some appliances.
_NO_ROOF: Final = 0.01


async def async_home_facts(
    hass: HomeAssistant, entry: WattWiseConfigEntry, now: datetime
) -> HomeFacts:
    """Gather all that is known of the household of an entry; raises HistoryError."""
    household = entry.runtime_data
    forecast = household.forecast
    assert forecast is not None  # a household at work has it
    # It reads two years once, and from then on what is new.
    hours = await forecast.energy.async_hours(now)
    climate = await async_home_climate(hass, entry)
    return await hass.async_add_executor_job(
        partial(
            _facts,
            profile=profile_kept(entry.options.get(CONF_PROFILE)),
            climate=climate,
            latitude=hass.config.latitude,
            country=entry.data.get(CONF_COUNTRY) or hass.config.country,
            average_kwh=entry.options.get(CONF_AVERAGE_USE),
            now=dt_util.as_local(now),
            hours=hours,
            flows=metered_flows(household),
            chargers=frozenset(entry.options.get(CONF_CHARGERS, ())),
            away=forecast.known.away,
            unmeasured_roof=_has_unmeasured_roof(household),
        )
    )


def _facts(
    *,
    profile: HouseholdProfile,
    climate: Climate,
    latitude: float,
    country: str | None,
    average_kwh: float | None,
    now: datetime,
    hours: HomeHours,
    flows: Sequence[MeteredFlow],
    chargers: frozenset[str],
    away: frozenset[date],
    unmeasured_roof: bool,
) -> HomeFacts:
    assert now.tzinfo is not None
    cars = charging_hours(flows, hours.meters, chargers)
    days = daily_use(hours.consumption, now.tzinfo, (cars,) if cars else ())
    return HomeFacts(
        profile,
        climate,
        latitude,
        country,
        average_kwh,
        now.date(),
        days,
        away,
        unmetered_car=_unmetered_part(days, cars, now),
        has_unmeasured_roof=unmeasured_roof,
    )


def _unmetered_part(days: Collection[date], cars: Hours, now: datetime) -> float:
    """Return the part [0..1] of the last year's days from before a charger was metered."""
    if not cars:
        return 1.0
    metered = datetime.fromtimestamp(min(cars), now.tzinfo).date()
    year = [day for day in days if now.date() - YEAR <= day < now.date()]
    return sum(day < metered for day in year) / max(len(year), 1)


def _has_unmeasured_roof(household: Household) -> bool:
    """Whether energy is fed in of which no meter tells where it comes from."""
    if household.has_role(MeterRole.PRODUCTION):
        return False
    grid = [meter.coordinator.latest for meter in household.grid_meters]

    def register(channel: Channel) -> float:
        return sum(
            latest[channel].register_wh or 0.0 for latest in grid if channel in latest
        )

    return register(Channel.ENERGY_EXPORT) > _NO_ROOF * register(Channel.ENERGY_IMPORT)
