"""The setting by which interval a meter's use is judged."""

from typing import Final, override

from homeassistant.components.select import SelectEntity
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant

from ..entity import MeterDeviceEntity
from ..household import WattWiseConfigEntry
from ..meter import Meter
from .usage_coordinator import UsageCoordinator
from .use_intervals import interval_key, possible_intervals

USAGE_INTERVAL: Final = "usage_interval"

_PREFIX: Final = "minutes_"


class UsageIntervalSelect(MeterDeviceEntity, SelectEntity):
    """Over which time the mean is taken; none is shorter than the meter's reports."""

    _attr_should_poll = False
    _attr_translation_key = USAGE_INTERVAL
    _attr_entity_category = EntityCategory.CONFIG

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        meter: Meter,
        usage: UsageCoordinator,
    ) -> None:
        """Belong to the meter's device."""
        self._settle(hass, entry, meter, USAGE_INTERVAL)
        self._household = entry.runtime_data
        self._meter = meter
        self._usage = usage
        self._attr_options = [
            f"{_PREFIX}{minutes}" for minutes in possible_intervals(meter)
        ]

    @property
    @override
    def current_option(self) -> str:
        """Return the interval."""
        return f"{_PREFIX}{self._usage.minutes(self._meter)}"

    @override
    async def async_select_option(self, option: str) -> None:
        """Judge by another interval from now on."""
        if option == self.current_option:
            return
        minutes = float(option.removeprefix(_PREFIX))
        self._household.async_set_amount(interval_key(self._meter), minutes)
        self._usage.async_interval_changed(self._meter.subentry.subentry_id)
        self.async_write_ha_state()
