"""How entities of other integrations are remembered and looked at.

The registry id is kept where there is one, so that renaming an entity changes
nothing; entities without a registry entry are known by their entity id.
"""

from enum import Enum, auto
from math import isfinite

from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN


class EntityContent(Enum):
    """What an entity shows at the moment."""

    NUMBER = auto()
    OTHER = auto()
    NOTHING_YET = auto()
    """The entity exists, but has no value now."""
    MISSING = auto()
    """There is no such entity, or it is switched off."""


@callback
def lasting_reference(hass: HomeAssistant, entity_id: str) -> str:
    """Return what to keep of an entity so that it is found again."""
    entry = er.async_get(hass).async_get(entity_id)
    return entry.id if entry else entity_id


@callback
def referenced_entity(hass: HomeAssistant, reference: str) -> str | None:
    """Return the entity id a reference stands for now; None if it is gone."""
    return er.async_resolve_entity_id(er.async_get(hass), reference)


@callback
def unit_of_entity(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the unit an entity's value has."""
    if state := hass.states.get(entity_id):
        unit: str | None = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        if unit is not None:
            return unit
    entry = er.async_get(hass).async_get(entity_id)
    return entry.unit_of_measurement if entry else None


@callback
def content_of_entity(hass: HomeAssistant, entity_id: str) -> EntityContent:
    """Return whether an entity shows a number."""
    if (state := hass.states.get(entity_id)) is None:
        return EntityContent.MISSING
    if state.state in (STATE_UNKNOWN, STATE_UNAVAILABLE):
        return EntityContent.NOTHING_YET
    try:
        is_number = isfinite(float(state.state))
    except ValueError:
        is_number = False
    return EntityContent.NUMBER if is_number else EntityContent.OTHER


@callback
def is_own_entity(hass: HomeAssistant, entity_id: str) -> bool:
    """Whether an entity is one of WattWise's own, which must not feed a meter."""
    entry = er.async_get(hass).async_get(entity_id)
    return entry is not None and entry.platform == DOMAIN
