"""What the sensors have in common that show a power beside a meter's use."""

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.const import EntityCategory, UnitOfPower

from .use_entity import UseEntity


class UsePowerSensor(UseEntity, SensorEntity):
    """A power that changes often, and that few look at."""

    _attr_device_class = SensorDeviceClass.POWER
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_entity_registry_enabled_default = False
    _attr_native_unit_of_measurement = UnitOfPower.WATT
    _attr_suggested_display_precision = 0
