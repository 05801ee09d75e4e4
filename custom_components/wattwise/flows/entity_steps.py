"""The steps that say which entity carries which channel of a meter."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

import probatio

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
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
from .circuit_steps import CircuitSteps
from .known_devices import async_meters, taken_ids
from .meter_form import identity
from .meter_steps import new_meter
from .reading_preview import async_preview, readings_of_entities
from .suggestions import (
    SuggestedMeter,
    carriers,
    identifying,
    is_meter,
    with_current_ids,
    without_switched_off,
)

CONF_ENABLE: Final = "enable_sensors"
# Entities report when they change; a minute without a change is nothing unusual.
_INTERVAL_S: Final = 60
_UNIQUE_ID_PREFIX: Final = "entities-"


class EntitySteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](CircuitSteps[ContextT, ResultT, HandlerT]):
    """The steps for a meter made of entities of other integrations."""

    _suggested: SuggestedMeter | None = None
    """The meter that the form supposes; None if nothing is supposed."""
    _further: list[SuggestedMeter]
    """The meters that are described after it."""
    _switched_on: dict[str, str]
    """The sensors to be switched on: the name of each by what finds it again."""

    async def _async_offer_device(
        self, device: str, meters: Sequence[SuggestedMeter]
    ) -> ResultT:
        """Go on with the meters that the sensors of a device make."""
        if len(meters) < 2:
            return await self._async_offer_sensors(meters)
        by_key = {meter.key: meter for meter in meters}

        async def offer_chosen(keys: list[str]) -> ResultT:
            chosen = [meter for key, meter in by_key.items() if key in keys]
            return await self._async_offer_sensors(chosen)

        labels = {
            key: f"{meter.name}: {await _async_values(self.hass, meter)}"
            for key, meter in by_key.items()
        }
        return await self._async_choose_circuits(device, labels, offer_chosen)

    async def _async_offer_sensors(self, meters: Sequence[SuggestedMeter]) -> ResultT:
        """Go on with what sensors make; with an empty form if nothing is known."""
        self._new_meters = []
        self._further = list(meters)
        registry = er.async_get(self.hass)
        self._switched_on = {
            entry.id: entry.name or entry.original_name or entry.entity_id
            for meter in meters
            for entity_id in sorted(with_current_ids(self.hass, meter).switched_off)
            if (entry := registry.async_get(entity_id))
        }
        if self._switched_on:
            return await self.async_step_enable_sensors()
        return await self._async_next_sensors()

    async def _async_next_sensors(self) -> ResultT:
        """Ask about the next meter."""
        self._suggested = self._further.pop(0) if self._further else None
        return await self.async_step_channels()

    async def async_step_enable_sensors(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Offer to switch on what a device measures, but does not show."""
        if user_input is None:
            first = self._further[0]
            return self.async_show_form(
                step_id="enable_sensors",
                data_schema=probatio.Schema(
                    {probatio.Required(CONF_ENABLE, default=True): BooleanSelector()}
                ),
                description_placeholders={
                    "device": first.device or first.name,
                    "sensors": ", ".join(self._switched_on.values()),
                },
            )
        if user_input[CONF_ENABLE]:
            registry = er.async_get(self.hass)
            # Meanwhile they may be called differently, or be gone.
            for reference in self._switched_on:
                if entity_id := referenced_entity(self.hass, reference):
                    registry.async_update_entity(entity_id, disabled_by=None)
        else:
            self._further = [without_switched_off(meter) for meter in self._further]
        return await self._async_next_sensors()

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
                return await self._async_sensors_chosen(user_input, channels)
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
        return known, with_current_ids(self.hass, suggested).channels

    async def _async_sensors_chosen(
        self, user_input: Mapping[str, Any], channels: Mapping[Channel, str]
    ) -> ResultT:
        """Go on with the next meter, or finish after the last."""
        described = [*self._new_of_sensors, self._entity_meter(user_input, channels)]
        self._new_meters = described
        if self._reconfigured is None and self._further:
            return await self._async_next_sensors()
        self._new_meters = []
        return await self._async_take_meters(described)

    @property
    def _new_of_sensors(self) -> list[ConfigSubentry]:
        """The new meters that were described so far."""
        return [] if self._reconfigured else getattr(self, "_new_meters", [])

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
        if carriers(channels) & self._taken_entities():
            return {"base": "meter_exists"}
        return {}

    @callback
    def _taken_entities(self) -> set[str]:
        """Return the entities that bring the meters of all households power or energy.

        In a second meter they would count twice.
        """
        own = self._reconfigured
        existing = [meter for _, meter in async_meters(self.hass)]
        return {
            entity_id
            for meter in (*existing, *self._new_of_sensors)
            if meter.data[CONF_SOURCE] == SOURCE_ENTITIES
            and (own is None or meter.subentry_id != own.subentry_id)
            for reference in carriers(meter.data[CONF_ENTITIES])
            if (entity_id := referenced_entity(self.hass, reference))
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
        described = {meter.unique_id for meter in self._new_of_sensors}
        held = unique_id in taken_ids(self.hass) | described
        return f"{unique_id}-{uuid4().hex}" if held else unique_id


async def async_values_of_sensors(
    hass: HomeAssistant, meters: Sequence[SuggestedMeter]
) -> str:
    """Return what the sensors of a device's meters show right now, as a list.

    With a line for each value of a single meter, or for each of several.
    """
    if len(meters) == 1:
        return await _async_values(hass, meters[0], as_list=True)
    return "\n".join(
        [f"- {meter.name}: {await _async_values(hass, meter)}" for meter in meters]
    )


async def _async_values(
    hass: HomeAssistant, meter: SuggestedMeter, *, as_list: bool = False
) -> str:
    channels = with_current_ids(hass, meter).channels
    readings = readings_of_entities(hass, channels)
    return await async_preview(hass, readings, as_list=as_list) or "–"
