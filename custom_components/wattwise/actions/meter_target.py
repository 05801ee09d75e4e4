"""Which meter an action's device stands for."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..const import DOMAIN
from ..household import async_loaded_households
from ..meter import Meter


@callback
def async_target_meter(hass: HomeAssistant, device_id: str) -> Meter:
    """Return the meter of a device, which may belong to another integration.

    Raises ServiceValidationError when the device is no meter of a loaded household, or
    when it carries several.
    """
    entities = er.async_entries_for_device(
        er.async_get(hass), device_id, include_disabled_entities=True
    )
    subentries = {
        entity.config_subentry_id for entity in entities if entity.platform == DOMAIN
    }
    meters = [
        meter
        for entry in async_loaded_households(hass)
        for subentry_id, meter in entry.runtime_data.meters.items()
        if subentry_id in subentries
    ]
    if len(meters) == 1:
        return meters[0]
    device = dr.async_get(hass).async_get(device_id)
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="meter_ambiguous" if meters else "meter_not_found",
        translation_placeholders={
            "device": (device.name_by_user or device.name or device_id)
            if device
            else device_id
        },
    )
