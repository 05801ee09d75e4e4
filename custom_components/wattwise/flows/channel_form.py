"""The part of a form that asks which entity carries which channel of a meter."""

from collections.abc import Mapping
from typing import Any, Final

import probatio

from homeassistant.core import HomeAssistant, callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
)

from ..const import DOMAIN
from ..entity_reference import referenced_entity
from ..metering.quantity import METER_CHANNELS, Channel, known_units
from .device_sensors import QUANTITY_OF_DEVICE_CLASS

_PHASES: Final = "phases"
_SECTIONS: Final[dict[str, tuple[Channel, ...]]] = {
    _PHASES: (
        Channel.VOLTAGE_L2,
        Channel.VOLTAGE_L3,
        Channel.CURRENT_L2,
        Channel.CURRENT_L3,
        Channel.CURRENT_N,
    ),
    "more": (Channel.FREQUENCY, Channel.POWER_FACTOR, Channel.LOAD),
}
_SECTION_OF: Final = {
    channel: name for name, channels in _SECTIONS.items() for channel in channels
}
_MAIN_CHANNELS: Final = tuple(c for c in METER_CHANNELS if c not in _SECTION_OF)


@callback
def channel_fields(
    hass: HomeAssistant, channels: Mapping[Channel, str], *, open_phases: bool
) -> dict[probatio.Marker, Any]:
    """Return a field for each channel, the rare ones in sections.

    Sections with something in them are open.
    """
    own = [
        entry.entity_id
        for entry in er.async_get(hass).entities.values()
        if entry.platform == DOMAIN
    ]
    fields: dict[probatio.Marker, Any] = {
        probatio.Optional(channel.value): _entity_selector(channel, own)
        for channel in _MAIN_CHANNELS
    }
    for name, members in _SECTIONS.items():
        schema = probatio.Schema(
            {probatio.Optional(c.value): _entity_selector(c, own) for c in members}
        )
        is_open = any(channel in channels for channel in members) or (
            name == _PHASES and open_phases
        )
        fields[probatio.Required(name)] = section(schema, {"collapsed": not is_open})
    return fields


@callback
def chosen_channels(
    hass: HomeAssistant, user_input: Mapping[str, Any]
) -> dict[Channel, str]:
    """Return the entity id chosen for each channel."""
    chosen = dict(user_input)
    for name in _SECTIONS:
        chosen |= user_input[name]
    return {
        channel: referenced_entity(hass, chosen[channel]) or chosen[channel]
        for channel in METER_CHANNELS
        if channel in chosen
    }


def as_form(channels: Mapping[Channel, str]) -> dict[str, Any]:
    """Return the channels as the form holds them."""
    form: dict[str, Any] = {
        channel.value: channels[channel]
        for channel in _MAIN_CHANNELS
        if channel in channels
    }
    for name, members in _SECTIONS.items():
        form[name] = {c.value: channels[c] for c in members if c in channels}
    return form


def place_of(channel: Channel) -> str:
    """Return the field where an error of a channel is shown: its section, if any."""
    return _SECTION_OF.get(channel, channel.value)


def _entity_selector(channel: Channel, own: list[str]) -> EntitySelector:
    """Return a selector that offers the entities fit for a channel."""
    units = [unit for unit in known_units(channel.quantity) if unit]
    filters = [
        EntityWithDeviceFilterSelectorConfig(domain="sensor", device_class=device_class)
        for device_class, quantity in QUANTITY_OF_DEVICE_CLASS.items()
        if quantity is channel.quantity
    ]
    filters.append(
        EntityWithDeviceFilterSelectorConfig(domain="sensor", unit_of_measurement=units)
    )
    return EntitySelector(EntitySelectorConfig(filter=filters, exclude_entities=own))
