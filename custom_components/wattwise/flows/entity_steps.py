"""The steps that say which entity carries which channel of a meter."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

import probatio

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import callback
from homeassistant.data_entry_flow import FlowContext, FlowResult
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import BooleanSelector

from ..const import (
    CONF_ENERGY_KIND,
    CONF_ENTITIES,
    CONF_INTERVAL,
    CONF_SOURCE,
    SOURCE_ENTITIES,
)
from ..entity_reference import lasting_reference, referenced_entity, unit_of_entity
from ..metering.profile import EnergyKind
from ..metering.quantity import Channel, known_units
from .channel_check import channel_problem
from .channel_form import as_form, channel_fields, chosen_channels, place_of
from .known_devices import async_meters, taken_ids
from .meter_form import identity
from .meter_steps import MeterSteps, new_meter
from .suggestions import SuggestedMeter, identifying, is_meter

CONF_ENABLE: Final = "enable_sensors"
# Entities report when they change; a minute without a change is nothing unusual.
_INTERVAL_S: Final = 60
_UNIQUE_ID_PREFIX: Final = "entities-"


class EntitySteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](MeterSteps[ContextT, ResultT, HandlerT]):
    """The steps for a meter made of entities of other integrations."""

    _suggested: SuggestedMeter | None = None

    async def _async_offer_sensors(self, suggested: SuggestedMeter | None) -> ResultT:
        """Go on with the sensors that a device has; with none if nothing is known."""
        self._suggested = suggested
        if suggested and suggested.switched_off:
            return await self.async_step_enable_sensors()
        return await self.async_step_channels()

    async def async_step_enable_sensors(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Offer to switch on what a device measures, but does not show."""
        suggested, registry = self._suggested, er.async_get(self.hass)
        assert suggested is not None
        if user_input is None:
            names = [
                (entry.name or entry.original_name or entity_id)
                for entity_id in sorted(suggested.switched_off)
                if (entry := registry.async_get(entity_id))
            ]
            return self.async_show_form(
                step_id="enable_sensors",
                data_schema=probatio.Schema(
                    {probatio.Required(CONF_ENABLE, default=True): BooleanSelector()}
                ),
                description_placeholders={
                    "device": suggested.name,
                    "sensors": ", ".join(names),
                },
            )
        if user_input[CONF_ENABLE]:
            for entity_id in suggested.switched_off:
                registry.async_update_entity(entity_id, disabled_by=None)
        else:
            self._suggested = replace(
                suggested,
                channels={
                    channel: entity_id
                    for channel, entity_id in suggested.channels.items()
                    if entity_id not in suggested.switched_off
                },
                switched_off=frozenset(),
            )
        return await self.async_step_channels()

    async def async_step_channels(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask what the meter is, and which entity carries which channel."""
        errors: dict[str, str] = {}
        placeholders = {"sensor": "", "unit": "", "units": ""}
        if user_input is None:
            known, channels = self._known_entity_meter()
        else:
            known, channels = user_input, chosen_channels(self.hass, user_input)
            errors = self._meter_form.errors(user_input)
            errors |= self._channel_errors(channels, placeholders)
            if not errors:
                return await self._async_take_meters(
                    [self._entity_meter(user_input, channels)]
                )
        return self.async_show_form(
            step_id="channels",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema(
                    self._meter_form.fields()
                    | channel_fields(self.hass, channels, open_phases=self._phases > 1)
                ),
                {**known, **as_form(channels)},
            ),
            errors=errors,
            description_placeholders=placeholders,
        )

    @callback
    def _known_entity_meter(self) -> tuple[dict[str, Any], dict[Channel, str]]:
        """Return the identity and the channels the form shows at first."""
        if meter := self._reconfigured:
            return self._meter_form.known(), {
                Channel(channel): entity_id
                for channel, reference in meter.data[CONF_ENTITIES].items()
                if (entity_id := referenced_entity(self.hass, reference))
            }
        if (suggested := self._suggested) is None:
            return self._meter_form.known(), {}
        known = self._meter_form.known(suggested.name, suggested.role)
        return known, suggested.channels

    @callback
    def _channel_errors(
        self, channels: Mapping[Channel, str], placeholders: dict[str, str]
    ) -> dict[str, str]:
        """Return the first thing that is wrong, and fill in what its text names."""
        used: set[str] = set()
        for channel, entity_id in channels.items():
            problem = channel_problem(self.hass, channel, entity_id)
            if problem is None and entity_id in used:
                problem = "used_twice"
            if problem:
                state = self.hass.states.get(entity_id)
                placeholders["sensor"] = state.name if state else entity_id
                placeholders["unit"] = unit_of_entity(self.hass, entity_id) or "–"
                placeholders["units"] = ", ".join(
                    unit for unit in known_units(channel.quantity) if unit
                )
                return {place_of(channel): problem}
            used.add(entity_id)
        if not is_meter(channels):
            return {"base": "power_or_energy_needed"}
        if identifying(channels) in self._taken_entities():
            return {"base": "meter_exists"}
        return {}

    @callback
    def _taken_entities(self) -> set[str]:
        """Return the entities that stand for the meters of all households."""
        own = self._reconfigured
        return {
            entity_id
            for _, meter in async_meters(self.hass)
            if meter.data[CONF_SOURCE] == SOURCE_ENTITIES
            and (own is None or meter.subentry_id != own.subentry_id)
            and (
                entity_id := referenced_entity(
                    self.hass, identifying(meter.data[CONF_ENTITIES])
                )
            )
        }

    @callback
    def _entity_meter(
        self, user_input: Mapping[str, Any], channels: Mapping[Channel, str]
    ) -> ConfigSubentry:
        """Return the meter as it was described."""
        title, data = identity(user_input)
        entities = {
            channel: lasting_reference(self.hass, entity_id)
            for channel, entity_id in channels.items()
        }
        counts = any(channel.is_energy for channel in channels)
        kind = EnergyKind.COUNTER if counts else EnergyKind.POWER
        data = {
            CONF_SOURCE: SOURCE_ENTITIES,
            **data,
            CONF_ENTITIES: {channel.value: e for channel, e in entities.items()},
            CONF_ENERGY_KIND: kind.value,
            CONF_INTERVAL: _INTERVAL_S,
        }
        return new_meter(title, data, self._free_unique_id(entities))

    @callback
    def _free_unique_id(self, entities: Mapping[Channel, str]) -> str:
        """Return an id made of the meter's sensor, so that a meter finds its history.

        Where a changed meter holds that id already, the new one gets its own.
        """
        unique_id = f"{_UNIQUE_ID_PREFIX}{identifying(entities)}"
        held = unique_id in taken_ids(self.hass)
        return f"{unique_id}-{uuid4().hex}" if held else unique_id
