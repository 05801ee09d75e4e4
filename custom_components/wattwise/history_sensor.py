"""The sensor that shows how large the history has become."""

from datetime import datetime, timedelta
from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfInformation
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval

from .const import DOMAIN
from .entity import household_device_info, household_unique_id
from .history.errors import HistoryError
from .household import WattWiseConfigEntry

_INTERVAL: Final = timedelta(hours=1)
_BYTES_PER_MB: Final = 1_000_000

HISTORY_SIZE: Final = SensorEntityDescription(
    key="history_size",
    translation_key="history_size",
    device_class=SensorDeviceClass.DATA_SIZE,
    native_unit_of_measurement=UnitOfInformation.MEGABYTES,
    state_class=SensorStateClass.MEASUREMENT,
    entity_category=EntityCategory.DIAGNOSTIC,
    suggested_display_precision=1,
)


@callback
def async_shows_history(hass: HomeAssistant, entry: WattWiseConfigEntry) -> bool:
    """Whether the history is shown with this household.

    It is that of all households, and stands with the oldest of them that is in use.
    """
    entries = hass.config_entries.async_entries(DOMAIN, include_disabled=False)
    oldest = min(entries, key=lambda other: other.created_at)
    return oldest.entry_id == entry.entry_id


class HistorySizeSensor(SensorEntity):
    """The size of the history of all households."""

    entity_description = HISTORY_SIZE
    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, entry: WattWiseConfigEntry) -> None:
        """Belong to the household's device."""
        self._history = entry.runtime_data.history
        self._attr_unique_id = household_unique_id(entry, HISTORY_SIZE.key)
        self._attr_device_info = household_device_info(entry)

    @override
    async def async_added_to_hass(self) -> None:
        """Look now and each hour."""
        await super().async_added_to_hass()
        await self._async_look()
        self.async_on_remove(
            async_track_time_interval(self.hass, self._async_look_again, _INTERVAL)
        )

    async def _async_look_again(self, _now: datetime) -> None:
        await self._async_look()
        self.async_write_ha_state()

    async def _async_look(self) -> None:
        try:
            size = await self._history.size_bytes()
        except HistoryError:
            self._attr_available = False
        else:
            self._attr_available = True
            self._attr_native_value = round(size / _BYTES_PER_MB, 1)
