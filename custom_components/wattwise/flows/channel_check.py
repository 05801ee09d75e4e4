"""Whether an entity can carry a channel of a meter."""

from homeassistant.const import ATTR_DEVICE_CLASS
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ..entity_reference import (
    EntityContent,
    content_of_entity,
    is_own_entity,
    unit_of_entity,
)
from ..metering.quantity import Channel, UnknownUnitError, to_base_unit
from .device_sensors import QUANTITY_OF_DEVICE_CLASS


@callback
def channel_problem(
    hass: HomeAssistant, channel: Channel, entity_id: str
) -> str | None:
    """Return the key of the error that keeps an entity from carrying a channel."""
    content = content_of_entity(hass, entity_id)
    if content is EntityContent.MISSING and not _is_to_come(hass, entity_id):
        return "entity_not_found"
    if is_own_entity(hass, entity_id):
        return "own_entity"
    if content is EntityContent.OTHER:
        return "not_a_number"
    device_class = _device_class(hass, entity_id)
    if device_class is not None and (
        QUANTITY_OF_DEVICE_CLASS.get(device_class) is not channel.quantity
    ):
        return "other_quantity"
    try:
        to_base_unit(1.0, channel.quantity, unit_of_entity(hass, entity_id))
    except UnknownUnitError:
        return "unknown_unit"
    return None


@callback
def _is_to_come(hass: HomeAssistant, entity_id: str) -> bool:
    """Whether an entity is switched on, but not set up yet."""
    entry = er.async_get(hass).async_get(entity_id)
    return entry is not None and entry.disabled_by is None


@callback
def _device_class(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return what an entity says it measures."""
    state = hass.states.get(entity_id)
    if state and ATTR_DEVICE_CLASS in state.attributes:
        device_class: str = state.attributes[ATTR_DEVICE_CLASS]
        return device_class
    entry = er.async_get(hass).async_get(entity_id)
    return (entry.device_class or entry.original_device_class) if entry else None
