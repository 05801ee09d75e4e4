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
from homeassistant.const import UnitOfEnergy, UnitOfPower, UnitOfRatio

from .entity import HouseholdEntity
from .household import Household, WattWiseConfigEntry
from .metering.phase_netting import Exchange
from .metering.profile import MeterRole
from .metering.self_sufficiency import self_consumption, self_sufficiency
from .rounding import kilowatt_hours, money, percent, watts

type _Value = Callable[[Household], float | None]
type _Condition = Callable[[Household], bool]


@dataclass(frozen=True, kw_only=True)
class HouseholdSensorDescription(SensorEntityDescription):
    """A sensor of a household."""

    value_fn: _Value
    exists_fn: _Condition
    enabled_fn: _Condition = lambda _: True
    """Whether it is shown before anybody asks for it."""
    whole_fn: _Value = lambda _: None
    """Of what the value is a share: of nothing, there is none."""
    since_midnight: bool = False


def _consumes(home: Household) -> bool:
    return _has_grid(home) or home.has_role(MeterRole.APPLIANCE)


def _produces(home: Household) -> bool:
    return home.has_role(MeterRole.PRODUCTION)


def _has_grid(home: Household) -> bool:
    return home.has_role(MeterRole.GRID)


def _has_several_grid_meters(home: Household) -> bool:
    return len(home.grid_meters) > 1


def _tracks(home: Household) -> bool:
    return _has_grid(home) and home.has_role(MeterRole.APPLIANCE)


def _lives_on_itself(home: Household) -> bool:
    return _has_grid(home) and _produces(home)


def _imported(exchange: Exchange | None) -> float | None:
    return exchange.imported if exchange else None


def _exported(exchange: Exchange | None) -> float | None:
    return exchange.exported if exchange else None


def _connection_load(home: Household) -> float | None:
    imported = _imported(home.grid_power())
    if imported is None or not home.contracted_power_w:
        return None
    return imported / home.contracted_power_w


def _power(
    key: str,
    value_fn: _Value,
    exists_fn: _Condition,
    enabled_fn: _Condition = lambda _: True,
) -> HouseholdSensorDescription:
    """Describe a momentary power; `value_fn` in W."""
    return HouseholdSensorDescription(
        key=key,
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.WATT,
        suggested_display_precision=0,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda home: watts(value_fn(home)),
        exists_fn=exists_fn,
        enabled_fn=enabled_fn,
    )


def _energy(
    key: str, value_fn: _Value, exists_fn: _Condition
) -> HouseholdSensorDescription:
    """Describe an energy of a period; `value_fn` in Wh."""
    today = key.endswith("_today")
    return HouseholdSensorDescription(
        key=key,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2,
        # Sums of the past would only repeat those of today in the statistics.
        state_class=SensorStateClass.TOTAL if today else None,
        since_midnight=today,
        value_fn=lambda home: kilowatt_hours(value_fn(home)),
        exists_fn=exists_fn,
    )


def _share(
    key: str,
    value_fn: _Value,
    exists_fn: _Condition,
    *,
    whole_fn: _Value = lambda _: None,
    momentary: bool,
    enabled: bool,
) -> HouseholdSensorDescription:
    """Describe a share in percent; `value_fn` as a ratio."""
    return HouseholdSensorDescription(
        key=key,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        suggested_display_precision=0,
        # The mean of a share that grows through the day says nothing.
        state_class=SensorStateClass.MEASUREMENT if momentary else None,
        value_fn=lambda home: percent(value_fn(home)),
        exists_fn=exists_fn,
        enabled_fn=lambda _: enabled,
        whole_fn=whole_fn,
    )


def _consumed(period: str) -> _Value:
    return lambda home: home.energy_balance(period).consumption()


def _produced_today(home: Household) -> float | None:
    return home.energy_balance("today").production()


def _producing(home: Household) -> float | None:
    return home.power_balance().production()


def _consuming(home: Household) -> float | None:
    return home.power_balance().consumption()


HOUSEHOLD_SENSORS: tuple[HouseholdSensorDescription, ...] = (
    _power("consumption_power", _consuming, _consumes),
    _power("production_power", _producing, _produces),
    _power("untracked_power", lambda home: home.power_balance().untracked(), _tracks),
    # A single grid meter shows both in one number already.
    _power(
        "grid_import_power",
        lambda home: _imported(home.grid_power()),
        _has_grid,
        _has_several_grid_meters,
    ),
    _power(
        "grid_export_power",
        lambda home: _exported(home.grid_power()),
        _has_grid,
        _has_several_grid_meters,
    ),
    *(
        _energy(f"consumption_{period}", _consumed(period), _consumes)
        for period in ("today", "yesterday", "this_month")
    ),
    _energy("production_today", _produced_today, _produces),
    _energy(
        "untracked_today",
        lambda home: home.energy_balance("today").untracked(),
        _tracks,
    ),
    _energy(
        "imported_today",
        lambda home: _imported(home.grid_energy_today()),
        _has_several_grid_meters,
    ),
    _energy(
        "exported_today",
        lambda home: _exported(home.grid_energy_today()),
        _has_several_grid_meters,
    ),
    # They follow every cloud and every kettle; the day's are what people compare.
    _share(
        "self_consumption",
        lambda home: self_consumption(_producing(home), _exported(home.grid_power())),
        _lives_on_itself,
        whole_fn=_producing,
        momentary=True,
        enabled=False,
    ),
    _share(
        "self_sufficiency",
        lambda home: self_sufficiency(_consuming(home), _imported(home.grid_power())),
        _lives_on_itself,
        whole_fn=_consuming,
        momentary=True,
        enabled=False,
    ),
    _share(
        "self_consumption_today",
        lambda home: self_consumption(
            _produced_today(home), _exported(home.grid_energy_today())
        ),
        _lives_on_itself,
        whole_fn=_produced_today,
        momentary=False,
        enabled=True,
    ),
    _share(
        "self_sufficiency_today",
        lambda home: self_sufficiency(
            _consumed("today")(home), _imported(home.grid_energy_today())
        ),
        _lives_on_itself,
        whole_fn=_consumed("today"),
        momentary=False,
        enabled=True,
    ),
    _share(
        "connection_load",
        _connection_load,
        lambda home: _has_grid(home) and home.contracted_power_w is not None,
        momentary=True,
        enabled=True,
    ),
    HouseholdSensorDescription(
        key="cost_today",
        device_class=SensorDeviceClass.MONETARY,
        suggested_display_precision=2,
        state_class=SensorStateClass.TOTAL,
        since_midnight=True,
        value_fn=lambda home: money(home.cost_today()),
        exists_fn=lambda home: home.price_id is not None and _has_grid(home),
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
        self._attr_entity_registry_enabled_default = description.enabled_fn(
            entry.runtime_data
        )
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
        """Return whether the meters tell about it, be it that there is no share."""
        if self.native_value is not None:
            return True
        whole = self.entity_description.whole_fn(self.household)
        return whole is not None and whole <= 0.0

    @property
    @override
    def last_reset(self) -> datetime | None:
        """Return midnight for what starts anew each day."""
        if not self.entity_description.since_midnight:
            return None
        return self.household.day_start
