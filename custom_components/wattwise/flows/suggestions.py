"""Which meters the sensors of Home Assistant would make.

What the user told the Energy dashboard comes first: there the role of each sensor is
known. Then come devices that measure power or energy.
"""

from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from homeassistant.components.energy.data import async_get_manager
from homeassistant.core import HomeAssistant, callback, valid_entity_id
from homeassistant.helpers import entity_registry as er

from ..entity_reference import is_own_entity
from ..metering.profile import MeterRole
from ..metering.quantity import Channel
from .channel_guess import Candidate, guess_channels
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
    switched_off: frozenset[str] = frozenset()
    """Those of the entities that their integration does not show by default."""

    @property
    def key(self) -> str:
        """The entity that tells this meter from the others."""
        return identifying(self.channels)


def identifying(channels: Mapping[Channel, str]) -> str:
    """Return the sensor that stands for a meter of power or energy."""
    return next(channels[channel] for channel in _IDENTIFYING if channel in channels)


def is_meter(channels: Container[Channel]) -> bool:
    """Whether channels suffice for a meter: power or energy is among them."""
    return any(channel in channels for channel in _IDENTIFYING)


async def async_suggest_meters(hass: HomeAssistant) -> list[SuggestedMeter]:
    """Return the meters that existing sensors would make, likeliest first."""
    candidates = candidates_by_device(hass)
    meters = _complete(hass, await _async_dashboard_meters(hass), candidates)
    known = {entity for meter in meters for entity in meter.channels.values()}
    of_devices = []
    for device_id, sensors in candidates.items():
        rest = [sensor for sensor in sensors if sensor.entity_id not in known]
        channels = guess_channels(rest)
        # A device known to the dashboard may have further circuits; each of them has
        # a counter of its own.
        is_known = len(rest) < len(sensors)
        if is_meter(channels) and not (
            is_known and not any(channel.is_energy for channel in channels)
        ):
            of_devices.append(SuggestedMeter(device_name(hass, device_id), channels))
    of_devices.sort(key=lambda meter: meter.name.casefold())
    return [_with_switched_off(hass, meter) for meter in meters + of_devices]


async def async_suggest_meter_of(
    hass: HomeAssistant, device_id: str
) -> SuggestedMeter | None:
    """Return the meter that the sensors of a device would make, if they would."""
    registry = er.async_get(hass)
    return next(
        (
            meter
            for meter in await async_suggest_meters(hass)
            if (entry := registry.async_get(meter.key)) and entry.device_id == device_id
        ),
        None,
    )


@callback
def _with_switched_off(hass: HomeAssistant, meter: SuggestedMeter) -> SuggestedMeter:
    """Say which sensors of a meter have to be switched on first."""
    registry = er.async_get(hass)
    return replace(
        meter,
        switched_off=frozenset(
            entity_id
            for entity_id in meter.channels.values()
            if (entry := registry.async_get(entity_id)) and entry.disabled_by
        ),
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
    candidates: Mapping[str, list[Candidate]],
) -> list[SuggestedMeter]:
    """Add what the meters' devices measure besides energy.

    Only where a device belongs to one meter alone: the voltage of an inverter may be
    the grid's, the battery's or the panels'.
    """
    registry = er.async_get(hass)
    devices_of = [
        {
            entry.device_id
            for entity_id in meter.channels.values()
            if (entry := registry.async_get(entity_id))
        }
        for meter in meters
    ]
    uses = Counter(device for devices in devices_of for device in devices)
    completed = []
    for meter, devices in zip(meters, devices_of, strict=True):
        channels = dict(meter.channels)
        device_id = next(iter(devices), None)
        if len(devices) == 1 and device_id and uses[device_id] == 1:
            guess = guess_channels(
                sensor
                for sensor in candidates.get(device_id, [])
                if sensor.entity_id not in meter.channels.values()
            )
            for channel, entity_id in guess.items():
                if not channel.is_energy and not (
                    channel is Channel.POWER and meter.role is MeterRole.BATTERY
                ):
                    channels.setdefault(channel, entity_id)
        completed.append(replace(meter, channels=channels))
    return completed
