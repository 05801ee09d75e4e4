"""The action that returns how good the supply was."""

from datetime import timedelta
from typing import Any, Final

import probatio

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType

from ..alerting.supply.meter_watch import VOLTAGES
from ..analytics.power_quality.supply_voltage import SupplyVoltage
from ..analytics.power_quality.voltage_events import VoltageEvent
from ..const import DOMAIN
from ..power_quality import PhaseEvents, async_supply_voltage, async_voltage_events
from .local_time import local_iso
from .meter_target import async_target_meter
from .unavailable import history_needed

ATTR_START: Final = "start"
ATTR_END: Final = "end"

# What EN 50160 judges.
_WEEK: Final = timedelta(days=7)
_LONGEST: Final = timedelta(days=366)

SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_DEVICE_ID): cv.string,
        probatio.Optional(ATTR_START): cv.datetime,
        probatio.Optional(ATTR_END): cv.datetime,
    }
)


async def async_get_power_quality(call: ServiceCall) -> ServiceResponse:
    """Return the quality of each phase, of the last seven whole days if not told."""
    meter = async_target_meter(call.hass, call.data[ATTR_DEVICE_ID])
    end = dt_util.as_utc(call.data.get(ATTR_END, dt_util.start_of_local_day()))
    # Days are local: one of them may have 23 hours, or 25.
    week_before = dt_util.as_local(end) - _WEEK
    start = dt_util.as_utc(call.data.get(ATTR_START, week_before))
    if not timedelta() < end - start <= _LONGEST:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="invalid_period"
        )
    phases = [channel for channel in VOLTAGES if channel in meter.coordinator.latest]
    if not phases:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="no_voltage",
            translation_placeholders={"meter": meter.name},
        )
    start_ms, end_ms = (int(time.timestamp() * 1000) for time in (start, end))
    nominal_v = meter.profile.nominal_voltage_v
    answer: dict[str, JsonValueType] = {}
    with history_needed():
        for channel in phases:
            means = await async_supply_voltage(meter, channel, start_ms, end_ms)
            events = await async_voltage_events(meter, channel, start_ms, end_ms)
            answer[channel.value] = {
                **(_means(means) if means else {"verdict": "unknown"}),
                **_events(events, nominal_v),
            }
    return {
        "meter": meter.name,
        "start": local_iso(start_ms),
        "end": local_iso(end_ms),
        "nominal": nominal_v,
        "phases": answer,
    }


def _means(found: SupplyVoltage) -> dict[str, Any]:
    """Return the 10-minute means as a client reads them: shares in percent."""
    return {
        "verdict": found.verdict.value,
        "ten_minute_means": found.means,
        "known": round(found.known * 100, 2),
        "within_10": round(found.within_usual * 100, 2),
        "within_10_15": round(found.within_widest * 100, 2),
        "lowest": round(found.lowest_v, 1),
        "p2_5": round(found.low_v, 1),
        "mean": round(found.mean_v, 1),
        "p97_5": round(found.high_v, 1),
        "highest": round(found.highest_v, 1),
    }


def _events(found: PhaseEvents, nominal_v: float) -> dict[str, Any]:
    return {
        "events_known_since": local_iso(found.known_since_ms),
        "events": {kind.value: count for kind, count in sorted(found.counts.items())},
        "gravest": [_event(event, nominal_v) for event in found.gravest],
    }


def _event(event: VoltageEvent, nominal_v: float) -> dict[str, Any]:
    return {
        "kind": event.kind.value,
        "start": local_iso(event.start_ms),
        "seconds": round(event.seconds, 1),
        "voltage": round(event.extreme_v, 1),
        "share_of_nominal": round(event.extreme_v / nominal_v * 100, 1),
    }
