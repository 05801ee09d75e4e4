"""Proposes ESPHome devices that measure power or energy as meters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN, SensorDeviceClass
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    SOURCE_IGNORE,
    SOURCE_INTEGRATION_DISCOVERY,
    ConfigEntry,
    ConfigEntryChange,
    signal_discovered_config_entry_removed,
)
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.discovery_flow import DiscoveryKey, async_create_flow
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.start import async_at_started

from .const import (
    CONF_DEVICE,
    CONF_ENTITIES,
    DOMAIN,
    LOGGER,
    SUBENTRY_TYPE_METER,
)
from .dialects.contract.hardware_address import hardware_address
from .entity_reference import referenced_entity
from .metering.quantity import Quantity, known_units

ATTR_DEVICE_ID: Final = "device_id"

# A node registers its sensors one by one; the card shall show all of them.
SCAN_DELAY_SECONDS: Final = 5.0

_ESPHOME: Final = "esphome"
_KEY_VERSION: Final = 1
_DEVICE_CLASSES: Final = (SensorDeviceClass.POWER, SensorDeviceClass.ENERGY)
_UNITS: Final = frozenset(known_units(Quantity.POWER) + known_units(Quantity.ENERGY))
# What makes a sensor one of a meter, or another device's; the rest is not looked at.
_DECIDING_OF_ENTITY: Final = frozenset(
    {
        "device_class",
        "device_id",
        "disabled_by",
        "original_device_class",
        "unit_of_measurement",
    }
)
_DECIDING_OF_DEVICE: Final = frozenset({"connections", "disabled_by", "identifiers"})


@dataclass(frozen=True, slots=True)
class EsphomeMeter:
    """An ESPHome device, or a part of one, that measures power or energy."""

    device_id: str
    identity: str
    """The MAC of its node in lower case digits, with the number of a part of it."""


@callback
def async_setup_esphome_discovery(hass: HomeAssistant) -> None:
    """Propose ESPHome meters once Home Assistant has started, and from then on."""

    @callback
    def async_scan() -> None:
        _async_scan(hass)

    scan = Debouncer(
        hass,
        LOGGER,
        cooldown=SCAN_DELAY_SECONDS,
        immediate=False,
        function=async_scan,
    )

    @callback
    def async_entry_changed(_change: ConfigEntryChange, entry: ConfigEntry) -> None:
        """Look again when a meter is added, removed or ignored."""
        if entry.domain == DOMAIN:
            scan.async_schedule_call()

    @callback
    def async_look_again(_: Any) -> None:
        scan.async_schedule_call()

    @callback
    def async_follow(_hass: HomeAssistant) -> None:
        hass.bus.async_listen(
            er.EVENT_ENTITY_REGISTRY_UPDATED, async_look_again, _entity_decides
        )
        hass.bus.async_listen(
            dr.EVENT_DEVICE_REGISTRY_UPDATED, async_look_again, _device_decides
        )
        async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, async_entry_changed)
        async_dispatcher_connect(
            hass, signal_discovered_config_entry_removed(DOMAIN), async_look_again
        )
        scan.async_schedule_call()

    @callback
    def async_stop(_event: Event) -> None:
        scan.async_shutdown()

    async_at_started(hass, async_follow)
    hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, async_stop)


@callback
def async_esphome_meter(hass: HomeAssistant, device_id: str) -> EsphomeMeter | None:
    """Return what makes a device an ESPHome meter; None if it is none."""
    devices, entities = dr.async_get(hass), er.async_get(hass)
    if not any(
        entity.platform == _ESPHOME and _is_of_a_meter(entity)
        for entity in er.async_entries_for_device(
            entities, device_id, include_disabled_entities=True
        )
    ):
        return None
    device = devices.async_get(device_id)
    if device is None or device.disabled_by is not None:
        return None
    identity = _identity(device)
    return EsphomeMeter(device_id, identity) if identity else None


@callback
def _async_scan(hass: HomeAssistant) -> None:
    """Propose the meters that nobody uses, and drop the cards of all others."""
    used = _used_devices(hass)
    free = {
        meter.identity: meter.device_id
        for meter in _esphome_meters(hass)
        if not used & {meter.device_id, meter.identity}
        and not _is_ignored(hass, meter.identity)
    }
    _async_drop_cards(hass, but=set(free.values()))
    for device_id in free.values():
        # A flow that is in progress already is not begun again.
        async_create_flow(
            hass,
            DOMAIN,
            context={"source": SOURCE_INTEGRATION_DISCOVERY},
            data={ATTR_DEVICE_ID: device_id},
            discovery_key=DiscoveryKey(
                domain=DOMAIN, key=(_ESPHOME, device_id), version=_KEY_VERSION
            ),
        )


@callback
def _async_drop_cards(hass: HomeAssistant, *, but: set[str]) -> None:
    """Take down the cards of all other devices, except those being filled in."""
    flows = hass.config_entries.flow
    for flow in flows.async_progress_by_handler(
        DOMAIN,
        include_uninitialized=True,
        match_context={"source": SOURCE_INTEGRATION_DISCOVERY},
    ):
        context = flow["context"]
        key = context.get("discovery_key")
        if key is None or context.get("dismiss_protected"):
            continue
        if key.key[0] == _ESPHOME and key.key[1] not in but:
            flows.async_abort(flow["flow_id"])


@callback
def _is_ignored(hass: HomeAssistant, identity: str) -> bool:
    """Whether the user does not want to see the meter's card."""
    entry = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, identity)
    return entry is not None and entry.source == SOURCE_IGNORE


