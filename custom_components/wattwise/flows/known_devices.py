"""Which devices are meters already, whatever way their readings come."""

import re
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..const import (
    CONF_ADDRESS,
    CONF_DEVICE,
    CONF_DIALECT,
    CONF_ENTITIES,
    CONF_SOURCE,
    DOMAIN,
    SOURCE_HTTP,
    SOURCE_MQTT,
    SUBENTRY_TYPE_METER,
)
from ..entity_reference import referenced_entity
from ..esphome_discovery import async_esphome_meter
from ..sources.device_settings import ENDPOINT_KEYS, HttpEndpoint
from ..sources.found_device import FoundDevice

# A MAC address has 12 digits, the address of a Zigbee device 16; parts of a device
# have a number behind it.
_HARDWARE_ADDRESS: Final = re.compile(
    r"(?<![0-9a-z:])(?:0x)?"
    r"([0-9a-f]{16}|[0-9a-f]{12}|[0-9a-f]{2}(?::[0-9a-f]{2}){5}(?:(?::[0-9a-f]{2}){2})?)"
    r"(?![0-9a-z:])"
)
# Their last group looks like one.
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# A part of a part is the most there is: a clamp of a phase of a node.
_MAX_PARTS: Final = 3


@callback
def async_meters(hass: HomeAssistant) -> list[tuple[ConfigEntry, ConfigSubentry]]:
    """Return the meters of all households."""
    return [
        (entry, meter)
        for entry in hass.config_entries.async_entries(DOMAIN)
        for meter in entry.get_subentries_of_type(SUBENTRY_TYPE_METER)
    ]


@callback
def async_meters_of_device(
    hass: HomeAssistant, key: str
) -> list[tuple[ConfigEntry, ConfigSubentry]]:
    """Return the meters that are read from the device over MQTT or HTTP."""
    return [
        (entry, meter)
        for entry, meter in async_meters(hass)
        if meter.data.get(CONF_DEVICE) == key
    ]


@callback
def taken_ids(hass: HomeAssistant) -> set[str | None]:
    """Return what tells the meters of all households from each other."""
    return {meter.unique_id for _, meter in async_meters(hass)}


@callback
def async_is_meter(hass: HomeAssistant, key: str) -> bool:
    """Whether the device of this key, or a part of it, is a meter of any household."""
    return any(
        key in async_keys_of_meter(hass, meter) for _, meter in async_meters(hass)
    )


@callback
def async_is_registered_meter(hass: HomeAssistant, device_id: str) -> bool:
    """Whether a device of the registry is a meter of any household.

    That other parts of the same hardware are meters does not make it one.
    """
    every_key = async_keys_of_device(hass, device_id)
    keys = _own_keys(hass, device_id)
    return any(
        meter.data.get(CONF_DEVICE) in every_key
        or any(
            not keys.isdisjoint(_own_keys(hass, other))
            for other in _registered_devices(hass, meter)
        )
        for _, meter in async_meters(hass)
    )


@callback
def async_is_made_of_entities(hass: HomeAssistant, key: str) -> bool:
    """Whether a device is a meter by way of entities that other integrations have."""
    return any(
        CONF_ENTITIES in meter.data and key in async_keys_of_meter(hass, meter)
        for _, meter in async_meters(hass)
    )


@callback
def async_keys_of_meter(hass: HomeAssistant, meter: ConfigSubentry) -> set[str]:
    """Return the keys of the devices a meter is made of."""
    if device := meter.data.get(CONF_DEVICE):
        return {device}
    keys: set[str] = set()
    for device_id in _registered_devices(hass, meter):
        keys |= async_keys_of_device(hass, device_id)
    return keys


