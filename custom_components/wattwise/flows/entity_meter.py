"""How a meter is made of sensors that Home Assistant already has."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

import probatio

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..const import (
    CONF_ENERGY_KIND,
    CONF_ENTITIES,
    CONF_INTERVAL,
    CONF_PHASES,
    CONF_ROLE,
    CONF_SOURCE,
    DOMAIN,
    SOURCE_ENTITIES,
    SUBENTRY_TYPE_METER,
)
from ..entity_reference import lasting_reference, referenced_entity, unit_of_entity
from ..metering.profile import EnergyKind
from ..metering.quantity import Channel, known_units
from .channel_check import channel_problem
from .channel_form import as_form, channel_fields, chosen_channels, place_of
from .meter_form import MeterForm, identity
from .suggestions import (
    SuggestedMeter,
    async_suggest_meters,
    identifying,
    is_meter,
)

CONF_SUGGESTION: Final = "suggestion"
SUGGESTION_NONE: Final = "none"
# Entities report when they change; a minute without a change is nothing unusual.
_INTERVAL_S: Final = 60
_UNIQUE_ID_PREFIX: Final = "entities-"


class EntityMeterSteps(MeterForm):
    """The steps for meters made of entities of other integrations."""

    _suggestions: dict[str, SuggestedMeter]
    _suggested: SuggestedMeter | None = None

    async def async_step_entities(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Let the user choose a device or source that would make a meter."""
        if user_input is not None:
            self._suggested = self._suggestions.get(user_input[CONF_SUGGESTION])
            return await self.async_step_channels()
        taken = self._taken_entities()
        self._suggestions = {
            meter.key: meter
            for meter in await async_suggest_meters(self.hass)
            if meter.key not in taken
        }
        if not self._suggestions:
            return await self.async_step_channels()
        options = [
            SelectOptionDict(value=key, label=_label(meter))
            for key, meter in self._suggestions.items()
        ]
        options.append(SelectOptionDict(value=SUGGESTION_NONE, label=SUGGESTION_NONE))
        schema = probatio.Schema(
            {
                probatio.Required(
                    CONF_SUGGESTION, default=options[0]["value"]
                ): SelectSelector(
                    SelectSelectorConfig(
                        options=options,
                        mode=SelectSelectorMode.DROPDOWN,
                        translation_key=CONF_SUGGESTION,
                    )
                )
            }
        )
        return self.async_show_form(step_id="entities", data_schema=schema)

    async def async_step_channels(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what the meter is, and which entity carries which channel."""
        errors: dict[str, str] = {}
        placeholders = {"sensor": "", "unit": "", "units": ""}
        if user_input is None:
            identity_known, channels = self._known_entity_meter()
        else:
            identity_known, channels = (
                user_input,
                chosen_channels(self.hass, user_input),
            )
            errors = self._identity_errors(user_input)
            errors |= self._channel_errors(channels, placeholders)
            if not errors:
                return self._finish_entity_meter(user_input, channels)
        phases = self._get_entry().data[CONF_PHASES]
        return self.async_show_form(
            step_id="channels",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema(
                    self._identity_fields()
                    | channel_fields(self.hass, channels, open_phases=phases > 1)
                ),
                {**identity_known, **as_form(channels)},
            ),
            errors=errors,
            description_placeholders=placeholders,
        )

    @callback
    def _known_entity_meter(self) -> tuple[dict[str, Any], dict[Channel, str]]:
        """Return the identity and the channels the form shows at first."""
        known = self._known_identity()
        if meter := self._reconfigured:
            return known, {
                Channel(channel): entity_id
                for channel, reference in meter.data[CONF_ENTITIES].items()
                if (entity_id := referenced_entity(self.hass, reference))
            }
        if (suggested := self._suggested) is None:
            return known, {}
        known[CONF_NAME] = suggested.name
        if suggested.role is not None:
            known[CONF_ROLE] = suggested.role.value
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
            for entry in self.hass.config_entries.async_entries(DOMAIN)
            for meter in entry.get_subentries_of_type(SUBENTRY_TYPE_METER)
            if meter.data[CONF_SOURCE] == SOURCE_ENTITIES
            and (own is None or meter.subentry_id != own.subentry_id)
            and (
                entity_id := referenced_entity(
                    self.hass, identifying(meter.data[CONF_ENTITIES])
                )
            )
        }

    @callback
    def _finish_entity_meter(
        self, user_input: dict[str, Any], channels: Mapping[Channel, str]
    ) -> SubentryFlowResult:
        """Create the meter, or change it."""
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
        if meter := self._reconfigured:
            return self.async_update_and_abort(
                self._get_entry(), meter, title=title, data=data
            )
        return self.async_create_entry(
            title=title, data=data, unique_id=self._free_unique_id(entities)
        )

    @callback
    def _free_unique_id(self, entities: Mapping[Channel, str]) -> str:
        """Return an id made of the meter's sensor, so that a meter finds its history.

        Where a changed meter holds that id already, the new one gets its own.
        """
        unique_id = f"{_UNIQUE_ID_PREFIX}{identifying(entities)}"
        held = {
            subentry.unique_id
            for entry in self.hass.config_entries.async_entries(DOMAIN)
            for subentry in entry.subentries.values()
        }
        return f"{unique_id}-{uuid4().hex}" if unique_id in held else unique_id


def _label(meter: SuggestedMeter) -> str:
    """Return how a suggestion is listed: its name and how many sensors it has."""
    mark = "★ " if meter.role else ""
    return f"{mark}{meter.name} ({len(meter.channels)})"