@callback
def _esphome_meters(hass: HomeAssistant) -> Iterator[EsphomeMeter]:
    """Return the ESPHome devices with sensors of power or energy.

    Sensors that the node itself disables count too, the user can enable them; those
    that the user has disabled do not.
    """
    entities = er.async_get(hass)
    device_ids = {
        entity.device_id
        for entry in hass.config_entries.async_entries(_ESPHOME, include_ignore=False)
        for entity in er.async_entries_for_config_entry(entities, entry.entry_id)
        if entity.device_id and _is_of_a_meter(entity)
    }
    for device_id in sorted(device_ids):
        if meter := async_esphome_meter(hass, device_id):
            yield meter


def _is_of_a_meter(entity: er.RegistryEntry) -> bool:
    if (
        entity.domain != SENSOR_DOMAIN
        or entity.disabled_by is er.RegistryEntryDisabler.USER
    ):
        return False
    device_class = entity.device_class or entity.original_device_class
    if device_class is None:
        return entity.unit_of_measurement in _UNITS
    return device_class in _DEVICE_CLASSES


def _identity(device: dr.DeviceEntry | dr.ChildDeviceEntry) -> str | None:
    """Return what tells a device from all others, over all transports."""
    if isinstance(device, dr.DeviceEntry):
        for kind, value in device.connections:
            if kind == dr.CONNECTION_NETWORK_MAC and (mac := hardware_address(value)):
                return mac
    # A part of a node is known by the MAC of the node and a number of its own.
    for domain, value in device.identifiers:
        node, _, part = value.rpartition("_")
        if domain == _ESPHOME and (mac := hardware_address(node)):
            return f"{mac}-{part}"
    return None


@callback
def _used_devices(hass: HomeAssistant) -> set[str]:
    """Return the devices that are meters, by device id or by identity."""
    entities = er.async_get(hass)
    used: set[str] = set()
    for entry in hass.config_entries.async_entries(DOMAIN, include_ignore=False):
        for meter in entry.get_subentries_of_type(SUBENTRY_TYPE_METER):
            if identity := meter.data.get(CONF_DEVICE):
                used.add(identity)
            references: Mapping[str, str] = meter.data.get(CONF_ENTITIES, {})
            for reference in references.values():
                entity_id = referenced_entity(hass, reference)
                entity = entities.async_get(entity_id) if entity_id else None
                if entity and entity.device_id:
                    used.add(entity.device_id)
    return used


@callback
def _entity_decides(data: er.EventEntityRegistryUpdatedData) -> bool:
    """Whether a change may make or unmake a meter."""
    if not data["entity_id"].startswith(f"{SENSOR_DOMAIN}."):
        return False
    return data["action"] != "update" or bool(
        _DECIDING_OF_ENTITY & data["changes"].keys()
    )


@callback
def _device_decides(data: dr.EventDeviceRegistryUpdatedData) -> bool:
    """Whether a change may make or unmake a meter."""
    return data["action"] == "remove" or (
        data["action"] == "update"
        and bool(_DECIDING_OF_DEVICE & data["changes"].keys())
    )
