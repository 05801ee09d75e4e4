"""Which meters the sensors of Home Assistant would make.

What the user told the Energy dashboard comes first: there the role of each sensor is
known. Then come devices that measure power or energy.
"""

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from homeassistant.components.energy.data import async_get_manager
from homeassistant.core import HomeAssistant, callback, valid_entity_id
from homeassistant.helpers import entity_registry as er

from ..entity_reference import is_own_entity, referenced_entity
from ..metering.profile import MeterRole
from ..metering.quantity import Channel
from .channel_guess import guess_channels
from .device_circuits import DeviceCircuit, circuits_of
from .device_sensors import candidates_by_device, device_name

_ENERGY_DOMAIN: Final = "energy"

# One of these channels stands for the meter, so that none is added twice.
_IDENTIFYING: Final = (Channel.ENERGY_IMPORT, Channel.POWER, Channel.ENERGY_EXPORT)


@dataclass(frozen=True, slots=True)
class SuggestedMeter:
    """A meter that existing sensors would make."""

    name: str
    channels: dict[Channel, str]
    """The entity id of each channel; at least one of power or energy."""
    role: MeterRole | None = None
    """Where in the household it sits, if that is known."""
    device: str = ""
    """What the device is called of which it is one of several circuits."""
    switched_off: frozenset[str] = frozenset()
    """Those of the entities that their integration does not show by default."""
    references: Mapping[str, str] = field(default_factory=dict, compare=False)
    """What finds each of the entities again once it is called differently."""

    @property
    def key(self) -> str:
        """The entity that tells this meter from the others."""
        return identifying(self.channels)


def identifying(channels: Mapping[Channel, str]) -> str:
    """Return the sensor that stands for a meter of power or energy."""
    return next(channels[channel] for channel in _IDENTIFYING if channel in channels)


def carriers(channels: Mapping[Channel, str]) -> set[str]:
    """Return the sensors of power and energy, which can be part of one meter only."""
    return {channels[channel] for channel in _IDENTIFYING if channel in channels}


def is_meter(channels: Container[Channel]) -> bool:
    """Whether channels suffice for a meter: power or energy is among them."""
    return any(channel in channels for channel in _IDENTIFYING)


async def async_suggest_meters(hass: HomeAssistant) -> list[SuggestedMeter]:
    """Return the meters that existing sensors would make, likeliest first."""
    circuits = {
        device_id: circuits_of(sensors, device_name(hass, device_id))
        for device_id, sensors in candidates_by_device(hass).items()
    }
    meters = _complete(hass, await _async_dashboard_meters(hass), circuits)
    known = {entity for meter in meters for entity in meter.channels.values()}
    of_devices = [
        (device_name(hass, device_id).casefold(), meter)
        for device_id, of_device in circuits.items()
        for meter in _meters_of_device(device_name(hass, device_id), of_device, known)
    ]
    of_devices.sort(key=lambda item: item[0])
    meters += [meter for _, meter in of_devices]
    return [_with_registered(hass, meter) for meter in meters]


async def async_suggest_meters_of(
    hass: HomeAssistant, device_id: str
) -> list[SuggestedMeter]:
    """Return the meters that the sensors of a device would make."""
    registry = er.async_get(hass)
    return [
        meter
        for meter in await async_suggest_meters(hass)
        if (entry := registry.async_get(meter.key)) and entry.device_id == device_id
    ]


@callback
def with_current_ids(hass: HomeAssistant, meter: SuggestedMeter) -> SuggestedMeter:
    """Return a meter with the ids its entities have by now, less those removed."""
    now = {
        entity_id: referenced_entity(hass, reference)
        for entity_id, reference in meter.references.items()
    }
    return replace(
        meter,
        channels={
            channel: current
            for channel, entity_id in meter.channels.items()
            if (current := now.get(entity_id, entity_id))
        },
        switched_off=frozenset(
            current
            for entity_id in meter.switched_off
            if (current := now.get(entity_id, entity_id))
        ),
        references={
            current: meter.references[entity_id]
            for entity_id, current in now.items()
            if current
        },
    )


def without_switched_off(meter: SuggestedMeter) -> SuggestedMeter:
    """Return what is left of a meter while its sensors stay switched off."""
    channels = {c: e for c, e in meter.channels.items() if e not in meter.switched_off}
    return replace(meter, channels=channels, switched_off=frozenset())


def _meters_of_device(
    device: str, circuits: list[DeviceCircuit], known: Container[str]
) -> Iterator[SuggestedMeter]:
    """Yield the meters that the circuits of a device make, but for those known."""
    several = len(circuits) > 1
    is_known_device = any(s.entity_id in known for c in circuits for s in c.sensors)
    for circuit in circuits:
        rest = [s for s in circuit.sensors if s.entity_id not in known]
        channels = guess_channels([*rest, *circuit.mains])
        # A device known to the dashboard may have further circuits; each of them has
        # a counter of its own.
        counts = any(channel.is_energy for channel in channels)
        if several and len(rest) == len(circuit.sensors):
            counts = any(sensor.is_counter for sensor in rest)
        if is_meter(channels) and (counts or not is_known_device):
            name = circuit.name or device
            yield SuggestedMeter(name, channels, device=device if several else "")