@callback
def _registered_devices(hass: HomeAssistant, meter: ConfigSubentry) -> set[str]:
    """Return the devices whose entities a meter is made of."""
    registry = er.async_get(hass)
    found = set()
    for reference in meter.data.get(CONF_ENTITIES, {}).values():
        entity_id = referenced_entity(hass, reference)
        entry = registry.async_get(entity_id) if entity_id else None
        if entry and entry.device_id:
            found.add(entry.device_id)
    return found


@callback
def async_keys_of_device(hass: HomeAssistant, device_id: str) -> set[str]:
    """Return all that a device of the registry, or a part of one, may be known by."""
    return _hardware_keys(hass, device_id) | _own_keys(hass, device_id)


@callback
def _own_keys(hass: HomeAssistant, device_id: str) -> set[str]:
    """Return what a device of the registry does not share with its other parts."""
    if meter := async_esphome_meter(hass, device_id):
        return {device_id, meter.identity}
    return {device_id} | _hardware_keys(hass, device_id)


@callback
def _hardware_keys(hass: HomeAssistant, device_id: str) -> set[str]:
    """Return the hardware addresses of a device as keys of identities are written.

    A part of a device without an address of its own has that of the whole.
    """
    devices = dr.async_get(hass)
    device = devices.async_get(device_id)
    # The registry does not keep people from connecting devices in a circle.
    for _ in range(_MAX_PARTS):
        if device is None:
            break
        if addresses := _addresses(device):
            return addresses
        whole = devices.async_get(_whole(device) or "")
        if whole is None or whole.config_entry_id != device.config_entry_id:
            break
        device = whole
    return set()


def _whole(device: dr.AnyDeviceEntry) -> str | None:
    """Return the device that a device is a part of, or connected through."""
    if isinstance(device, dr.DeviceEntry):
        return device.via_device_id
    return device.parent_device_id


def _addresses(device: dr.AnyDeviceEntry) -> set[str]:
    """Return the hardware addresses that a device is registered with."""
    texts = [str(identifier[1]) for identifier in device.identifiers]
    if isinstance(device, dr.DeviceEntry):
        texts += [value for _, value in device.connections]
    matches = (_HARDWARE_ADDRESS.search(_UUID.sub("", text.lower())) for text in texts)
    return {match[1].replace(":", "") for match in matches if match}


@callback
def async_follow_topics(hass: HomeAssistant, found: FoundDevice) -> None:
    """Have the meters of a device listen where it now sends."""
    for entry, meter in async_meters_of_device(hass, found.identity.key):
        if (
            found.source == meter.data[CONF_SOURCE] == SOURCE_MQTT
            and found.dialect == meter.data[CONF_DIALECT]
        ):
            hass.config_entries.async_update_subentry(
                entry,
                meter,
                data={**meter.data, CONF_ADDRESS: dict(found.address)},
            )


@callback
def async_move_device(hass: HomeAssistant, key: str, endpoint: HttpEndpoint) -> None:
    """Have the HTTP meters of a device ask at this endpoint, with this password.

    Their households start anew, even if it is the same as before: a device that had
    refused us is asked again.
    """
    unchanged: set[str] = set()
    for entry, meter in async_meters_of_device(hass, key):
        if meter.data[CONF_SOURCE] != SOURCE_HTTP:
            continue
        rest = {k: v for k, v in meter.data.items() if k not in ENDPOINT_KEYS}
        changed = hass.config_entries.async_update_subentry(
            entry, meter, data={**rest, **endpoint.as_data()}
        )
        if not (changed and entry.update_listeners):
            # Nothing else starts it.
            unchanged.add(entry.entry_id)
    for entry_id in unchanged:
        hass.config_entries.async_schedule_reload(entry_id)


@callback
def async_withdraw_cards(hass: HomeAssistant, keys: set[str]) -> None:
    """Take back the proposals of devices that have become meters."""
    flows = hass.config_entries.flow
    for flow in flows.async_progress_by_handler(DOMAIN, include_uninitialized=True):
        if flow["context"].get("unique_id") in keys:
            flows.async_abort(flow["flow_id"])
