"""The climate of a household: measured by its own weather, else as usual for its place."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from statistics import fmean
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..analytics.similar_homes.climate import Climate, climate_of_days
from ..analytics.similar_homes.usual_climate import climate_at
from ..household import WattWiseConfigEntry

# A day counts with most of its hours, a year with most of its days.
_HOURS_OF_A_DAY: Final = 20
_DAYS_OF_A_MONTH: Final = 24
_A_YEAR: Final = timedelta(days=365)


async def async_home_climate(
    hass: HomeAssistant, entry: WattWiseConfigEntry
) -> Climate:
    """Return the degree days of a household's last year, or of its place."""
    forecast = entry.runtime_data.forecast
    config = hass.config
    # Home Assistant says 0 where nobody told it how high the home lies.
    altitude_m = float(config.elevation) or None
    return await hass.async_add_executor_job(
        partial(
            climate_of_home,
            forecast.known.temperature if forecast else {},
            dt_util.now(),
            config.latitude,
            config.longitude,
            altitude_m,
        )
    )


def climate_of_home(
    temperature: Mapping[int, float],
    now: datetime,
    latitude: float,
    longitude: float,
    altitude_m: float | None,
) -> Climate:
    """Return the climate from temperatures [°C] by the hour's start, or from the place.

    `now` is local. Temperatures count when they are of a whole year.
    """
    days = _days(temperature, now)
    known_of_month = [0] * 13
    for day in days:
        known_of_month[day.month] += 1
    if min(known_of_month[1:]) >= _DAYS_OF_A_MONTH:
        return climate_of_days(days)
    return climate_at(latitude, longitude, altitude_m)


def _days(temperature: Mapping[int, float], now: datetime) -> dict[date, float]:
    """Return the mean temperatures of the days of the last year."""
    today = now.date()
    hours: dict[date, list[float]] = defaultdict(list)
    oldest = (now - _A_YEAR).timestamp()
    for start, celsius in temperature.items():
        if oldest <= start < now.timestamp():
            day = datetime.fromtimestamp(start, now.tzinfo).date()
            hours[day].append(celsius)
    return {
        day: fmean(values)
        for day, values in hours.items()
        if len(values) >= _HOURS_OF_A_DAY and day < today
    }
