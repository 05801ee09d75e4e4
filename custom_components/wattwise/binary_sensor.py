"""Whether each meter reports, and what is wrong at it."""

from typing import Final, override

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .alerts.budget_sensor import BudgetSensor
from .alerts.demand.demand_alert import DemandPeakSensor
from .alerts.health.health_silence import HEALTH_SENSORS
from .alerts.supply.overload_sensor import OverloadSensor, watches_overload
from .alerts.supply.problem_sensors import PROBLEMS, ProblemSensor
from .anomalies.anomaly_sensors import AnomalyAlert, anomaly_alerts
from .entity import MeterEntity
from .household import WattWiseConfigEntry
from .meter import Meter
from .prices.bill_forecast import has_bill
from .usage.high_use_sensor import HighUseSensor
from .usage.use_entity import async_add_of_use

PARALLEL_UPDATES = 0

CONNECTED: Final = "connected"


async def async_setup_entry(
    hass: HomeAssistant,
    entry: WattWiseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the connectivity of each meter, and its problems; those of the home."""
    if has_bill(entry.runtime_data):
        async_add_entities([BudgetSensor(entry)])
    if watches_overload(entry.runtime_data):
        async_add_entities([OverloadSensor(entry)])
    if demand := entry.runtime_data.demand:
        async_add_entities([DemandPeakSensor(entry, demand)])
    if anomalies := entry.runtime_data.anomalies:
        async_add_entities(
            AnomalyAlert(entry, anomalies, alert) for alert in anomaly_alerts(entry)
        )
    async_add_of_use(hass, entry, async_add_entities, HighUseSensor)
    for subentry_id, meter in entry.runtime_data.meters.items():
        async_add_entities(
            [
                # First, for they know from before how often the meter reports.
                *(
                    sensor(hass, entry, meter)
                    for sensor in HEALTH_SENSORS
                    if sensor.possible(meter)
                ),
                MeterConnected(hass, entry, meter),
            ],
            config_subentry_id=subentry_id,
        )
        _follow_problems(hass, entry, subentry_id, meter, async_add_entities)


@callback
def _follow_problems(
    hass: HomeAssistant,
    entry: WattWiseConfigEntry,
    subentry_id: str,
    meter: Meter,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add each problem once the channels that tell of it were heard of."""
    waiting = [problem for problem in PROBLEMS if problem.possible_fn(meter)]

    @callback
    def async_add_known() -> None:
        latest = meter.coordinator.latest
        known = [
            problem
            for problem in waiting
            if sum(channel in latest for channel in problem.channels)
            >= problem.at_least
        ]
        for problem in known:
            waiting.remove(problem)
        if known:
            async_add_entities(
                [ProblemSensor(hass, entry, meter, problem) for problem in known],
                config_subentry_id=subentry_id,
            )

    async_add_known()
    entry.async_on_unload(meter.coordinator.async_add_listener(async_add_known))


class MeterConnected(MeterEntity, BinarySensorEntity):
    """On while the meter reports."""

    _attr_device_class = BinarySensorDeviceClass.CONNECTIVITY
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_translation_key = CONNECTED

    def __init__(
        self, hass: HomeAssistant, entry: WattWiseConfigEntry, meter: Meter
    ) -> None:
        """Show the connectivity of a meter."""
        super().__init__(hass, entry, meter, CONNECTED)

    @property
    @override
    def available(self) -> bool:
        """Be there above all when the meter is not."""
        return True

    @property
    @override
    def is_on(self) -> bool:
        """Whether the meter was heard of lately."""
        return self.coordinator.connected
