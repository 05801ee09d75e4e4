"""Sensors of a household as a whole."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfEnergy, UnitOfPower

from .entity import HouseholdEntity
from .household import Household, WattWiseConfigEntry
from .metering.balance import consumption, production
from .metering.profile import MeterRole
from .rounding import kilowatt_hours, money, watts


@dataclass(frozen=True, kw_only=True)
class HouseholdSensorDescription(SensorEntityDescription):
    """A sensor of a household."""

    value_fn: Callable[[Household], float | None]
    exists_fn: Callable[[Household], bool] = lambda _: True
    since_midnight: bool = False


def _household_energy(
    key: str,
    value_fn: Callable[[Household], float | None],
    exists_fn: Callable[[Household], bool],
    *,
    today: bool,
) -> HouseholdSensorDescription:
    return HouseholdSensorDescription(
        key=key,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2,
        state_class=SensorStateClass.TOTAL if today else None,
        since_midnight=today,
        value_fn=value_fn,
        exists_fn=exists_fn,
    )


def _consumed(period: str) -> Callable[[Household], float | None]:
    return lambda home: kilowatt_hours(consumption(home.energy_flows(period)))


def _consumes(household: Household) -> bool:
    return household.has_role(MeterRole.GRID) or household.has_role(MeterRole.APPLIANCE)


def _produces(household: Household) -> bool:
    return household.has_role(MeterRole.PRODUCTION)


HOUSEHOLD_SENSORS: tuple[HouseholdSensorDescription, ...] = (
    HouseholdSensorDescription(
        key="consumption_power",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda home: watts(home.consumption_power()),
        exists_fn=_consumes,
    ),
    HouseholdSensorDescription(
        key="production_power",
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda home: watts(home.production_power()),
        exists_fn=_produces,
    ),
    *(
        _household_energy(
            f"consumption_{period}",
            _consumed(period),
            _consumes,
            today=period == "today",
        )
        for period in ("today", "yesterday", "this_month")
    ),
    _household_energy(
        "production_today",
        lambda home: kilowatt_hours(production(home.energy_flows("today"))),
        _produces,
        today=True,
    ),
    HouseholdSensorDescription(
        key="cost_today",
        device_class=SensorDeviceClass.MONETARY,
        suggested_display_precision=2,
        state_class=SensorStateClass.TOTAL,
        since_midnight=True,
        value_fn=lambda home: money(home.cost_today()),
        exists_fn=lambda home: (
            home.price_id is not None and home.has_role(MeterRole.GRID)
        ),
    ),
)


class HouseholdSensor(HouseholdEntity, SensorEntity):
    """A value of the household as a whole."""

    entity_description: HouseholdSensorDescription

    def __init__(
        self, entry: WattWiseConfigEntry, description: HouseholdSensorDescription
    ) -> None:
        """Show what the description says."""
        super().__init__(entry, description.key)
        self.entity_description = description
        if description.device_class is SensorDeviceClass.MONETARY:
            self._attr_native_unit_of_measurement = entry.runtime_data.currency

    @property
    @override
    def native_value(self) -> float | None:
        """Return the value."""
        return self.entity_description.value_fn(self.household)

    @property
    @override
    def available(self) -> bool:
        """Return whether any meter tells about it."""
        return self.native_value is not None

    @property
    @override
    def last_reset(self) -> datetime | None:
        """Return midnight for what starts anew each day."""
        if not self.entity_description.since_midnight:
            return None
        return self.household.day_start
