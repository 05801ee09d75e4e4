"""What happens when entities that a household reads come, go or change."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_call_later
from homeassistant.util.hass_dict import HassKey

from .const import (
    CONF_AWAY,
    CONF_ENTITIES,
    CONF_PRICE_ENTITY,
    CONF_TARIFF,
    CONF_WEATHER,
    DOMAIN,
    LOGGER,
    SUBENTRY_TYPE_METER,
    TARIFF_ENTITY,
)
from .entity_reference import referenced_entity
from .household import WattWiseConfigEntry
from .metering.quantity import Channel, Quantity

# A device that comes back with other firmware removes and registers its sensors one by
# one; only when all are there is it clear which stands for which.
SETTLE_SECONDS: Final = 5.0
_SUCCESSION: Final = timedelta(seconds=60)
_DECIDING_CHANGES: Final = frozenset({"device_id", "disabled_by", "entity_id"})

# The device of each sensor, by registry ids: once the sensor is removed, nobody else
# knows it. A device that is registered again keeps its id.
_DATA_DEVICES: Final[HassKey[dict[str, str]]] = HassKey(f"{DOMAIN}_sensor_devices")


@callback
def async_follow_entities(
    hass: HomeAssistant, entry: WattWiseConfigEntry
) -> CALLBACK_TYPE:
    """Start the household anew when an entity it reads is not what it was.

    Renamed, removed, registered again, enabled, disabled or moved to another device:
    all of them decide what can be read, or where it is shown. Returns what ends the
    following.
    """
    return _Follower(hass, entry).async_start()


class _Follower:
    """Follows the entities of one household while it is loaded."""

    def __init__(self, hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
        """Follow what the settings of the household refer to."""
        self._hass = hass
        self._entry = entry
        self._registry = er.async_get(hass)
        self._references = set(_references(entry))
        self._read = {
            entity_id
            for reference in self._references
            if (entity_id := referenced_entity(hass, reference))
        }
        self._settling: CALLBACK_TYPE | None = None
        _remember_devices(hass, self._read)

    @callback
    def async_start(self) -> CALLBACK_TYPE:
        """Begin to follow; returns what ends it."""
        stop_listening = self._hass.bus.async_listen(
            er.EVENT_ENTITY_REGISTRY_UPDATED, self._changed
        )
        self._settle()

        @callback
        def async_stop() -> None:
            stop_listening()
            if self._settling:
                self._settling()

        return async_stop

    @callback
    def _changed(self, event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        data = event.data
        entity_id = data["entity_id"]
        if data["action"] == "create":
            created = self._registry.async_get(entity_id)
            is_ours = created is not None and created.id in self._references
            self._settle()
        elif data["action"] == "update":
            is_ours = data.get("old_entity_id", entity_id) in self._read
            is_ours &= not _DECIDING_CHANGES.isdisjoint(data["changes"])
        else:
            is_ours = entity_id in self._read
        if is_ours:
            self._hass.config_entries.async_schedule_reload(self._entry.entry_id)

    @callback
    def _settle(self) -> None:
        """Look for successors of lost entities when no more are registered."""
        if len(self._read) == len(self._references):
            return
        if self._settling:
            self._settling()
        self._settling = async_call_later(self._hass, SETTLE_SECONDS, self._settled)

    @callback
    def _settled(self, _now: datetime) -> None:
        self._settling = None
        _async_adopt_successors(self._hass, self._entry)


def _references(entry: WattWiseConfigEntry) -> Iterator[str]:
    """Return the entities that the settings of a household refer to."""
    for meter in entry.get_subentries_of_type(SUBENTRY_TYPE_METER):
        yield from meter.data.get(CONF_ENTITIES, {}).values()
    if entry.options.get(CONF_TARIFF) == TARIFF_ENTITY:
        yield entry.options[CONF_PRICE_ENTITY]
    for option in (CONF_WEATHER, CONF_AWAY):
        if reference := entry.options.get(option):
            yield reference


@callback
def _remember_devices(hass: HomeAssistant, entity_ids: set[str]) -> None:
    """Keep in mind which devices the entities belong to."""
    registry = er.async_get(hass)
    devices = hass.data.setdefault(_DATA_DEVICES, {})
    for entity_id in entity_ids:
        entity = registry.async_get(entity_id)
        if entity and entity.device_id:
            devices[entity.id] = entity.device_id


@callback
def _async_adopt_successors(hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
    """Read the sensors that took the place of removed ones.

    A device with other firmware removes its sensors and registers others. Where it
    lost one sensor of a quantity and got one, that is the successor; in all other
    cases the user has to say which it is.
    """
    for meter in entry.get_subentries_of_type(SUBENTRY_TYPE_METER):
        entities = meter.data.get(CONF_ENTITIES, {})
        adopted = {
            channel: successor.id
            for channel, reference in entities.items()
            if (successor := _successor(hass, Channel(channel).quantity, reference))
        }
        if not adopted:
            continue
        LOGGER.info(
            "Meter %s goes on with new sensors for %s", meter.title, ", ".join(adopted)
        )
        hass.config_entries.async_update_subentry(
            entry, meter, data={**meter.data, CONF_ENTITIES: {**entities, **adopted}}
        )


@callback
def _successor(
    hass: HomeAssistant, quantity: Quantity, reference: str
) -> er.RegistryEntry | None:
    """Return the one sensor of its device that took the place of a removed one."""
    registry = er.async_get(hass)
    devices = hass.data[_DATA_DEVICES]
    removed = {gone.id: gone for gone in registry.deleted_entities.values()}
    gone, device_id = removed.get(reference), devices.get(reference)
    if gone is None or gone.config_entry_id is None or device_id is None:
        return None
    used = list(_used_sensors(hass))
    lost = [
        other
        for other_quantity, other in used
        if other_quantity is quantity
        and other in removed
        and removed[other].config_entry_id == gone.config_entry_id
        # One whose device nobody knows any more may have been of this one.
        and devices.get(other, device_id) == device_id
    ]
    taken = {other for _, other in used}
    new = [
        entity
        for entity in er.async_entries_for_config_entry(registry, gone.config_entry_id)
        if entity.device_id == device_id
        and entity.domain == SENSOR_DOMAIN
        and entity.platform == gone.platform
        and entity.disabled_by is None
        and (entity.device_class or entity.original_device_class) == quantity.value
        and abs(entity.created_at - gone.modified_at) <= _SUCCESSION
        and taken.isdisjoint({entity.id, entity.entity_id})
    ]
    return new[0] if len(lost) == len(new) == 1 else None


@callback
def _used_sensors(hass: HomeAssistant) -> Iterator[tuple[Quantity, str]]:
    """Return the quantity and the reference of each sensor that feeds a meter."""
    for household in hass.config_entries.async_entries(DOMAIN):
        for meter in household.get_subentries_of_type(SUBENTRY_TYPE_METER):
            for channel, reference in meter.data.get(CONF_ENTITIES, {}).items():
                yield Channel(channel).quantity, reference
