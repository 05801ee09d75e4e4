"""Which sensors of Home Assistant's devices measure electricity."""

from collections import defaultdict
from typing import Final

from homeassistant.components.sensor import (
    ATTR_STATE_CLASS,
    DOMAIN as SENSOR_DOMAIN,
    SensorDeviceClass,
    SensorStateClass,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..const import DOMAIN
from ..metering.quantity import Quantity, known_units
from .channel_guess import Candidate

QUANTITY_OF_DEVICE_CLASS: Final[dict[str, Quantity]] = {
    SensorDeviceClass.POWER: Quantity.POWER,
    SensorDeviceClass.ENERGY: Quantity.ENERGY,
    SensorDeviceClass.VOLTAGE: Quantity.VOLTAGE,
    SensorDeviceClass.CURRENT: Quantity.CURRENT,
    SensorDeviceClass.FREQUENCY: Quantity.FREQUENCY,
    SensorDeviceClass.POWER_FACTOR: Quantity.POWER_FACTOR,
}
# Sensors that say nothing but their unit. Energy in joules is rarely electric.
_QUANTITY_OF_UNIT: Final = {
    unit: quantity
    for quantity in (Quantity.POWER, Quantity.ENERGY)
    for unit in known_units(quantity)
    if unit.endswith(("W", "Wh"))
}
_COUNTERS: Final = (SensorStateClass.TOTAL, SensorStateClass.TOTAL_INCREASING)
# A sensor that the user has switched off stays so.
_SHOWN_OR_HIDDEN: Final = (None, er.RegistryEntryDisabler.INTEGRATION)


@callback
def candidates_by_device(hass: HomeAssistant) -> dict[str, list[Candidate]]:
    """Return the sensors of electrical quantities of every device.

    Sensors of power and energy that their integration does not show by default
    count where a device has no others of the kind.
    """
    candidates: defaultdict[str, list[Candidate]] = defaultdict(list)
    hidden: defaultdict[str, list[Candidate]] = defaultdict(list)
    for entry in er.async_get(hass).entities.values():
        quantity = _quantity_of(entry)
        if (
            quantity is None
            or entry.domain != SENSOR_DOMAIN
            or entry.platform == DOMAIN
            or entry.device_id is None
            or entry.disabled_by not in _SHOWN_OR_HIDDEN
        ):
            continue
        state_class = (entry.capabilities or {}).get(ATTR_STATE_CLASS)
        group = candidates if entry.disabled_by is None else hidden
        group[entry.device_id].append(
            Candidate(
                entry.entity_id,
                entry.name or entry.original_name or "",
                quantity,
                is_counter=state_class in _COUNTERS,
            )
        )
    for device_id, sensors in hidden.items():
        shown = {sensor.quantity for sensor in candidates.get(device_id, ())}
        wanted = {Quantity.POWER, Quantity.ENERGY} - shown
        if more := [sensor for sensor in sensors if sensor.quantity in wanted]:
            candidates[device_id] += more
    return dict(candidates)


@callback
def _quantity_of(entry: er.RegistryEntry) -> Quantity | None:
    """Return what a sensor measures, if that is electricity."""
    if device_class := entry.device_class or entry.original_device_class:
        return QUANTITY_OF_DEVICE_CLASS.get(device_class)
    return _QUANTITY_OF_UNIT.get(entry.unit_of_measurement or "")


@callback
def device_name(hass: HomeAssistant, device_id: str) -> str:
    """Return what the user calls a device."""
    device = dr.async_get(hass).async_get(device_id)
    name = (device.name_by_user or device.name) if device else None
    return name or device_id
