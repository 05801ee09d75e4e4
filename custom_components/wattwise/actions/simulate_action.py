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

ATTR_CONDITION: Final = "condition"
ATTR_DURATION: Final = "duration"

_DEFAULT: Final = {"minutes": 3}
_LONGEST: Final = timedelta(hours=24)


def _duration(value: object) -> timedelta:
    """Accept a duration in any of Home Assistant's forms, in bounds."""
    found: timedelta = cv.positive_time_period(value)
    if not timedelta() < found <= _LONGEST:
        msg = "has to be more than nothing, and a day at the most"
        raise probatio.Invalid(msg)
    return found


SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_DEVICE_ID): cv.string,
        probatio.Required(ATTR_CONDITION): probatio.Coerce(Condition),
        probatio.Optional(ATTR_DURATION, default=_DEFAULT): _duration,
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
    until = meter.simulation.play(condition, call.data[ATTR_DURATION])
    return {
        "condition": condition.value,
        "until": local_iso(int(until.timestamp() * 1000)),
    }
