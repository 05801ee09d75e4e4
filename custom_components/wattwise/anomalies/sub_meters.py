"""The meters of appliances, which tell what lies behind an anomaly."""

from collections.abc import Collection
from functools import partial
from typing import Final

from ..forecasts.energy_of_hours import energy_of_hours
from ..forecasts.home_energy import metered_flows
from ..household import Household
from ..metering.profile import MeterRole
from .probable_reason import USUAL_DAYS, SubMeter

_DAY: Final = 86_400


async def async_sub_meters(
    household: Household, chargers: Collection[str], start: float, end: float
) -> tuple[SubMeter, ...]:
    """Return the appliances with their hours from some weeks before `start` to `end`.

    Times are seconds since the epoch; raises HistoryError.
    """
    flows = metered_flows(household)
    appliances = [flow for flow in flows if flow.role is MeterRole.APPLIANCE]
    if not appliances:
        return ()
    question = partial(
        energy_of_hours,
        meters=flows,
        start_ms=int(start - (USUAL_DAYS + 1) * _DAY) * 1000,
        end_ms=int(end) * 1000,
        apart=[flow.key for flow in appliances],
    )
    hours = await household.history.ask(question)
    return tuple(
        SubMeter(
            flow.key,
            household.meters[flow.key].name,
            flow.parent,
            hours.meters.get(flow.key, {}),
            flow.key in chargers,
        )
        for flow in appliances
    )
