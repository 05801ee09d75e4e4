"""Which entities and devices a household can have, and the end of those it cannot.

A meter gets another role, becomes a part of another one, or moves to the device of
another integration: what it showed before is provided no more, and would stand there as
lost for ever.
"""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .alerting.meter_watch import VOLTAGES
from .alerts.amount_numbers import AMOUNTS
from .alerts.overload_sensor import OVERLOAD, watches_overload
from .alerts.problem_sensors import PROBLEMS
from .alerts.voltage_limit_numbers import VOLTAGE_LIMITS
from .alerts.voltage_sensors import voltage_state_key
from .binary_sensor import CONNECTED
from .const import DOMAIN
from .entity import foreign_device, household_unique_id, meter_unique_id
from .gap_sensors import MISSING
from .history_sensor import HISTORY_SIZE, async_shows_history
from .household import WattWiseConfigEntry
from .household_forecast_sensors import household_forecasts
from .household_sensors import HOUSEHOLD_SENSORS
from .influx_sensors import INFLUX_SENSORS
from .meter import Meter
from .meter_forecast_sensors import METER_FORECASTS, forecast_meters
from .meter_sensors import (
    COST_TODAY,
    LAST_READING,
    REFUSED_READINGS,
    energy_descriptions,
    has_cost,
)
from .metering.quantity import Channel
from .untracked_sensors import UNTRACKED_SENSORS
from .voltage_quality_sensors import voltage_quality_key
from .window_sensors import window_descriptions


@callback
def async_remove_stale(hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
    """Remove what the household cannot show with the settings it was set up with.

    What a meter has only not reported yet is kept, and so is what the user disabled.
    """
    registry, devices = er.async_get(hass), dr.async_get(hass)
    possible = _possible_unique_ids(hass, entry)
    for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
        if entity.unique_id not in possible:
            registry.async_remove(entity.entity_id)
    for device in dr.async_entries_for_config_entry(devices, entry.entry_id):
        # What other integrations have put on it is for the user to part from.
        if async_is_stale_device(hass, entry, device) and not (
            er.async_entries_for_device(
                registry, device.id, include_disabled_entities=True
            )
        ):
            devices.async_remove_device(device.id)


@callback
def async_is_stale_device(
    hass: HomeAssistant, entry: WattWiseConfigEntry, device: dr.AnyDeviceEntry
) -> bool:
    """Whether a device of a household stands neither for it nor for a meter of it."""
    if (DOMAIN, entry.unique_id or entry.entry_id) in device.identifiers:
        return False
    return not any(
        entity.config_entry_id == entry.entry_id
        for entity in er.async_entries_for_device(
            er.async_get(hass), device.id, include_disabled_entities=True
        )
    )


@callback
def _possible_unique_ids(hass: HomeAssistant, entry: WattWiseConfigEntry) -> set[str]:
    """Return the unique ids that entities of the household can have."""
    household = entry.runtime_data
    balance = household.power_balance()
    possible = {
        household_unique_id(entry, sensor.key)
        for sensor in HOUSEHOLD_SENSORS
        if sensor.exists_fn(household)
    }
    possible |= {
        household_unique_id(entry, sensor.key)
        for _, sensor in household_forecasts(household)
    }
    possible |= {household_unique_id(entry, limit.key) for limit in VOLTAGE_LIMITS}
    possible |= {
        household_unique_id(entry, amount.key)
        for amount in AMOUNTS
        if amount.exists_fn(entry)
    }
    possible |= {household_unique_id(entry, s.key) for s in window_descriptions(entry)}
    if watches_overload(household):
        possible.add(household_unique_id(entry, OVERLOAD))
    if async_shows_history(hass, entry):
        possible.add(household_unique_id(entry, HISTORY_SIZE.key))
    if household.export:
        possible |= {household_unique_id(entry, s.key) for s in INFLUX_SENSORS}
    forecast = forecast_meters(entry)
    for subentry_id, meter in household.meters.items():
        keys = _possible_keys(hass, entry, meter)
        if subentry_id in forecast:
            keys |= {sensor.key for sensor in METER_FORECASTS}
        if balance.parts_of(subentry_id):
            keys |= {sensor.key for sensor in UNTRACKED_SENSORS}
        possible |= {meter_unique_id(meter, key) for key in keys}
    return possible


@callback
def _possible_keys(
    hass: HomeAssistant, entry: WattWiseConfigEntry, meter: Meter
) -> set[str]:
    """Return what a meter can show, now or as soon as it reports it."""
    keys = {CONNECTED, LAST_READING.key, MISSING.key, REFUSED_READINGS.key}
    for channel in Channel:
        if channel.is_energy:
            sensors = energy_descriptions(channel, meter.profile.role)
            keys |= {sensor.key for sensor in sensors}
    if foreign_device(hass, entry, meter) is None:
        keys |= {channel for channel in Channel if not channel.is_energy}
    keys |= {voltage_state_key(channel) for channel in VOLTAGES}
    keys |= {voltage_quality_key(channel) for channel in VOLTAGES}
    keys |= {problem.key for problem in PROBLEMS if problem.possible_fn(meter)}
    if has_cost(entry.runtime_data, meter):
        keys.add(COST_TODAY.key)
    return keys