@callback
def _with_registered(hass: HomeAssistant, meter: SuggestedMeter) -> SuggestedMeter:
    """Say what finds the sensors of a meter, and which have to be switched on first."""
    registry = er.async_get(hass)
    entries = {
        entity_id: entry
        for entity_id in meter.channels.values()
        if (entry := registry.async_get(entity_id))
    }
    return replace(
        meter,
        switched_off=frozenset(e for e, entry in entries.items() if entry.disabled_by),
        references={entity_id: entry.id for entity_id, entry in entries.items()},
    )


async def _async_dashboard_meters(hass: HomeAssistant) -> list[SuggestedMeter]:
    """Return the meters the Energy dashboard is made of."""
    if _ENERGY_DOMAIN not in hass.config.components:
        return []
    preferences = (await async_get_manager(hass)).data
    if preferences is None:
        return []
    meters: dict[str, SuggestedMeter] = {}
    for source in preferences["energy_sources"]:
        match source["type"]:
            case "grid":
                role, wanted = MeterRole.GRID, _grid_channels(source)
            case "solar":
                role, wanted = MeterRole.PRODUCTION, _solar_channels(source)
            case "battery":
                role, wanted = MeterRole.BATTERY, _battery_channels(source)
            case _:
                continue
        _add_meter(hass, meters, role, source.get("name"), wanted)
    for device in preferences["device_consumption"]:
        wanted = {
            Channel.ENERGY_IMPORT: device["stat_consumption"],
            Channel.POWER: device.get("stat_rate"),
        }
        _add_meter(hass, meters, MeterRole.APPLIANCE, device.get("name"), wanted)
    return list(meters.values())


def _grid_channels(source: Mapping[str, Any]) -> dict[Channel, str | None]:
    """Return the statistics of a grid connection."""
    return {
        Channel.ENERGY_IMPORT: source.get("stat_energy_from"),
        Channel.ENERGY_EXPORT: source.get("stat_energy_to"),
        Channel.POWER: source.get("stat_rate"),
    }


def _solar_channels(source: Mapping[str, Any]) -> dict[Channel, str | None]:
    """Return the statistics of a solar plant: what it produces, it exports."""
    return {
        Channel.ENERGY_EXPORT: source["stat_energy_from"],
        Channel.POWER: source.get("stat_rate"),
    }


def _battery_channels(source: Mapping[str, Any]) -> dict[Channel, str | None]:
    """Return the statistics of a battery, where charging is import.

    The dashboard's power is positive while the battery discharges, contrary to
    ours; only a sensor that the dashboard inverts has our direction.
    """
    power = source.get("power_config", {}).get("stat_rate_inverted")
    return {
        Channel.ENERGY_IMPORT: source["stat_energy_to"],
        Channel.ENERGY_EXPORT: source["stat_energy_from"],
        Channel.POWER: power,
    }


@callback
def _add_meter(
    hass: HomeAssistant,
    meters: dict[str, SuggestedMeter],
    role: MeterRole,
    name: str | None,
    wanted: Mapping[Channel, str | None],
) -> None:
    """Add a meter for those statistics that are entities of other integrations."""
    channels = {
        channel: statistic
        for channel, statistic in wanted.items()
        if statistic is not None
        and valid_entity_id(statistic)
        and hass.states.get(statistic) is not None
        and not is_own_entity(hass, statistic)
    }
    if not is_meter(channels):
        return
    key = identifying(channels)
    if not name:
        entry = er.async_get(hass).async_get(key)
        state = hass.states.get(key)
        if entry and entry.device_id:
            name = device_name(hass, entry.device_id)
        else:
            name = state.name if state else key
    meters.setdefault(key, SuggestedMeter(name, channels, role))


@callback
def _complete(
    hass: HomeAssistant,
    meters: list[SuggestedMeter],
    circuits: Mapping[str, list[DeviceCircuit]],
) -> list[SuggestedMeter]:
    """Add what the meters' devices measure besides energy.

    Only where a circuit belongs to one meter alone: the voltage of an inverter may be
    the grid's, the battery's or the panels'.
    """
    registry = er.async_get(hass)
    circuit_of = {
        sensor.entity_id: (device_id, number)
        for device_id, of_device in circuits.items()
        for number, circuit in enumerate(of_device)
        for sensor in circuit.sensors
    }
    places_of = [
        {
            circuit_of.get(entity_id, (entry.device_id, 0))
            for entity_id in meter.channels.values()
            if (entry := registry.async_get(entity_id))
        }
        for meter in meters
    ]
    uses = Counter(place for places in places_of for place in places)
    completed = []
    for meter, places in zip(meters, places_of, strict=True):
        channels = dict(meter.channels)
        device_id, number = next(iter(places), (None, 0))
        of_device = circuits.get(device_id) if device_id else None
        if of_device and len(places) == 1 and uses[device_id, number] == 1:
            circuit = of_device[number]
            guess = guess_channels(
                sensor
                for sensor in (*circuit.sensors, *circuit.mains)
                if sensor.entity_id not in meter.channels.values()
            )
            for channel, entity_id in guess.items():
                if not channel.is_energy and not (
                    channel is Channel.POWER and meter.role is MeterRole.BATTERY
                ):
                    channels.setdefault(channel, entity_id)
        completed.append(replace(meter, channels=channels))
    return completed
