"""What a month cost so far, and what is to be expected of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfEnergy
from homeassistant.util import dt as dt_util

from ..analytics.tariffs.local_days import midnight
from ..analytics.tariffs.month_end import Expectation
from ..analytics.tariffs.month_outlook import MonthOutlook
from ..entity import HouseholdEntity
from ..household import Household, WattWiseConfigEntry
from ..rounding import money
from .bill_forecast import has_bill


@dataclass(frozen=True, kw_only=True)
class BillSensorDescription(SensorEntityDescription):
    """A sensor of the month's bill."""

    value_fn: Callable[[Household, MonthOutlook], float | None]
    attributes_fn: Callable[[MonthOutlook], Mapping[str, Any]]
    since_month_began: bool = False
    needs_price: bool = True


def bill_sensors(home: Household) -> list[BillSensorDescription]:
    """Return what a household with its meters and its tariff can be told."""
    if not has_bill(home):
        return []
    return [
        description
        for description in _SENSORS
        if home.price_id is not None or not description.needs_price
    ]


def cost_so_far(home: Household, outlook: MonthOutlook) -> float | None:
    """Return what the month cost until now [currency].

    The bill is looked at each hour; the cost of today is known by the minute.
    """
    if outlook.so_far is None:
        return None
    of_today, day_start = home.cost_today(), home.day_start
    if of_today is None or day_start is None:
        return outlook.so_far.total
    if day_start.timestamp() != outlook.day_start:
        return outlook.so_far.total
    return outlook.so_far.total - outlook.cost_of_today + of_today


def is_of_yesterday(home: Household, outlook: MonthOutlook) -> bool:
    """Whether the meters count a new day already that the bill was not looked at for."""
    return home.day_start is not None and (
        home.day_start.timestamp() > outlook.day_start
    )


def _parts(outlook: MonthOutlook) -> Mapping[str, Any]:
    found = outlook.so_far
    if found is None:
        return {}
    return {
        "energy": money(found.energy),
        "standing_charge": money(found.standing),
        "capacity_charge": money(found.capacity),
        "feed_in": money(found.feed_in),
    }


def _band(
    pick: Callable[[MonthOutlook], Expectation | None],
) -> Callable[[MonthOutlook], Mapping[str, Any]]:
    def attributes(outlook: MonthOutlook) -> Mapping[str, Any]:
        expected = pick(outlook)
        return {
            "low": round(expected.low, 2) if expected else None,
            "high": round(expected.high, 2) if expected else None,
            "days_left": outlook.days_left,
            "days_known": outlook.days_known,
            "days_missing": round(outlook.days_missing, 1),
        }

    return attributes


def _expected(expected: Expectation | None) -> float | None:
    return round(expected.expected, 2) if expected else None


_SENSORS: Final = (
    BillSensorDescription(
        key="cost_this_month",
        device_class=SensorDeviceClass.MONETARY,
        suggested_display_precision=2,
        state_class=SensorStateClass.TOTAL,
        value_fn=lambda home, outlook: money(cost_so_far(home, outlook)),
        attributes_fn=_parts,
        since_month_began=True,
    ),
    BillSensorDescription(
        key="expected_bill",
        device_class=SensorDeviceClass.MONETARY,
        suggested_display_precision=2,
        value_fn=lambda _, outlook: _expected(outlook.cost),
        attributes_fn=_band(lambda outlook: outlook.cost),
    ),
    BillSensorDescription(
        key="expected_grid_energy",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=0,
        value_fn=lambda _, outlook: _expected(outlook.energy),
        attributes_fn=_band(lambda outlook: outlook.energy),
        needs_price=False,
    ),
)


class BillSensor(HouseholdEntity, SensorEntity):
    """A number of the month's bill."""

    entity_description: BillSensorDescription
    _unrecorded_attributes = frozenset(
        {"days_known", "days_left", "days_missing", "high", "low"}
        | {"capacity_charge", "energy", "feed_in", "standing_charge"}
    )

    def __init__(
        self, entry: WattWiseConfigEntry, description: BillSensorDescription
    ) -> None:
        """Show what the description says."""
        super().__init__(entry, description.key)
        self.entity_description = description
        self._held: float | None = None
        if description.device_class is SensorDeviceClass.MONETARY:
            self._attr_native_unit_of_measurement = entry.runtime_data.currency

    @property
    def _outlook(self) -> MonthOutlook | None:
        found = self.household.bill
        return found.data if found and found.last_update_success else None

    @property
    @override
    def available(self) -> bool:
        """Return whether the history could be asked."""
        return self._outlook is not None

    @property
    @override
    def native_value(self) -> float | None:
        """Return the value; None while too little is known."""
        if (outlook := self._outlook) is None:
            return None
        description = self.entity_description
        held = self._held is not None and description.since_month_began
        # Until the new day is looked at, the last hour of the old one would be missing.
        if not (held and is_of_yesterday(self.household, outlook)):
            self._held = description.value_fn(self.household, outlook)
        return self._held

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return what makes it up, or how far it may be off."""
        if (outlook := self._outlook) is None:
            return None
        return self.entity_description.attributes_fn(outlook)

    @property
    @override
    def last_reset(self) -> datetime | None:
        """Return when the month began for what starts anew with it."""
        outlook = self._outlook
        if outlook is None or not self.entity_description.since_month_began:
            return None
        begin = midnight(outlook.month, dt_util.get_default_time_zone())
        return datetime.fromtimestamp(begin, UTC)
