"""What all entities of WattWise have in common."""

import re
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device import async_entity_id_to_device
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity
from homeassistant.helpers.update_coordinator import (
    CoordinatorEntity,
    DataUpdateCoordinator,
)

from .const import DOMAIN
from .coordinator import MeterCoordinator
from .household import WattWiseConfigEntry
from .meter import Meter

# Of a Zigbee device it is another kind of address, of some meters a serial number.
_MAC: Final = re.compile(r"[0-9a-f]{12}")


def household_device_info(entry: ConfigEntry) -> DeviceInfo:
    """Return the device that stands for a household."""
    return DeviceInfo(
        identifiers={(DOMAIN, entry.unique_id or entry.entry_id)},
        name=entry.title,
        manufacturer="WattWise",
        model="Household",
        entry_type=DeviceEntryType.SERVICE,
    )


def household_unique_id(entry: ConfigEntry, key: str) -> str:
    """Return what tells an entity of a household from all others."""
    return f"{entry.unique_id}_{key}"


def meter_unique_id(meter: Meter, key: str) -> str:
    """Return what tells an entity of a meter from all others."""
    return f"{meter.profile.meter_id}_{key}"


def foreign_device(
    hass: HomeAssistant, entry: WattWiseConfigEntry, meter: Meter
) -> dr.AnyDeviceEntry | None:
    """Return the device of another integration that is the meter, if there is one.

    Of several meters of a household on one device it is the first; the others need
    devices, and so names, of their own.
    """
    device = _source_device(hass, meter)
    for other in entry.runtime_data.meters.values():
        if device is None or other is meter:
            break
        if (taken := _source_device(hass, other)) and taken.id == device.id:
            return None
    return device


def _connections(entry: WattWiseConfigEntry, meter: Meter) -> set[tuple[str, str]]:
    """Return the network address of a meter's device, by which it is followed.

    A connection belongs to one device: of several circuits the first has it.
    """
    device = meter.device
    if device is None or not _MAC.fullmatch(device):
        return set()
    circuits = (m for m in entry.runtime_data.meters.values() if m.device == device)
    if next(circuits) is not meter:
        return set()
    return {(dr.CONNECTION_NETWORK_MAC, dr.format_mac(device))}


def _source_device(hass: HomeAssistant, meter: Meter) -> dr.AnyDeviceEntry | None:
    for source_entity in meter.source_entities().values():
        if device := async_entity_id_to_device(hass, source_entity):
            return device
    return None


class FindingEntity[Coordinator: DataUpdateCoordinator[Any]](
    CoordinatorEntity[Coordinator]
):
    """Something that is looked for in a household now and then, as each night."""

    _attr_has_entity_name = True

    def __init__(
        self, entry: WattWiseConfigEntry, coordinator: Coordinator, key: str
    ) -> None:
        """Belong to the household's device."""
        super().__init__(coordinator)
        self._attr_unique_id = household_unique_id(entry, key)
        self._attr_device_info = household_device_info(entry)

    @property
    @override
    def available(self) -> bool:
        """Return that it is there: what was found stays so until the next look."""
        return True


class HouseholdEntity(Entity):
    """An entity of a household as a whole."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, entry: WattWiseConfigEntry, key: str) -> None:
        """Belong to the household's device."""
        self.household = entry.runtime_data
        self._attr_translation_key = key
        self._attr_unique_id = household_unique_id(entry, key)
        self._attr_device_info = household_device_info(entry)

    @override
    async def async_added_to_hass(self) -> None:
        """Follow all meters of the household."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self.household.updates.async_add_listener(
                self.hass, self._handle_household_update
            )
        )

    @callback
    def _handle_household_update(self) -> None:
        """Show what changed."""
        self.async_write_ha_state()


class MeterDeviceEntity(Entity):
    """An entity on the device of a meter."""

    _attr_has_entity_name = True

    def _settle(
        self, hass: HomeAssistant, entry: WattWiseConfigEntry, meter: Meter, key: str
    ) -> None:
        """Belong to the device of another integration, or to one of our own."""
        self._attr_unique_id = meter_unique_id(meter, key)
        if device := foreign_device(hass, entry, meter):
            self.device_entry = device
            return
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, meter.profile.meter_id)},
            connections=_connections(entry, meter),
            name=meter.name,
            manufacturer="WattWise",
            model="Meter",
            via_device_id=dr.async_get_device_id_by_identifier(
                hass,
                (DOMAIN, entry.unique_id or entry.entry_id),
                config_entry_id=entry.entry_id,
            ),
        )


class MeterEntity(MeterDeviceEntity, CoordinatorEntity[MeterCoordinator]):
    """An entity of one meter, which follows its readings."""

    def __init__(
        self, hass: HomeAssistant, entry: WattWiseConfigEntry, meter: Meter, key: str
    ) -> None:
        """Belong to the meter's device."""
        super().__init__(meter.coordinator)
        self._settle(hass, entry, meter, key)
