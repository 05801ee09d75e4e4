"""Sensors of households and their meters."""

from homeassistant.components.sensor import SensorEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .advice.advice_sensors import advice_sensors
from .alerting.supply.meter_watch import VOLTAGES
from .alerts.demand.demand_sensors import DEMAND_SENSORS, DemandSensor
from .alerts.supply.voltage_sensors import VoltageStateSensor
from .anomalies.detection_stage_sensor import DetectionStageSensor, judges_anything
from .day_types.day_type_sensors import day_type_sensors
from .entity import foreign_device
from .gap_sensors import GapCoordinator, MissingSensor
from .history_sensor import HistorySizeSensor, async_shows_history
from .household import WattWiseConfigEntry
from .household_forecast_sensors import HouseholdForecastSensor, household_forecasts
from .household_sensors import HOUSEHOLD_SENSORS, HouseholdSensor
from .influx_sensors import INFLUX_SENSORS, InfluxSensor
from .load_shapes.load_shape_sensor import load_shape_sensors
from .meter import Meter
from .meter_forecast_sensors import (
    METER_FORECASTS,
    MeterForecastSensor,
    forecast_meters,
)
from .meter_sensors import (
    COST_TODAY,
    LAST_READING,
    REFUSED_READINGS,
    MeterSensor,
    MomentarySensor,
    energy_descriptions,
    has_cost,
)
from .metering.quantity import Channel
from .momentary import momentary_description, phase_name
from .prices.bill_sensors import BillSensor, bill_sensors
from .similar_homes.similar_homes_sensors import similar_homes_sensors
from .untracked_sensors import UNTRACKED_SENSORS, UntrackedSensor
from .usage.mean_power_sensor import MeanPowerSensor
from .usage.typical_use_sensor import TypicalUseSensor
from .usage.use_entity import async_add_of_use
from .usage.zone_sensors import HomeZoneSensor, UsageZoneSensor
from .voltage_quality_sensors import VoltageQualityCoordinator, VoltageQualitySensor
from .window_sensors import async_window_sensors

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: WattWiseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of the household and of its meters."""
    household = entry.runtime_data
    async_add_entities(
        HouseholdSensor(entry, description)
        for description in HOUSEHOLD_SENSORS
        if description.exists_fn(household)
    )
    async_add_entities(
        BillSensor(entry, description) for description in bill_sensors(household)
    )
    if household.forecast:
        async_add_entities(
            HouseholdForecastSensor(entry, household.forecast, series, description)
            for series, description in household_forecasts(household)
        )
        for subentry_id in forecast_meters(entry):
            async_add_entities(
                [
                    MeterForecastSensor(
                        hass, entry, household.forecast, subentry_id, description
                    )
                    for description in METER_FORECASTS
                ],
                config_subentry_id=subentry_id,
            )
    async_add_entities(advice_sensors(entry))
    async_add_entities(similar_homes_sensors(entry))
    async_add_entities(day_type_sensors(entry))
    async_add_entities(load_shape_sensors(entry))
    if household.anomalies and judges_anything(household):
        async_add_entities([DetectionStageSensor(entry, household.anomalies)])
    async_add_entities(async_window_sensors(hass, entry))
    if household.usage and household.usage.meters:
        async_add_entities([HomeZoneSensor(entry, household.usage)])
        kinds = (UsageZoneSensor, TypicalUseSensor, MeanPowerSensor)
        async_add_of_use(hass, entry, async_add_entities, *kinds)
    if household.demand:
        async_add_entities(
            DemandSensor(entry, household.demand, description)
            for description in DEMAND_SENSORS
        )
    if async_shows_history(hass, entry):
        async_add_entities([HistorySizeSensor(entry)])
    if household.export:
        async_add_entities(
            InfluxSensor(entry, household.export, description)
            for description in INFLUX_SENSORS
        )
    balance = household.power_balance()
    for subentry_id, meter in household.meters.items():
        if balance.parts_of(subentry_id):
            async_add_entities(
                [
                    UntrackedSensor(hass, entry, subentry_id, description)
                    for description in UNTRACKED_SENSORS
                ],
                config_subentry_id=subentry_id,
            )
        gaps = GapCoordinator(hass, entry, meter)
        household.of_entities.append(gaps)
        await gaps.async_refresh()
        async_add_entities(
            [MissingSensor(hass, entry, meter, gaps)], config_subentry_id=subentry_id
        )
        _follow_channels(hass, entry, subentry_id, meter, async_add_entities)


@callback
def _follow_channels(
    hass: HomeAssistant,
    entry: WattWiseConfigEntry,
    subentry_id: str,
    meter: Meter,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a meter's sensors, those of each channel when it is first heard of."""
    known: set[Channel] = set()
    # A device of another integration shows its momentary values itself.
    shown_elsewhere = foreign_device(hass, entry, meter) is not None
    quality = VoltageQualityCoordinator(hass, entry, meter)
    entry.runtime_data.of_entities.append(quality)

    @callback
    def async_add_new() -> None:
        coordinator = meter.coordinator
        new = {
            channel
            for channel in coordinator.latest.keys() - known
            if not channel.is_energy or channel in coordinator.data.totals
        }
        known.update(new)
        sensors: list[SensorEntity] = []
        for channel in sorted(new):
            if channel.is_energy:
                sensors += [
                    MeterSensor(hass, entry, meter, description)
                    for description in energy_descriptions(channel, meter.profile.role)
                ]
            elif not shown_elsewhere:
                description = momentary_description(
                    channel, meter.profile.role, single_phase=_single_phase(meter)
                )
                sensors.append(MomentarySensor(hass, entry, meter, description))
            if channel in VOLTAGES:
                phase = phase_name(channel, single_phase=_single_phase(meter))
                sensors += [
                    VoltageStateSensor(hass, entry, meter, channel, phase),
                    VoltageQualitySensor(hass, entry, meter, quality, channel, phase),
                ]
        if Channel.ENERGY_IMPORT in new and has_cost(entry.runtime_data, meter):
            sensors.append(
                MeterSensor(hass, entry, meter, COST_TODAY, entry.runtime_data.currency)
            )
        if sensors:
            async_add_entities(sensors, config_subentry_id=subentry_id)

    def _single_phase(meter: Meter) -> bool:
        others = {Channel.VOLTAGE_L2, Channel.VOLTAGE_L3}
        others |= {Channel.CURRENT_L2, Channel.CURRENT_L3}
        return entry.runtime_data.phases == 1 and not others & set(
            meter.coordinator.latest
        )

    async_add_entities(
        [
            MeterSensor(hass, entry, meter, LAST_READING),
            MeterSensor(hass, entry, meter, REFUSED_READINGS),
        ],
        config_subentry_id=subentry_id,
    )
    async_add_new()
    entry.async_on_unload(meter.coordinator.async_add_listener(async_add_new))
