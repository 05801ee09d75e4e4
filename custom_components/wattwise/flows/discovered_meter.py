"""The steps of a card: what a discovered device tells, and whose meter it shall be."""

from collections.abc import Sequence
from typing import Any, Final, override

import probatio

from homeassistant.config_entries import (
    ConfigEntry,
    ConfigFlow,
    ConfigFlowContext,
    ConfigFlowResult,
    ConfigSubentry,
)
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)

from ..const import CONF_PHASES, DOMAIN, SUBENTRY_TYPE_METER
from .device_steps import async_values_of
from .entity_steps import EntitySteps, async_values_of_sensors
from .http_steps import HttpSteps
from .known_devices import async_is_meter, async_is_registered_meter, taken_ids
from .suggestions import SuggestedMeter

CONF_HOUSEHOLD: Final = "household"
HOUSEHOLD_NEW: Final = "new"


class DiscoveredMeterSteps(
    HttpSteps[ConfigFlowContext, ConfigFlowResult, str],
    EntitySteps[ConfigFlowContext, ConfigFlowResult, str],
    ConfigFlow,
):
    """Propose a device once, and add its meters to a household."""

    _chosen_household: ConfigEntry | None = None
    """None while the household is only being created."""
    _first_meters: tuple[ConfigSubentry, ...] = ()
    """What a new household begins with."""
    _sensors: Sequence[SuggestedMeter] = ()
    """The meters that a device's entities make; none if it is read by ourselves."""

    @property
    @override
    def _household_meters(self) -> list[ConfigSubentry]:
        if (household := self._chosen_household) is None:
            return []
        return household.get_subentries_of_type(SUBENTRY_TYPE_METER)

    @property
    @override
    def _phases(self) -> int:
        household = self._chosen_household
        return household.data[CONF_PHASES] if household else 1

    async def _async_be(self, key: str, device_id: str | None = None) -> None:
        """Stand for the device of this key; ends if it needs no proposal any more.

        `device_id` is that of a device of the registry.
        """
        if self.unique_id != key:
            await self.async_set_unique_id(key)
            # Only devices that were ignored have the entry of their key.
            self._abort_if_unique_id_configured()
        if device_id is None:
            is_meter = async_is_meter(self.hass, key)
        else:
            is_meter = async_is_registered_meter(self.hass, device_id)
        if is_meter:
            raise AbortFlow("already_configured")

    async def async_step_discovered(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show what a device tells, and ask which household it belongs to."""
        households = {
            entry.entry_id: entry
            for entry in self.hass.config_entries.async_entries(
                DOMAIN, include_ignore=False, include_disabled=False
            )
        }
        if user_input is not None:
            chosen = user_input.get(CONF_HOUSEHOLD, HOUSEHOLD_NEW)
            self._chosen_household = households.get(chosen)
            if self._sensors:
                device = self._named()["device"]
                return await self._async_offer_device(device, self._sensors)
            return await self._async_offer(self._found)
        fields: dict[probatio.Marker, Any] = {}
        if households:
            options = [
                SelectOptionDict(value=entry_id, label=entry.title)
                for entry_id, entry in households.items()
            ]
            options.append(SelectOptionDict(value=HOUSEHOLD_NEW, label=HOUSEHOLD_NEW))
            fields[probatio.Required(CONF_HOUSEHOLD, default=options[0]["value"])] = (
                SelectSelector(
                    SelectSelectorConfig(
                        options=options,
                        mode=SelectSelectorMode.DROPDOWN,
                        translation_key=CONF_HOUSEHOLD,
                    )
                )
            )
        return self.async_show_form(
            step_id="discovered",
            data_schema=probatio.Schema(fields),
            description_placeholders={
                **self._named(),
                "values": await self._async_values(),
            },
        )

    async def _async_values(self) -> str:
        """Return what the device shows right now, as text."""
        if self._sensors:
            return await async_values_of_sensors(self.hass, self._sensors)
        return await async_values_of(self.hass, self._found, as_list=True)

    @callback
    def _named(self) -> dict[str, str]:
        """Return the name of the device for texts."""
        return {"device": self.context["title_placeholders"]["name"]}

    @override
    async def _async_take_meters(
        self, meters: list[ConfigSubentry]
    ) -> ConfigFlowResult:
        """Add the meters to the household, or go on with creating one."""
        if taken_ids(self.hass) & {meter.unique_id for meter in meters}:
            return self.async_abort(reason="already_configured")
        household = self._chosen_household
        if household is None:
            self._first_meters = tuple(meters)
            return await self.async_step_user()
        for meter in meters:
            self.hass.config_entries.async_add_subentry(household, meter)
        return self.async_abort(
            reason="meter_added",
            description_placeholders={
                "household": household.title,
                "meters": ", ".join(meter.title for meter in meters),
            },
        )
