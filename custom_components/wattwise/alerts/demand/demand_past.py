"""What was drawn from the grid in each period of a capacity tariff."""

from functools import partial

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ...analytics.tariffs.demand_means import demand_means
from ...household import Household
from ...prices.grid_energy import async_grid_past


async def async_demand_peaks(
    hass: HomeAssistant, household: Household, minutes: int, start_ms: int, end_ms: int
) -> list[tuple[int, float]]:
    """Return the begin [ms] and the mean import [W] of the periods within a time, in order.

    Periods of 15, 30 or 60 minutes of the household's clock that lie in [start_ms, end_ms)
    as a whole, as the bill has them; those of which nothing is known are left out. Raises
    HistoryError.
    """
    past = await async_grid_past(household, start_ms, end_ms)
    zone = dt_util.get_default_time_zone()
    means = await hass.async_add_executor_job(
        partial(demand_means, past.slots, minutes, zone)
    )
    return [
        (begin * 1000, kw * 1000)
        for (begin, end), kw in sorted(means.items())
        if start_ms <= begin * 1000 and end * 1000 <= end_ms
    ]
