"""What is to be said of the voltage of each phase."""

from typing import Final, override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
)
from homeassistant.core import HomeAssistant

from ...alerting.supply.voltage import VoltageState
from ...entity import MeterEntity
from ...household import WattWiseConfigEntry
from ...meter import Meter
from ...metering.quantity import Channel

_STATES: Final = [state.value for state in VoltageState]


def voltage_state_key(channel: Channel) -> str:
    """Return the key of the sensor for a phase."""
    return f"{channel}_state"


class VoltageStateSensor(MeterEntity, RestoreSensor):
    """Whether a phase is too high, too low, or swings."""

    _attr_device_class = SensorDeviceClass.ENUM
    _attr_options = _STATES

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        meter: Meter,
        channel: Channel,
        phase: str | None,
    ) -> None:
        """Judge a phase, which is named where there are several."""
        super().__init__(hass, entry, meter, voltage_state_key(channel))
        self._watch = meter.watch
        self._channel = channel
        self._attr_entity_registry_enabled_default = (
            entry.runtime_data.alerts_by_default(meter)
        )
        self._attr_translation_key = "voltage_state"
        if phase:
            self._attr_translation_key = "voltage_state_phase"
            self._attr_translation_placeholders = {"phase": phase}

    @override
    async def async_added_to_hass(self) -> None:
        """Go on from what was said before a restart."""
        await super().async_added_to_hass()
        last = await self.async_get_last_sensor_data()
        if last and last.native_value in _STATES:
            self._watch.restore_voltage(
                self._channel, VoltageState(str(last.native_value))
            )

    @property
    @override
    def available(self) -> bool:
        """Return whether the phase was measured lately."""
        return super().available and self.coordinator.current(self._channel) is not None

    @property
    @override
    def native_value(self) -> str | None:
        """Return what is to be said; None until the first reading."""
        return self._watch.voltage_state(self._channel)
