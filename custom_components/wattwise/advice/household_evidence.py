"""What a household's history says, as advice wants to know it."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..analytics.advice.home_evidence import HomeEvidence
from ..const import CONF_CHARGES
from ..forecasts.home_energy import HomeEnergy
from ..household import WattWiseConfigEntry
from ..metering.profile import MeterRole
from ..prices.grid_energy import async_grid_past
from ..prices.mean_price import async_mean_price
from ..prices.present_tariff import CONF_FEED_IN, async_present_steps
from .connection_hours import connection_hours
from .grid_hours import grid_hours

_YEAR: Final = timedelta(days=367)
_LATELY: Final = timedelta(days=30)


async def async_evidence(
    hass: HomeAssistant, entry: WattWiseConfigEntry
) -> HomeEvidence:
    """Ask the history for all that advice rests on; raises HistoryError."""
    household = entry.runtime_data
    now = dt_util.utcnow()
    start_ms, lately_ms, end_ms = (_ms(now - _YEAR), _ms(now - _LATELY), _ms(now))
    roles = {key: meter.profile.role for key, meter in household.meters.items()}
    apart = {MeterRole.APPLIANCE, MeterRole.PRODUCTION}
    energy = await HomeEnergy(
        household, frozenset(key for key, role in roles.items() if role in apart)
    ).async_hours(now)
    past = await async_grid_past(household, start_ms, end_ms)
    # What was paid a year ago says nothing of what can be saved from now on.
    steps = await async_present_steps(hass, entry, start_ms / 1000, end_ms / 1000)
    prices_from = start_ms / 1000
    if steps is None and past.prices:
        steps, prices_from = past.prices, past.prices[0][0]
    grid = await hass.async_add_executor_job(grid_hours, past.slots, steps, prices_from)
    connection = await household.history.ask(
        partial(
            connection_hours,
            meters=[meter.profile for meter in household.grid_meters],
            lately_ms=lately_ms,
            start_ms=start_ms,
            end_ms=end_ms,
        )
    )
    feed_in = entry.options.get(CONF_CHARGES, {}).get(CONF_FEED_IN)
    return HomeEvidence(
        dt_util.get_default_time_zone(),
        dt_util.as_local(now).date(),
        energy.consumption,
        grid.bought,
        grid.sold,
        grid.prices,
        {k: h for k, h in energy.meters.items() if roles[k] is MeterRole.APPLIANCE},
        {k: h for k, h in energy.meters.items() if roles[k] is MeterRole.PRODUCTION},
        connection.power_factors,
        connection.phases,
        grid.peaks,
        connection.highest_w,
        household.contracted_power_w,
        await async_mean_price(hass, entry),
        None if feed_in is None else float(feed_in),
    )


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
