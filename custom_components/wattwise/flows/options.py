"""How a household's tariff and grid are changed and kept history is deleted."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, override

import probatio

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.util import dt as dt_util

from ..back_filling.back_fill import async_forget_back_fill
from ..const import (
    CONF_COUNTRY,
    CONF_CURRENCY,
    CONF_NETS_PHASES,
    CONF_PRICE_ENTITY,
    PROFILE_OPTIONS,
)
from ..entity_reference import referenced_entity
from ..history.errors import HistoryError
from ..household import Household
from ..published_statistics import async_forget_published
from ..shared_history import async_get_history, async_kept_meters
from .file_steps import FileSteps
from .forecast_steps import ForecastSteps
from .influx_steps import InfluxSteps
from .profile_steps import ProfileSteps
from .retention_steps import RetentionSteps
from .tariff_steps import TARIFF_OPTIONS, TariffSteps, power_and_tariff_fields
from .undo_steps import UndoSteps

CONF_METERS = "meters"


class WattWiseOptionsFlow(
    FileSteps,
    UndoSteps,
    InfluxSteps,
    RetentionSteps,
    ForecastSteps,
    ProfileSteps,
    TariffSteps,
    OptionsFlow,
):
    """Change a household's tariff, and tidy up after removed meters."""

    def __init__(self) -> None:
        """Start with nothing chosen."""
        self._kept: dict[str, str] = {}
        self._chosen: list[str] = []

    @property
    @override
    def _currency(self) -> str:
        """The household's currency."""
        currency: str = self.config_entry.data[CONF_CURRENCY]
        return currency

    @property
    @override
    def _country(self) -> str | None:
        """The household's country."""
        return self.config_entry.data.get(CONF_COUNTRY)

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the user choose what to do."""
        options = [
            "tariff_and_power",
            "about_home",
            "forecasts",
            "past_readings",
            "loaded_files",
            "influx",
            "retention",
            "kept_history",
        ]
        household = self._household
        if household and len(household.grid_meters) > 1:
            options.insert(1, "phase_netting")
        return self.async_show_menu(step_id="init", menu_options=options)

    @property
    @override
    def _household(self) -> Household | None:
        """The household, while it is at work."""
        return getattr(self.config_entry, "runtime_data", None)

    async def async_step_phase_netting(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether the utility's meter nets over several grid meters."""
        if user_input is not None:
            return self.async_create_entry(
                data={**self.config_entry.options, **user_input}
            )
        household = self._household
        nets = household is not None and household.nets_grid
        return self.async_show_form(
            step_id="phase_netting",
            data_schema=probatio.Schema(
                {probatio.Required(CONF_NETS_PHASES, default=nets): BooleanSelector()}
            ),
        )

    async def async_step_tariff_and_power(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the contracted power and how electricity is paid for."""
        if user_input is not None:
            return await self._async_ask_price(user_input)
        return self.async_show_form(
            step_id="tariff_and_power",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema(power_and_tariff_fields()), self.config_entry.options
            ),
        )

    @callback
    @override
    def _known_price(self) -> dict[str, Any]:
        """Return the price as it was set before."""
        known = dict(self.config_entry.options)
        if reference := known.pop(CONF_PRICE_ENTITY, None):
            entity_id = referenced_entity(self.hass, reference)
            if entity_id:
                known[CONF_PRICE_ENTITY] = entity_id
        return known

    @override
    async def _async_finish_tariff(self) -> ConfigFlowResult:
        """Store the options; what is asked elsewhere stays as it is."""
        options = self.config_entry.options
        kept = {key: options[key] for key in options.keys() - TARIFF_OPTIONS}
        return self.async_create_entry(data=self._options | kept)

    @property
    @override
    def _known_answers(self) -> Mapping[str, Any]:
        """What was answered before."""
        return self.config_entry.options

    @override
    async def _async_finish_profile(self, answers: dict[str, Any]) -> ConfigFlowResult:
        """Store the answers; what is asked elsewhere stays as it is."""
        options = self.config_entry.options
        kept = {key: options[key] for key in options.keys() - PROFILE_OPTIONS}
        return self.async_create_entry(data=kept | answers)

    async def async_step_kept_history(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let the user choose removed meters whose history is not needed any more."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._chosen = user_input[CONF_METERS]
            if self._chosen:
                return await self.async_step_delete_history()
            errors[CONF_METERS] = "choose_a_meter"
        try:
            self._kept = await self._async_kept()
        except HistoryError:
            return self.async_abort(reason="history_unavailable")
        if not self._kept:
            return self.async_abort(reason="no_kept_history")
        return self.async_show_form(
            step_id="kept_history",
            data_schema=probatio.Schema(
                {
                    probatio.Optional(CONF_METERS, default=[]): SelectSelector(
                        SelectSelectorConfig(
                            options=[
                                SelectOptionDict(value=meter_id, label=label)
                                for meter_id, label in self._kept.items()
                            ],
                            multiple=True,
                            mode=SelectSelectorMode.LIST,
                        )
                    )
                }
            ),
            errors=errors,
        )

    async def async_step_delete_history(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Delete the chosen history once the user has confirmed it."""
        meters = ", ".join(self._kept[meter_id] for meter_id in self._chosen)
        if user_input is None:
            return self.async_show_form(
                step_id="delete_history",
                data_schema=probatio.Schema({}),
                description_placeholders={"meters": meters},
            )
        if (history := async_get_history(self.hass)) is None:
            return self.async_abort(reason="history_unavailable")
        try:
            # A meter that was added again meanwhile needs its history.
            kept = await self._async_kept()
            deleted = [meter_id for meter_id in self._chosen if meter_id in kept]
            await history.delete_meters(deleted)
        except HistoryError:
            return self.async_abort(reason="history_unavailable")
        await async_forget_back_fill(self.hass, deleted)
        await async_forget_published(self.hass, history, deleted)
        return self.async_abort(
            reason="history_deleted", description_placeholders={"meters": meters}
        )

    async def _async_kept(self) -> dict[str, str]:
        """Return the removed meters that still have history, with their labels.

        Raises HistoryError when the history cannot be asked.
        """
        return {
            meter.meter_id: _label(meter.name, meter.first_ms, meter.last_ms)
            for meter in await async_kept_meters(self.hass)
        }


def _label(name: str, first_ms: int | None, last_ms: int | None) -> str:
    """Return a removed meter's name and the local days its history covers."""
    if first_ms is None or last_ms is None:
        return name
    return f"{name} ({_day(first_ms)} – {_day(last_ms)})"


def _day(time_ms: int) -> str:
    """Return the local day of a time as an ISO date."""
    time = datetime.fromtimestamp(time_ms / 1000, UTC)
    return dt_util.as_local(time).date().isoformat()
