"""How much of the last week's voltage was as the standard wants it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, override

from homeassistant.components.sensor import SensorEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EntityCategory, UnitOfRatio
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .alerting.supply.meter_watch import VOLTAGES
from .analytics.power_quality.supply_voltage import SupplyVoltage
from .const import LOGGER
from .entity import MeterEntity
from .history.errors import HistoryError
from .history_unavailable import history_unavailable
from .household import WattWiseConfigEntry
from .meter import Meter
from .metering.quantity import Channel
from .power_quality import async_supply_voltage
from .rounding import percent

ATTR_VERDICT: Final = "verdict"

_WINDOW: Final = timedelta(days=7)
_INTERVAL: Final = timedelta(hours=1)


def voltage_quality_key(channel: Channel) -> str:
    """Return the key of the sensor for a phase."""
    return f"{channel}_quality"


class VoltageQualityCoordinator(DataUpdateCoordinator[dict[Channel, SupplyVoltage]]):
    """Judges every hour the last seven days of a meter's phases."""

    config_entry: ConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: WattWiseConfigEntry, meter: Meter
    ) -> None:
        """Judge the phases of a meter."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"{meter.name} voltage quality",
            update_interval=_INTERVAL,
        )
        self._meter = meter

    @override
    async def _async_update_data(self) -> dict[Channel, SupplyVoltage]:
        """Ask the history for the 10-minute means."""
        now = dt_util.utcnow()
        start_ms, end_ms = (int(t.timestamp() * 1000) for t in (now - _WINDOW, now))
        found: dict[Channel, SupplyVoltage] = {}
        try:
            for channel in VOLTAGES:
                if channel in self._meter.coordinator.latest:
                    judged = await async_supply_voltage(
                        self._meter, channel, start_ms, end_ms
                    )
                    if judged:
                        found[channel] = judged
        except HistoryError as err:
            if self._shutdown_requested:
                # It was closed meanwhile, perhaps before the first answer.
                return self.data or {}
            raise history_unavailable(err) from err
        return found


class VoltageQualitySensor(MeterEntity, SensorEntity):
    """The share of the last week's 10-minute means within 10 % of nominal."""

    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_native_unit_of_measurement = UnitOfRatio.PERCENTAGE
    _attr_suggested_display_precision = 1
    _unrecorded_attributes = frozenset({ATTR_VERDICT})

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        meter: Meter,
        quality: VoltageQualityCoordinator,
        channel: Channel,
        phase: str | None,
    ) -> None:
        """Show a phase, which is named where there are several."""
        super().__init__(hass, entry, meter, voltage_quality_key(channel))
        self._quality = quality
        self._channel = channel
        self._attr_entity_registry_enabled_default = (
            entry.runtime_data.alerts_by_default(meter)
        )
        self._attr_translation_key = "voltage_quality"
        if phase:
            self._attr_translation_key = "voltage_quality_phase"
            self._attr_translation_placeholders = {"phase": phase}

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the hourly judgement, not the readings."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self._quality.async_add_listener(self.async_write_ha_state)
        )
        # All phases that are added at once are judged at once.
        await self._quality.async_request_refresh()

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Leave readings aside: one changes nothing that is judged by the week."""

    @property
    @override
    def available(self) -> bool:
        """Return whether the history could be asked."""
        return self._quality.last_update_success

    @property
    def _judged(self) -> SupplyVoltage | None:
        # None until the first judgement.
        data: Mapping[Channel, SupplyVoltage] | None = self._quality.data
        return data.get(self._channel) if data else None

    @property
    @override
    def native_value(self) -> float | None:
        """Return the share [%]; unknown while no 10 minutes are known."""
        return percent(self._judged.within_usual) if self._judged else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return whether the standard was kept."""
        return {ATTR_VERDICT: self._judged.verdict.value} if self._judged else None
