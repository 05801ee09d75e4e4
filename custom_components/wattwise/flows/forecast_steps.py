"""The step that asks what forecasts look at, and what is forecast."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import probatio

from homeassistant.components.weather.const import DOMAIN as WEATHER_DOMAIN
from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import (
    ATTR_SUPPORTED_FEATURES,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..const import (
    CONF_AWAY,
    CONF_CHARGERS,
    CONF_FORECAST_METERS,
    CONF_FORECAST_MODEL,
    CONF_ROLE,
    CONF_WEATHER,
    MODEL_AUTOMATIC,
    SUBENTRY_TYPE_METER,
)
from ..entity_reference import lasting_reference, referenced_entity
from ..forecasts.away_state import AWAY_DOMAINS
from ..metering.profile import MeterRole

_ENTITIES: Final = (CONF_WEATHER, CONF_AWAY)
# Of which meters each field offers a choice.
_METERS: Final = {
    CONF_FORECAST_METERS: {MeterRole.APPLIANCE, MeterRole.PRODUCTION},
    CONF_CHARGERS: {MeterRole.APPLIANCE},
}
_ASKED: Final = {*_ENTITIES, *_METERS, CONF_FORECAST_MODEL}


class ForecastSteps(OptionsFlow):
    """Weather, absence, meters and the model of a household's forecasts."""

    async def async_step_forecasts(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for all of it at once; each field may stay empty."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._entity_problems(user_input)
            if not errors:
                options = self.config_entry.options
                kept = {key: options[key] for key in options.keys() - _ASKED}
                return self.async_create_entry(
                    data=kept | self._forecast_answers(user_input)
                )
        models = await self.hass.async_add_import_executor_job(_models)
        return self.async_show_form(
            step_id="forecasts",
            data_schema=self.add_suggested_values_to_schema(
                self._forecast_fields(models),
                self._forecast_settings(models) if user_input is None else user_input,
            ),
            errors=errors,
        )

    @callback
    def _forecast_fields(self, models: list[str]) -> probatio.Schema:
        fields: dict[probatio.Marker, Any] = {
            probatio.Optional(CONF_WEATHER): _entity([WEATHER_DOMAIN]),
            probatio.Optional(CONF_AWAY): _entity(AWAY_DOMAINS),
        }
        for field, roles in _METERS.items():
            if meters := self._meters_of(roles):
                fields[probatio.Optional(field)] = _several(meters)
        fields[probatio.Optional(CONF_FORECAST_MODEL)] = SelectSelector(
            SelectSelectorConfig(
                options=[MODEL_AUTOMATIC, *models],
                translation_key=CONF_FORECAST_MODEL,
                mode=SelectSelectorMode.DROPDOWN,
            )
        )
        return probatio.Schema(fields)

    @callback
    def _meters_of(self, roles: set[MeterRole]) -> dict[str, str]:
        """Return the names of the meters of some roles, by their ids."""
        return {
            meter.subentry_id: meter.title
            for meter in self.config_entry.get_subentries_of_type(SUBENTRY_TYPE_METER)
            if meter.data[CONF_ROLE] in roles
        }

    @callback
    def _forecast_settings(self, models: list[str]) -> dict[str, Any]:
        """Return what was chosen before, without what there is no more."""
        options = self.config_entry.options
        chosen: dict[str, Any] = {}
        for field in _ENTITIES:
            reference = options.get(field)
            if reference and (entity_id := referenced_entity(self.hass, reference)):
                chosen[field] = entity_id
        for field in _METERS:
            chosen[field] = self._meters_there(field, options)
        model = options.get(CONF_FORECAST_MODEL, MODEL_AUTOMATIC)
        chosen[CONF_FORECAST_MODEL] = model if model in models else MODEL_AUTOMATIC
        return chosen

    @callback
    def _forecast_answers(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is kept of the answers: nothing of fields that are empty."""
        chosen: dict[str, Any] = {
            field: lasting_reference(self.hass, answers[field])
            for field in _ENTITIES
            if answers.get(field)
        }
        for field in _METERS:
            if there := self._meters_there(field, answers):
                chosen[field] = there
        if (model := answers.get(CONF_FORECAST_MODEL)) and model != MODEL_AUTOMATIC:
            chosen[CONF_FORECAST_MODEL] = model
        return chosen

    @callback
    def _meters_there(self, field: str, chosen: Mapping[str, Any]) -> list[str]:
        meters = self._meters_of(_METERS[field])
        return [meter for meter in chosen.get(field, ()) if meter in meters]

    @callback
    def _entity_problems(self, answers: Mapping[str, Any]) -> dict[str, str]:
        """Return what keeps entities from being used, by field."""
        problems: dict[str, str] = {}
        for field in _ENTITIES:
            if not (entity_id := answers.get(field)):
                continue
            state = self.hass.states.get(entity_id)
            if state is None:
                if er.async_get(self.hass).async_get(entity_id) is None:
                    problems[field] = "entity_not_found"
            elif (
                field == CONF_WEATHER
                and state.state not in (STATE_UNAVAILABLE, STATE_UNKNOWN)
                and not state.attributes.get(ATTR_SUPPORTED_FEATURES)
            ):
                problems[field] = "weather_without_forecast"
        return problems


def _models() -> list[str]:
    from ..analytics.forecasting.registry import (  # noqa: PLC0415  (numpy)
        model_choices,
    )

    return model_choices()


def _entity(domains: Iterable[str]) -> EntitySelector:
    return EntitySelector(
        EntitySelectorConfig(
            filter=EntityWithDeviceFilterSelectorConfig(domain=list(domains))
        )
    )


def _several(meters: Mapping[str, str]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(value=meter, label=name)
                for meter, name in meters.items()
            ],
            multiple=True,
            mode=SelectSelectorMode.LIST,
        )
    )
