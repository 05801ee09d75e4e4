"""Sensors of a meter: momentary values, energy registers, sums and counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfEnergy
from homeassistant.core import HomeAssistant

from .coordinator import MeterCoordinator
from .entity import MeterEntity
from .household import Household, WattWiseConfigEntry
from .meter import Meter
from .metering.profile import MeterRole
from .metering.quantity import Channel
from .momentary import MomentaryDescription
from .rounding import kilowatt_hours, money

ATTR_REASONS: Final = "reasons"


@dataclass(frozen=True, kw_only=True)
class MeterSensorDescription(SensorEntityDescription):
    """A sensor of a meter that is no momentary value."""

    value_fn: Callable[[MeterCoordinator], float | int | datetime | None]
    attributes_fn: Callable[[MeterCoordinator], Mapping[str, Any]] | None = None
    since_midnight: bool = False
    """Whether the value starts anew each local day."""


LAST_READING = MeterSensorDescription(
    key="last_reading",
    translation_key="last_reading",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
    # It changes with every reading; the connectivity says what matters.
    entity_registry_enabled_default=False,
    value_fn=lambda meter: meter.last_seen,
)
REFUSED_READINGS = MeterSensorDescription(
    key="refused_readings",
    translation_key="refused_readings",
    entity_category=EntityCategory.DIAGNOSTIC,
    state_class=SensorStateClass.TOTAL_INCREASING,
    value_fn=lambda meter: sum(item.count for item in meter.data.refused),
    attributes_fn=lambda meter: {
        ATTR_REASONS: {
            f"{item.channel or 'reading'}: {item.reason}": item.count
            for item in meter.data.refused
        }
    },
)
# What a battery or a roof takes from the home is not bought by it.
_COSTING_ROLES: Final = (MeterRole.GRID, MeterRole.APPLIANCE)
COST_TODAY = MeterSensorDescription(
    key="cost_today",
    translation_key="cost_today",
    device_class=SensorDeviceClass.MONETARY,
    state_class=SensorStateClass.TOTAL,
    suggested_display_precision=2,
    since_midnight=True,
    value_fn=lambda meter: money(meter.data.cost_today),
)


def has_cost(household: Household, meter: Meter) -> bool:
    """Whether what a meter counts is paid for, at a price that is known."""
    return household.price_id is not None and meter.profile.role in _COSTING_ROLES


def _names(channel: Channel, role: MeterRole) -> tuple[str, str]:
    """Return what a register is called, and how the names of its sums begin."""
    if channel is Channel.ENERGY_EXPORT:
        if role is MeterRole.PRODUCTION:
            return "energy_produced", "produced"
        return "energy_export", "exported"
    if role is MeterRole.APPLIANCE:
        return "energy_used", "energy"
    return "energy_import", "imported"


def energy_descriptions(
    channel: Channel, role: MeterRole
) -> list[MeterSensorDescription]:
    """Return the register of an energy channel and its sums."""
    register, prefix = _names(channel, role)

    def register_value(meter: MeterCoordinator) -> float | None:
        latest = meter.latest.get(channel)
        return kilowatt_hours(latest.register_wh) if latest else None

    def total(period: str) -> Callable[[MeterCoordinator], float | None]:
        def value(meter: MeterCoordinator) -> float | None:
            totals = meter.data.totals.get(channel)
            return kilowatt_hours(getattr(totals, period)) if totals else None

        return value

    def energy(
        key: str,
        name: str,
        value_fn: Callable[[MeterCoordinator], float | None],
        state_class: SensorStateClass | None,
        *,
        since_midnight: bool = False,
    ) -> MeterSensorDescription:
        return MeterSensorDescription(
            key=key,
            translation_key=name,
            device_class=SensorDeviceClass.ENERGY,
            native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
            suggested_display_precision=2,
            state_class=state_class,
            since_midnight=since_midnight,
            value_fn=value_fn,
        )

    return [
        energy(channel, register, register_value, SensorStateClass.TOTAL_INCREASING),
        energy(
            f"{channel}_today",
            f"{prefix}_today",
            total("today"),
            SensorStateClass.TOTAL,
            since_midnight=True,
        ),
        # Sums of the past are for people and automations; in long-term statistics
        # they would only repeat the register.
        energy(f"{channel}_yesterday", f"{prefix}_yesterday", total("yesterday"), None),
        energy(
            f"{channel}_this_month", f"{prefix}_this_month", total("this_month"), None
        ),
    ]


class MeterSensor(MeterEntity, SensorEntity):
    """A register, a sum or a count of a meter."""

    _unrecorded_attributes = frozenset({ATTR_REASONS})

    entity_description: MeterSensorDescription

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        meter: Meter,
        description: MeterSensorDescription,
        unit: str | None = None,
    ) -> None:
        """Show what the description says."""
        super().__init__(hass, entry, meter, description.key)
        self.entity_description = description
        if unit:
            self._attr_native_unit_of_measurement = unit

    @property
    @override
    def native_value(self) -> float | int | datetime | None:
        """Return the value; it stays while the meter is silent."""
        return self.entity_description.value_fn(self.coordinator)

    @property
    @override
    def last_reset(self) -> datetime | None:
        """Return midnight for what starts anew each day."""
        if self.entity_description.since_midnight:
            return self.coordinator.data.day_start
        return None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return details where the description has some."""
        if self.entity_description.attributes_fn is None:
            return None
        return self.entity_description.attributes_fn(self.coordinator)


class MomentarySensor(MeterEntity, SensorEntity):
    """A momentary value of a meter; not available while the meter is silent."""

    entity_description: MomentaryDescription

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        meter: Meter,
        description: MomentaryDescription,
    ) -> None:
        """Show a channel."""
        super().__init__(hass, entry, meter, description.key)
        self.entity_description = description
        if description.phase:
            self._attr_translation_placeholders = {"phase": description.phase}

    @property
    @override
    def available(self) -> bool:
        """Return whether the last value can still be taken for true."""
        return (
            super().available
            and self.coordinator.current(self.entity_description.channel) is not None
        )

    @property
    @override
    def native_value(self) -> float | None:
        """Return the newest value."""
        value = self.coordinator.current(self.entity_description.channel)
        return None if value is None else round(value, self.entity_description.decimals)
