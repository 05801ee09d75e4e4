"""The actions about Home Assistant's statistics: load them again, clear our own."""

from typing import Any, Final

import probatio

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv

from ..back_filling.back_fill import async_back_fill
from ..back_filling.back_fill_notice import CONF_BACK_FILL
from ..back_filling.back_fill_progress import ChannelProgress
from ..choice_texts import async_choice_texts
from ..const import DOMAIN
from ..history.recorder_statistics import StatisticsUnavailableError
from ..published_statistics import async_clear_published
from ..shared_history import async_get_history
from .local_time import local_iso
from .meter_target import async_target_meter
from .refusal_words import async_refusals_in_words
from .unavailable import history_needed

BACK_FILL_SCHEMA: Final = probatio.Schema(
    {probatio.Required(ATTR_DEVICE_ID): cv.string}
)
CLEAR_SCHEMA: Final = probatio.Schema({probatio.Optional(ATTR_DEVICE_ID): cv.string})


async def async_load_back_fill(call: ServiceCall) -> ServiceResponse:
    """Load once more what Home Assistant's statistics know of a meter's past."""
    meter = async_target_meter(call.hass, call.data[ATTR_DEVICE_ID])
    if not meter.source_entities():
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="not_made_of_sensors",
            translation_placeholders={"meter": meter.name},
        )
    try:
        with history_needed():
            progress = await async_back_fill(call.hass, meter)
    except StatisticsUnavailableError as err:
        raise _unavailable(err) from err
    return {
        "meter": meter.name,
        "channels": {
            channel.value: await _async_as_response(call.hass, known)
            for channel, known in progress.items()
        },
    }


async def async_clear_imported(call: ServiceCall) -> ServiceResponse:
    """Delete the statistics of energy from files, of one meter or of all."""
    meter_ids = None
    if device_id := call.data.get(ATTR_DEVICE_ID):
        meter_ids = [async_target_meter(call.hass, device_id).profile.meter_id]
    try:
        with history_needed():
            cleared = await async_clear_published(
                call.hass, async_get_history(call.hass), meter_ids
            )
    except StatisticsUnavailableError as err:
        raise _unavailable(err) from err
    return {"cleared": list[Any](cleared)}


async def _async_as_response(
    hass: HomeAssistant, progress: ChannelProgress
) -> dict[str, Any]:
    """Return what became of one channel."""
    texts = await async_choice_texts(hass, translation_key=CONF_BACK_FILL)
    not_used = await async_refusals_in_words(hass, progress.unused)
    for item in not_used:
        # Of an hour of statistics a reason may say something else than of a reading.
        if text := texts.get(f"unused_{item['reason']}"):
            item["meaning"] = text.format(hours=item["count"])
    response: dict[str, Any] = {
        "hours": progress.new + progress.known,
        "new": progress.new,
        "first": local_iso(progress.first_ms),
        "last": local_iso(progress.last_ms),
        "not_used": not_used,
    }
    if progress.problem:
        response["problem"] = {
            "reason": progress.problem,
            "meaning": texts[progress.problem],
        }
    return response


def _unavailable(err: StatisticsUnavailableError) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="statistics_unavailable",
        translation_placeholders={"error": str(err)},
    )
