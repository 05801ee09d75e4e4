"""Whether each meter reports."""

from typing import Final, override

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import MeterEntity
from .household import WattWiseConfigEntry
from .meter import Meter

PARALLEL_UPDATES = 0

CONNECTED: Final = "connected"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: WattWiseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the connectivity of each meter."""
    for subentry_id, meter in entry.runtime_data.meters.items():
        async_add_entities(
            [MeterConnected(hass, entry, meter)], config_subentry_id=subentry_id
        )


class MeterConnected(MeterEntity, BinarySensorEntity):
    """On while the meter reports."""

    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_translation_key = CONNECTED

    def __init__(
        self, hass: HomeAssistant, entry: WattWiseConfigEntry, meter: Meter
    ) -> None:
        """Show the connectivity of a meter."""
        super().__init__(hass, entry, meter, CONNECTED)

    @property
    @override
    def available(self) -> bool:
        """Be there above all when the meter is not."""
        return True

    @property
    @override
    def is_on(self) -> bool:
        """Whether the meter was heard of lately."""
        return self.coordinator.connected
