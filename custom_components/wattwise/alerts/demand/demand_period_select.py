"""The setting by which periods the grid operator measures demand."""

from typing import Final, override

from homeassistant.components.select import SelectEntity
from homeassistant.const import EntityCategory

from ...entity import household_device_info, household_unique_id
from ...household import WattWiseConfigEntry
from .demand_settings import DEMAND_MINUTES, DEMAND_PERIOD, NO_PERIOD, demand_minutes

_NONE: Final = "none"
_OPTIONS: Final = {
    _NONE: NO_PERIOD,
    **{f"minutes_{minutes}": minutes for minutes in DEMAND_MINUTES},
}


class DemandPeriodSelect(SelectEntity):
    """Whether demand is measured, and in which periods."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    _attr_translation_key = DEMAND_PERIOD
    _attr_entity_category = EntityCategory.CONFIG

    def __init__(self, entry: WattWiseConfigEntry) -> None:
        """Belong to the household's device."""
        self._entry = entry
        self._attr_options = list(_OPTIONS)
        self._attr_unique_id = household_unique_id(entry, DEMAND_PERIOD)
        self._attr_device_info = household_device_info(entry)

    @property
    @override
    def current_option(self) -> str:
        """Return the period."""
        minutes = demand_minutes(self._entry, self._entry.runtime_data)
        return next(name for name, length in _OPTIONS.items() if length == minutes)

    @override
    async def async_select_option(self, option: str) -> None:
        """Measure by other periods: the household starts anew with their entities."""
        household = self._entry.runtime_data
        if option == self.current_option:
            return
        household.async_set_amount(DEMAND_PERIOD, float(_OPTIONS[option]))
        self.async_write_ha_state()
        self.hass.config_entries.async_schedule_reload(self._entry.entry_id)
