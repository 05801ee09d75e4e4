"""What a counter showed at the end of each hour in which its meter was not read.

The energy of such a gap is known already, as the difference of the readings around it,
but not when it flowed. Amounts beside it would count it twice; what the counter itself
showed meanwhile divides it.
"""

from functools import partial
import time
from typing import Final

from homeassistant.core import HomeAssistant

from ..history.periods.calendar import HOUR_MS
from ..history.questions.gaps import Gap, find_gaps
from ..history.questions.queries import Queries
from ..history.recorder_statistics import async_ask_recorder, counter_states
from ..meter import Meter
from ..metering.quantity import Channel
from ..metering.reading import Reading

_SHORTEST_MS: Final = 2 * HOUR_MS


async def async_counter_points(
    hass: HomeAssistant,
    meter: Meter,
    channel: Channel,
    statistic_id: str,
    start_ms: int,
    end_ms: int,
) -> dict[int, Reading]:
    """Return what the counter showed in a meter's gaps, by the start of the hour.

    The gaps are those between its readings from `start_ms` on. Raises HistoryError,
    StatisticsUnavailableError and UnknownUnitError.
    """

    def gaps(queries: Queries) -> list[Gap]:
        return find_gaps(
            queries,
            meter.profile.meter_id,
            channel,
            start_ms,
            end_ms,
            now_ms=time.time_ns() // 1_000_000,
            shortest_ms=_SHORTEST_MS,
            patience_ms=meter.profile.hold_ms,
        )

    found: dict[int, Reading] = {}
    for gap in await meter.history.ask(gaps):
        states = await async_ask_recorder(
            hass,
            partial(
                counter_states,
                statistic_id=statistic_id,
                channel=channel,
                start_ms=gap.start_ms - HOUR_MS,
                end_ms=gap.end_ms,
            ),
        )
        found |= {
            state.start_ms: Reading(channel, state.end_ms, state.value)
            for state in states
            if state.value is not None and gap.start_ms <= state.end_ms <= gap.end_ms
        }
    return found
