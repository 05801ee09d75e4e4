"""The action that lets a simulated meter play what a real one may never show."""

from datetime import timedelta
from typing import Final

import probatio

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv

from ..const import DOMAIN
from ..household import WattWiseConfigEntry, async_loaded_households
from ..meter import Meter
from ..sources.simulated.condition import (
    LASTING,
    OF_A_GRID_METER,
    OF_A_ROOF,
    Condition,
)
from .local_time import local_iso
from .meter_target import async_target_meter
from .simulated_past import MOST_DAYS, async_give_past
from .simulated_zone import ZONES, zone_power
from .unavailable import history_needed

ATTR_CONDITION: Final = "condition"
ATTR_DURATION: Final = "duration"
ATTR_PAST_DAYS: Final = "past_days"
ATTR_SINCE_DAYS: Final = "since_days"

_DEFAULT: Final = {"minutes": 3}
# Standby that rises is told after some days.
_LONGEST: Final = timedelta(days=14)


def _duration(value: object) -> timedelta:
    """Accept a duration in any of Home Assistant's forms, in bounds."""
    found: timedelta = cv.positive_time_period(value)
    if not timedelta() < found <= _LONGEST:
        msg = "has to be more than nothing, and two weeks at the most"
        raise probatio.Invalid(msg)
    return found


_DAYS: Final = probatio.All(probatio.Coerce(int), probatio.Range(1, MOST_DAYS))

SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_DEVICE_ID): cv.string,
        probatio.Required(ATTR_CONDITION): probatio.Coerce(Condition),
        probatio.Optional(ATTR_DURATION, default=_DEFAULT): _duration,
        probatio.Optional(ATTR_PAST_DAYS): _DAYS,
        probatio.Optional(ATTR_SINCE_DAYS): _DAYS,
    }
)


async def async_simulate(call: ServiceCall) -> ServiceResponse:
    """Play a condition for a while; a real meter is refused."""
    meter = async_target_meter(call.hass, call.data[ATTR_DEVICE_ID])
    if meter.simulation is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="meter_is_real",
            translation_placeholders={"meter": meter.name},
        )
    condition: Condition = call.data[ATTR_CONDITION]
    if condition not in (OF_A_ROOF if meter.profile.produces else OF_A_GRID_METER):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="condition_of_another_meter",
            translation_placeholders={"meter": meter.name},
        )
    entry = _household_of(call.hass, meter)
    zone = ZONES.get(condition)
    wanted = zone_power(entry, meter, zone) if zone else None
    past_days: int = call.data.get(ATTR_PAST_DAYS, 0)
    since_days: int = call.data.get(ATTR_SINCE_DAYS, 0)
    if since_days and (since_days >= past_days or condition not in LASTING):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="condition_not_of_the_past"
        )
    if past_days:
        meters = entry.runtime_data.meters.values()
        with history_needed():
            await async_give_past(
                call.hass, meters, past_days, meter, condition, since_days
            )
    until = meter.simulation.play(condition, call.data[ATTR_DURATION], wanted)
    return {
        "condition": condition.value,
        "until": local_iso(int(until.timestamp() * 1000)),
    }


def _household_of(hass: HomeAssistant, meter: Meter) -> WattWiseConfigEntry:
    return next(
        entry
        for entry in async_loaded_households(hass)
        if meter in entry.runtime_data.meters.values()
    )
