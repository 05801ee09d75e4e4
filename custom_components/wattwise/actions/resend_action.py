"""The action that writes what is known to InfluxDB once more."""

from typing import Final

import probatio

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..history.outbox.parcel import forget_rejected
from ..history.outbox.targets import request_past
from ..history.writer import Transaction
from ..household import async_loaded_households
from .unavailable import history_needed

ATTR_START: Final = "start"
ATTR_END: Final = "end"

SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
        probatio.Optional(ATTR_START): cv.datetime,
        probatio.Optional(ATTR_END): cv.datetime,
    }
)


async def async_resend(call: ServiceCall) -> ServiceResponse:
    """Put a stretch of a household's past back into the outbox."""
    wanted = call.data[ATTR_CONFIG_ENTRY_ID]
    entry = next(
        (
            entry
            for entry in async_loaded_households(call.hass)
            if entry.entry_id == wanted
        ),
        None,
    )
    if entry is None or entry.runtime_data.export is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="not_exported"
        )
    household = entry.runtime_data
    start, end = (
        int(dt_util.as_utc(call.data[key]).timestamp() * 1000)
        if key in call.data
        else None
        for key in (ATTR_START, ATTR_END)
    )
    if start is not None and end is not None and end <= start:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="invalid_period"
        )
    meter_ids = [meter.profile.meter_id for meter in household.meters.values()]
    if household.price_id:
        meter_ids.append(household.price_id)

    def request(transaction: Transaction) -> int:
        if start is None and end is None:
            # What is refused again is noted again.
            forget_rejected(transaction, entry.unique_id or "")
        return request_past(transaction, meter_ids, start, end)

    with history_needed():
        series = await household.history.run(request)
    return {"series": series}
