"""What a meter usually uses at this hour."""

from typing import Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.const import EntityCategory, UnitOfPower
from homeassistant.core import HomeAssistant

from ..household import WattWiseConfigEntry
from ..meter import Meter
from .usage_coordinator import UsageCoordinator
from .use_entity import UseEntity

TYPICAL_USE: Final = "typical_use"


class TypicalUseSensor(UseEntity, SensorEntity):
    """The median of what is used at this hour of such a day, while anything is."""

    _attr_device_class = SensorDeviceClass.POWER
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_entity_registry_enabled_default = False
    _attr_native_unit_of_measurement = UnitOfPower.WATT
    _attr_suggested_display_precision = 0

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        meter: Meter,
        usage: UsageCoordinator,
    ) -> None:
        """Show it of a meter."""
        super().__init__(hass, entry, meter, usage, TYPICAL_USE)

    @property
    @override
    def available(self) -> bool:
        """Be there also while the meter is silent: this is about its past."""
        return self._usage.last_update_success

    @property
    @override
    def native_value(self) -> float | None:
        """Return the median [W]; None while too little is known of the past."""
        levels = self._use.levels if self._use else None
        return round(levels.p50) if levels else None
