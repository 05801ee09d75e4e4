"""A past for simulated meters: what is unusual cannot be told without a usual one."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..history.periods.calendar import HOUR_MS, Period
from ..history.questions.queries import Queries
from ..meter import Meter
from ..metering.quantity import Channel
from ..metering.reading import Reading
from ..sources.simulated.condition import Condition
from ..sources.simulated.source import Simulated

MOST_DAYS: Final = 90
# As far apart as readings of power may be for what flows between them to be known.
_STEP_S: Final = 300
# Samples that a mean is made of are this far apart.
_SAMPLE_S: Final = 30
_DAY_S: Final = 86_400
# Who sets up such a home needs some time for it, and more of it was no past to speak of.
_FEW_HOURS_S: Final = 3 * 3_600


@dataclass(frozen=True, slots=True)
class _Flow:
    """What one of the meters measures: until a time nothing unusual."""

    simulated: Simulated
    condition: Condition
    since_s: int

    def power(self, time_s: int) -> float:
        lasts = time_s >= self.since_s
        return self.simulated.power(
            time_s, self.condition if lasts else Condition.NORMAL
        )


async def async_give_past(
    hass: HomeAssistant,
    meters: Iterable[Meter],
    days: int,
    shown_by: Meter,
    condition: Condition,
    since_days: int,
) -> None:
    """Let the simulated meters of a home have measured before their first readings.

    For so many days, in the last `since_days` of which one of them showed a condition.
    What is known already stays. Raises HistoryError, and ServiceValidationError where
    the days would not show what was asked for.
    """
    now_s = int(dt_util.utcnow().timestamp())
    start_s = (now_s - days * _DAY_S) // _STEP_S * _STEP_S
    flows = {
        meter: _Flow(
            meter.simulation.simulated,
            condition,
            now_s - since_days * _DAY_S if meter is shown_by else now_s,
        )
        for meter in meters
        if meter.simulation
    }
    oldest_s = await _known_since(flows, now_s)
    if since_days and now_s - oldest_s > _FEW_HOURS_S:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="past_is_known",
            translation_placeholders={"meter": shown_by.name},
        )
    roofs = [flow for meter, flow in flows.items() if meter.profile.produces]
    for meter, flow in flows.items():
        given = [] if meter.profile.produces else roofs
        end_s = oldest_s
        # The newest day first: what is there already ends before its oldest reading.
        while end_s > start_s:
            begin_s = max(start_s, end_s - _DAY_S)
            readings = await hass.async_add_executor_job(
                _measured, flow, given, begin_s, end_s
            )
            await meter.history.append(meter.profile, readings, live=False)
            end_s = begin_s


async def _known_since(meters: Iterable[Meter], now_s: int) -> int:
    """Return when the first of the meters of a home began [s since the epoch].

    What the grid meter measured without a roof would be too much beside one: raises
    ServiceValidationError when they did not begin together, and HistoryError.
    """
    begins = [
        await meter.history.ask(
            partial(_oldest, meter_id=meter.profile.meter_id, now_s=now_s)
        )
        for meter in meters
    ]
    if max(begins) - min(begins) > _FEW_HOURS_S:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="pasts_differ"
        )
    return min(begins)


def _oldest(queries: Queries, meter_id: str, now_s: int) -> int:
    """Return the start of the oldest hour that is known [s since the epoch]."""
    begin_ms = (now_s - (MOST_DAYS + 2) * _DAY_S) * 1000
    hours = queries.buckets(
        meter_id, Channel.POWER, begin_ms, now_s * 1000, Period.HOUR
    )
    known = (hour.start_ms for hour in hours if hour.count)
    return min(known, default=now_s * 1000) // HOUR_MS * HOUR_MS // 1000


def _measured(
    flow: _Flow, given: Iterable[_Flow], begin_s: int, end_s: int
) -> list[Reading]:
    return [
        Reading(Channel.POWER, at * 1000, round(_mean_power(flow, given, at), 1))
        for at in range(begin_s, end_s, _STEP_S)
    ]


def _mean_power(flow: _Flow, given: Iterable[_Flow], start_s: int) -> float:
    moments = range(start_s, start_s + _STEP_S, _SAMPLE_S)
    powers = (flow.power(at) - sum(roof.power(at) for roof in given) for at in moments)
    return sum(powers) / len(moments)
