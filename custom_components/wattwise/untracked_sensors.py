"""Sensors of what an appliance meter measures and its own parts do not explain."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfEnergy, UnitOfPower
from homeassistant.core import HomeAssistant, callback

from .entity import MeterEntity
from .household import Household, WattWiseConfigEntry
from .rounding import kilowatt_hours, watts


@dataclass(frozen=True, kw_only=True)
class UntrackedDescription(SensorEntityDescription):
    """A remainder behind the meter of a subentry."""

    value_fn: Callable[[Household, str], float | None]
    since_midnight: bool = False


UNTRACKED_SENSORS: Final = (
    UntrackedDescription(
        key="untracked_power",
        translation_key="untracked_power",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda home, key: watts(home.power_balance().untracked_behind(key)),
    ),
    UntrackedDescription(
        key="untracked_today",
        translation_key="untracked_today",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2,
        state_class=SensorStateClass.TOTAL,
        since_midnight=True,
        value_fn=lambda home, key: kilowatt_hours(
            home.energy_balance("today").untracked_behind(key)
        ),
    ),
)


class UntrackedSensor(MeterEntity, SensorEntity):
    """What flows through a meter and not through those behind it."""

    entity_description: UntrackedDescription

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        subentry_id: str,
        description: UntrackedDescription,
    ) -> None:
        """Show a remainder of the meter of a subentry."""
        household = entry.runtime_data
        super().__init__(hass, entry, household.meters[subentry_id], description.key)
        self.entity_description = description
        self._household = household
        self._subentry_id = subentry_id

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the meters behind this one too."""
        await super().async_added_to_hass()
        self.async_on_remove(
            self._household.updates.async_add_listener(
                self.hass, self.async_write_ha_state
            )
        )

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Leave it to the household, which follows this meter as well."""

    @property
    @override
    def native_value(self) -> float | None:
        """Return the remainder."""
        return self.entity_description.value_fn(self._household, self._subentry_id)

    @property
    @override
    def available(self) -> bool:
        """Return whether the meter and all its parts tell about it."""
        return super().available and self.native_value is not None

    @property
    @override
    def last_reset(self) -> datetime | None:
        """Return midnight for what starts anew each day."""
        if self.entity_description.since_midnight:
            return self._household.day_start
        return None
