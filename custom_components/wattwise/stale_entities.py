"""Which entities and devices a household can have, and the end of those it cannot.

A meter gets another role, becomes a part of another one, or moves to the device of
another integration: what it showed before is provided no more, and would stand there as
lost for ever.
"""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .advice.advice_sensors import advice_sensor_keys
from .alerting.supply.meter_watch import VOLTAGES
from .alerts.alert import AlertKind
from .alerts.amount_numbers import AMOUNTS
from .alerts.demand.demand_sensors import DEMAND_SENSORS
from .alerts.demand.demand_settings import DEMAND_PERIOD, has_grid
from .alerts.health.health_silence import HEALTH_SENSORS
from .alerts.supply.overload_sensor import watches_overload
from .alerts.supply.problem_sensors import PROBLEMS
from .alerts.supply.voltage_limit_numbers import VOLTAGE_LIMITS
from .alerts.supply.voltage_sensors import voltage_state_key
from .alerts.telling.alert_events import ALERTS
from .anomalies.anomaly_sensors import anomaly_alerts
from .anomalies.detection_stage_sensor import ANOMALY_DETECTION, judges_anything
from .anomalies.normal_button import THIS_WAS_NORMAL
from .binary_sensor import CONNECTED
from .const import DOMAIN
from .day_types.day_type_sensors import day_type_keys
from .entity import foreign_device, household_unique_id, meter_unique_id
from .gap_sensors import MISSING
from .history_sensor import HISTORY_SIZE, async_shows_history
from .household import WattWiseConfigEntry
from .household_forecast_sensors import household_forecasts
from .household_sensors import HOUSEHOLD_SENSORS
from .influx_sensors import INFLUX_SENSORS
from .load_shapes.load_shape_sensor import load_shape_keys
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
from .prices.bill_forecast import has_bill
from .prices.bill_sensors import bill_sensors
from .similar_homes.similar_homes_sensors import similar_homes_keys
from .untracked_sensors import UNTRACKED_SENSORS
from .usage.interval_select import USAGE_INTERVAL
from .usage.mean_power_sensor import MEAN_POWER
from .usage.typical_use_sensor import TYPICAL_USE
from .usage.use_intervals import has_use
from .usage.zone_sensors import HOME_ZONE, USAGE_ZONE
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
    household_keys = (
        _of_household(hass, entry)
        | _of_alerts(entry)
        | _of_energy(entry)
        | _of_anomalies(entry)
    )
    possible = {household_unique_id(entry, key) for key in household_keys}
    forecast = forecast_meters(entry)
    for subentry_id, meter in household.meters.items():
        keys = _possible_keys(hass, entry, meter)
        if subentry_id in forecast:
            keys |= {sensor.key for sensor in METER_FORECASTS}
        if balance.parts_of(subentry_id):
            keys |= {sensor.key for sensor in UNTRACKED_SENSORS}
        possible |= {meter_unique_id(meter, key) for key in keys}
    return possible


def _of_household(hass: HomeAssistant, entry: WattWiseConfigEntry) -> set[str]:
    """Return what a household shows of now, and the settings it has."""
    household = entry.runtime_data
    keys = {s.key for s in HOUSEHOLD_SENSORS if s.exists_fn(household)}
    keys |= {limit.key for limit in VOLTAGE_LIMITS}
    keys |= {amount.key for amount in AMOUNTS if amount.exists_fn(entry)}
    if async_shows_history(hass, entry):
        keys.add(HISTORY_SIZE.key)
    if household.export:
        keys |= {sensor.key for sensor in INFLUX_SENSORS}
    return keys


def _of_alerts(entry: WattWiseConfigEntry) -> set[str]:
    """Return what tells of the connection of a household, and of all its alerts."""
    household = entry.runtime_data
    keys = {ALERTS}
    if watches_overload(household):
        keys.add(AlertKind.OVERLOAD)
    if has_grid(household):
        keys.add(DEMAND_PERIOD)
    if household.demand:
        keys |= {
            AlertKind.DEMAND_PEAK_AHEAD,
            *(sensor.key for sensor in DEMAND_SENSORS),
        }
    return keys


def _of_energy(entry: WattWiseConfigEntry) -> set[str]:
    """Return what tells of a household's use: ahead, in money, and against the usual."""
    household = entry.runtime_data
    keys = {sensor.key for _, sensor in household_forecasts(household)}
    keys |= {sensor.key for sensor in window_descriptions(entry)}
    keys |= {sensor.key for sensor in bill_sensors(household)}
    keys |= advice_sensor_keys(household)
    keys |= similar_homes_keys(household)
    keys |= day_type_keys(household)
    keys |= load_shape_keys(household)
    if has_bill(household):
        keys.add(AlertKind.BUDGET_AT_RISK)
    if any(has_use(meter) for meter in household.meters.values()):
        keys.add(HOME_ZONE)
    return keys


def _of_anomalies(entry: WattWiseConfigEntry) -> set[str]:
    """Return what shows a household what is unusual in it."""
    keys = {alert.kind.value for alert in anomaly_alerts(entry)}
    if judges_anything(entry.runtime_data):
        keys |= {ANOMALY_DETECTION, THIS_WAS_NORMAL}
    return keys


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
    keys |= {s.alert_kind.value for s in HEALTH_SENSORS if s.possible(meter)}
    keys |= {problem.key for problem in PROBLEMS if problem.possible_fn(meter)}
    if has_use(meter):
        keys |= {
            USAGE_ZONE,
            TYPICAL_USE,
            MEAN_POWER,
            AlertKind.HIGH_USE,
            USAGE_INTERVAL,
        }
    if has_cost(entry.runtime_data, meter):
        keys.add(COST_TODAY.key)
    return keys
