"""What is wrong with a meter itself, for automations to react to."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.restore_state import (
    ExtraStoredData,
    RestoredExtraData,
    RestoreEntity,
)
from homeassistant.util import dt as dt_util

from ...const import CONF_SOURCE, SOURCE_HTTP, SOURCE_MQTT, SOURCE_PUSH
from ...entity import MeterEntity
from ...household import WattWiseConfigEntry
from ...meter import Meter
from ...metering.profile import EnergyKind, MeterRole
from ..alert import AlertDetail, AlertKind, AlertSeverity
from ..alert_sensor import AlertSensor
from ..moment import epoch_ms

# Others are read as they are asked: there is no clock that could be wrong.
_WITH_CLOCKS: Final = {SOURCE_PUSH, SOURCE_MQTT, SOURCE_HTTP}


class HealthSensor(AlertSensor, MeterEntity, RestoreEntity):
    """On while something is wrong with a meter; what was learned outlasts a restart."""

    _attr_device_class = BinarySensorDeviceClass.PROBLEM
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(
        self, hass: HomeAssistant, entry: WattWiseConfigEntry, meter: Meter
    ) -> None:
        """Watch a meter."""
        super().__init__(hass, entry, meter, self.alert_kind.value)
        self._attr_translation_key = self.alert_kind.value
        self.alert_household = entry.runtime_data
        self.alert_meter = meter.name
        self.meter = meter
        # A plug is missed; that its voltage stands still is worth no word.
        self._attr_entity_registry_enabled_default = self.enabled_by_default(meter)

    @staticmethod
    def possible(_meter: Meter) -> bool:
        """Whether a meter can tell, with its settings."""
        return True

    @staticmethod
    def enabled_by_default(meter: Meter) -> bool:
        """Whether it is shown unless the user says otherwise."""
        return meter.profile.role is not MeterRole.APPLIANCE

    @override
    async def async_added_to_hass(self) -> None:
        """Go on from what was known before a restart."""
        if last := await self.async_get_last_extra_data():
            self.restore(last.as_dict())
        await super().async_added_to_hass()

    @abstractmethod
    def restore(self, kept: Mapping[str, Any]) -> None:
        """Go on from what was kept; what cannot be it is left out."""

    @property
    @abstractmethod
    def kept(self) -> dict[str, Any]:
        """What shall outlast a restart."""

    @property
    @override
    def extra_restore_state_data(self) -> ExtraStoredData:
        """Return what shall outlast a restart."""
        return RestoredExtraData(self.kept)


class ValueStuckSensor(HealthSensor):
    """On while a value stands still, or power and counter contradict each other."""

    alert_kind = AlertKind.VALUE_STUCK

    @override
    def restore(self, kept: Mapping[str, Any]) -> None:
        """Go on with how long values stood."""
        self.meter.health.restore_stuck(kept)

    @property
    @override
    def kept(self) -> dict[str, Any]:
        """Return how long values stood, and how long is usual."""
        return self.meter.health.stuck_state()

    @property
    @override
    def alert_details(self) -> Mapping[str, AlertDetail]:
        """Return what stands still."""
        health = self.meter.health
        if channel := health.stuck_channel:
            return {
                "reason": "same_value",
                "channel": channel.value,
                "value": self.coordinator.current(channel),
                "unchanged_since": dt_util.utc_from_timestamp(
                    health.stands_since_ms(channel) / 1000
                ).isoformat(),
            }
        reason = health.disagreement
        return {"reason": reason.value if reason else None}

    @property
    @override
    def available(self) -> bool:
        """Return whether the meter reports."""
        return super().available and self.coordinator.connected

    @property
    @override
    def is_on(self) -> bool:
        """Whether something stands still that should not."""
        health = self.meter.health
        return health.stuck_channel is not None or health.disagreement is not None


class CounterResetSensor(HealthSensor):
    """On for an hour after a counter began anew."""

    alert_kind = AlertKind.COUNTER_RESET

    @staticmethod
    @override
    def possible(meter: Meter) -> bool:
        """Whether the meter has a counter."""
        return meter.profile.energy_kind is EnergyKind.COUNTER

    @override
    def restore(self, kept: Mapping[str, Any]) -> None:
        """Go on with the falls that were noted."""
        self.meter.health.falls.restore(kept)

    @property
    @override
    def kept(self) -> dict[str, Any]:
        """Return the falls of the last days."""
        return self.meter.health.falls.state()

    @property
    @override
    def alert_severity(self) -> AlertSeverity:
        """Once is a new meter or a restart; again and again is a fault."""
        if self.meter.health.falls.repeated(epoch_ms()):
            return AlertSeverity.WARNING
        return AlertSeverity.NOTICE

    @property
    @override
    def alert_details(self) -> Mapping[str, AlertDetail]:
        """Return how far the counter fell [kWh], and how often within a day."""
        falls = self.meter.health.falls
        fell_wh = falls.fell_by_wh
        return {
            "fell_by_kwh": None if fell_wh is None else round(fell_wh / 1000, 3),
            "times_in_a_day": falls.count(epoch_ms()),
        }

    @property
    @override
    def is_on(self) -> bool:
        """Whether a counter began anew within the last hour."""
        return self.meter.health.falls.fell(epoch_ms())


class ClockDriftSensor(HealthSensor):
    """On while the meter's clock is wrong."""

    alert_kind = AlertKind.CLOCK_DRIFT

    @staticmethod
    @override
    def possible(meter: Meter) -> bool:
        """Whether the meter may tell times of its own."""
        return meter.subentry.data[CONF_SOURCE] in _WITH_CLOCKS

    @override
    def restore(self, kept: Mapping[str, Any]) -> None:
        """Go on from a clock that was wrong."""
        if kept.get("wrong") is True:
            self.meter.health.clock.restore()

    @property
    @override
    def kept(self) -> dict[str, Any]:
        """Return whether the clock is wrong."""
        return {"wrong": self.meter.health.clock.wrong}

    @property
    @override
    def alert_details(self) -> Mapping[str, AlertDetail]:
        """Return how far the clock is ahead [s], below 0 behind."""
        ahead_s = self.meter.health.clock.ahead_s
        return {"seconds_ahead": None if ahead_s is None else round(ahead_s)}

    @property
    @override
    def available(self) -> bool:
        """Return whether the meter reports, and for long enough to tell."""
        clock = self.meter.health.clock
        known = clock.wrong or clock.judged
        return super().available and known and self.coordinator.connected

    @property
    @override
    def is_on(self) -> bool:
        """Whether the clock is wrong."""
        return self.meter.health.clock.wrong


class RefusedRisingSensor(HealthSensor):
    """On while more readings are refused than usual."""

    alert_kind = AlertKind.REFUSED_RISING

    @override
    def restore(self, kept: Mapping[str, Any]) -> None:
        """Go on with what was counted."""
        self.meter.health.refused.restore(kept)

    @property
    @override
    def kept(self) -> dict[str, Any]:
        """Return what was counted in the last week."""
        return self.meter.health.refused.state()

    @property
    @override
    def alert_details(self) -> Mapping[str, AlertDetail]:
        """Return how many are refused in an hour, and how many would be usual."""
        refused = self.meter.health.refused
        return {
            "in_the_last_hour": refused.told(epoch_ms()),
            "limit": refused.limit,
            "usual": refused.usual,
            "learning": refused.learning,
        }

    @property
    @override
    def is_on(self) -> bool:
        """Whether more are refused than usual."""
        return self.meter.health.refused.look(epoch_ms())
