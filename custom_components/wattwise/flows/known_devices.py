"""Which devices are meters already, whatever way their readings come."""

import re
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.const import (
    CONF_HOST,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_TOKEN,
    CONF_USERNAME,
)
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
from ..sources.device_settings import HttpEndpoint
from ..sources.found_device import FoundDevice

# A MAC address has 12 digits, the address of a Zigbee device 16.
_ADDRESS_AT_THE_END: Final = re.compile(
    r"(?<![0-9a-z])(?:0x)?([0-9a-f]{16}|[0-9a-f]{12})$"
)
_ENDPOINT: Final = (CONF_HOST, CONF_PORT, CONF_USERNAME, CONF_PASSWORD, CONF_TOKEN)


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
def async_is_meter(hass: HomeAssistant, keys: set[str]) -> bool:
    """Whether a device with one of these keys is a meter of any household."""
    return any(
        not keys.isdisjoint(async_keys_of_meter(hass, meter))
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
    registry = er.async_get(hass)
    keys: set[str] = set()
    for reference in meter.data.get(CONF_ENTITIES, {}).values():
        entity_id = referenced_entity(hass, reference)
        entry = registry.async_get(entity_id) if entity_id else None
        if entry and entry.device_id:
            keys |= async_keys_of_device(hass, entry.device_id)
    return keys


@callback
def async_keys_of_device(hass: HomeAssistant, device_id: str) -> set[str]:
    """Return all that a device of the registry, or a part of one, may be known by."""
    keys = {device_id}
    device = dr.async_get(hass).async_get(device_id)
    if isinstance(device, dr.DeviceEntry):
        keys |= _hardware_keys(device)
    if meter := async_esphome_meter(hass, device_id):
        keys.add(meter.identity)
    return keys


def _hardware_keys(device: dr.DeviceEntry) -> set[str]:
    """Return the hardware addresses of a device as keys of identities are written."""
    texts = [value for _, value in device.connections]
    texts += [str(identifier[1]) for identifier in device.identifiers]
    matches = (
        _ADDRESS_AT_THE_END.search(text.lower().replace(":", "")) for text in texts
    )
    return {match[1] for match in matches if match}


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
    """Have the HTTP meters of a device ask at this endpoint, with this password."""
    for entry, meter in async_meters_of_device(hass, key):
        if meter.data[CONF_SOURCE] != SOURCE_HTTP:
            continue
        rest = {k: v for k, v in meter.data.items() if k not in _ENDPOINT}
        hass.config_entries.async_update_subentry(
            entry, meter, data={**rest, **endpoint.as_data()}
        )
        if not entry.update_listeners:
            # The household is not running, so nothing else starts it.
            hass.config_entries.async_schedule_reload(entry.entry_id)


@callback
def async_withdraw_cards(hass: HomeAssistant, keys: set[str]) -> None:
    """Take back the proposals of devices that have become meters."""
    flows = hass.config_entries.flow
    for flow in flows.async_progress_by_handler(DOMAIN, include_uninitialized=True):
        if flow["context"].get("unique_id") in keys:
            flows.async_abort(flow["flow_id"])
