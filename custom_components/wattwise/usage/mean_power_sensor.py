"""The mean power of a meter's running interval, which its zone judges."""

from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfPower
from homeassistant.core import HomeAssistant

from ..household import WattWiseConfigEntry
from ..meter import Meter
from .usage_coordinator import UsageCoordinator
from .use_entity import UseEntity

MEAN_POWER: Final = "mean_power"


class MeanPowerSensor(UseEntity, SensorEntity):
    """The mean power of the interval that ends with the last whole minute."""

    _attr_device_class = SensorDeviceClass.POWER
    _attr_state_class = SensorStateClass.MEASUREMENT
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    # It changes each minute.
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
        super().__init__(hass, entry, meter, usage, MEAN_POWER)

    @property
    @override
    def native_value(self) -> float | None:
        """Return the mean [W]; None while too little is known of the interval."""
        if (use := self._use) is None or use.watts is None:
            return None
        return round(use.watts)
