"""The action that writes what is known to InfluxDB once more."""

from functools import partial
from typing import Final

import probatio

from homeassistant.const import ATTR_CONFIG_ENTRY_ID
from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .history.errors import HistoryError
from .history.outbox_targets import request_past
from .household import async_loaded_households

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
    household = next(
        (
            entry.runtime_data
            for entry in async_loaded_households(call.hass)
            if entry.entry_id == wanted
        ),
        None,
    )
    if household is None or household.export is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="not_exported"
        )
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
    try:
        series = await household.history.run(
            partial(request_past, meter_ids=meter_ids, start_ms=start, end_ms=end)
        )
    except HistoryError as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="history_unavailable",
            translation_placeholders={"error": str(err)},
        ) from err
    return {"series": series}
