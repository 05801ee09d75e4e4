"""A past for a simulated meter: what is unusual cannot be told without a usual one."""

from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..history.periods.calendar import HOUR_MS, Period
from ..history.questions.queries import Queries
from ..meter import Meter
from ..metering.quantity import Channel
from ..metering.reading import Reading
from ..sources.simulated.supply import mean_power

MOST_DAYS: Final = 90
# As far apart as readings of power may be for what flows between them to be known.
_STEP_S: Final = 300
_DAY_S: Final = 86_400


async def async_give_past(hass: HomeAssistant, meter: Meter, days: int) -> None:
    """Let a simulated meter have measured for so many days before its first reading.

    What it measured by itself stays; raises HistoryError.
    """
    now_s = int(dt_util.utcnow().timestamp())
    meter_id = meter.profile.meter_id

    def oldest(queries: Queries) -> int:
        begin_ms = (now_s - (MOST_DAYS + 2) * _DAY_S) * 1000
        hours = queries.buckets(
            meter_id, Channel.POWER, begin_ms, now_s * 1000, Period.HOUR
        )
        known = (hour.start_ms for hour in hours if hour.count)
        return min(known, default=now_s * 1000) // HOUR_MS * HOUR_MS // 1000

    end_s = await meter.history.ask(oldest)
    start_s = (now_s - days * _DAY_S) // _STEP_S * _STEP_S
    # The newest day first: what is there already ends before its oldest reading.
    while end_s > start_s:
        begin_s = max(start_s, end_s - _DAY_S)
        readings = await hass.async_add_executor_job(_measured, begin_s, end_s)
        await meter.history.append(meter.profile, readings, live=False)
        end_s = begin_s


def _measured(begin_s: int, end_s: int) -> list[Reading]:
    return [
        Reading(Channel.POWER, at * 1000, round(mean_power(at, _STEP_S), 1))
        for at in range(begin_s, end_s, _STEP_S)
    ]
