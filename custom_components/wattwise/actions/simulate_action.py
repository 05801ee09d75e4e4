"""The action that lets a simulated meter play what a real one may never show."""

from datetime import timedelta
from typing import Final

import probatio

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv

from ..const import DOMAIN
from ..sources.simulated.supply import Condition
from .local_time import local_iso
from .meter_target import async_target_meter
from .simulated_past import MOST_DAYS, async_give_past
from .unavailable import history_needed

ATTR_CONDITION: Final = "condition"
ATTR_DURATION: Final = "duration"

ATTR_PAST_DAYS: Final = "past_days"

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


SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_DEVICE_ID): cv.string,
        probatio.Required(ATTR_CONDITION): probatio.Coerce(Condition),
        probatio.Optional(ATTR_DURATION, default=_DEFAULT): _duration,
        probatio.Optional(ATTR_PAST_DAYS): probatio.All(
            probatio.Coerce(int), probatio.Range(1, MOST_DAYS)
        ),
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
    if days := call.data.get(ATTR_PAST_DAYS):
        with history_needed():
            await async_give_past(call.hass, meter, days)
    condition: Condition = call.data[ATTR_CONDITION]
    until = meter.simulation.play(condition, call.data[ATTR_DURATION])
    return {
        "condition": condition.value,
        "until": local_iso(int(until.timestamp() * 1000)),
    }
