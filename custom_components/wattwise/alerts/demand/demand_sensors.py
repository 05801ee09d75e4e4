"""What the home draws in the running period of its capacity tariff."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfPower
from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ...entity import HouseholdEntity
from ...household import WattWiseConfigEntry
from .demand_coordinator import DemandCoordinator

ATTR_ENDS: Final = "ends"
ATTR_BEGAN: Final = "began"

# Each write is a row in the recorder; meters report each few seconds.
_EVERY: Final = timedelta(seconds=30)
_LEAST_CHANGE_KW: Final = 0.05


@dataclass(frozen=True, kw_only=True)
class DemandDescription(SensorEntityDescription):
    """A mean power; `value_fn` in W, and the time that belongs to it."""

    value_fn: Callable[[DemandCoordinator], float | None]
    time_fn: Callable[[DemandCoordinator], tuple[str, datetime | None]]


def _end(demand: DemandCoordinator) -> datetime | None:
    if (running := demand.demand) is None:
        return None
    return dt_util.utc_from_timestamp(running.end_ms / 1000)


def _kilowatts(
    key: str,
    value_fn: Callable[[DemandCoordinator], float | None],
    time_fn: Callable[[DemandCoordinator], tuple[str, datetime | None]],
    state_class: SensorStateClass | None = SensorStateClass.MEASUREMENT,
) -> DemandDescription:
    return DemandDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.POWER,
        native_unit_of_measurement=UnitOfPower.KILO_WATT,
        suggested_display_precision=2,
        state_class=state_class,
        value_fn=value_fn,
        time_fn=time_fn,
    )


DEMAND_SENSORS: Final = (
    _kilowatts(
        "demand_so_far",
        lambda demand: running.so_far_w if (running := demand.demand) else None,
        lambda demand: (ATTR_ENDS, _end(demand)),
    ),
    _kilowatts(
        "demand_expected",
        lambda demand: running.expected_w if (running := demand.demand) else None,
        lambda demand: (ATTR_ENDS, _end(demand)),
    ),
    _kilowatts(
        "demand_month_peak",
        lambda demand: demand.month_peak_w,
        lambda demand: (ATTR_BEGAN, demand.month_peak_at),
        # The mean of what only rises through the month says nothing.
        None,
    ),
)


class DemandSensor(HouseholdEntity, SensorEntity):
    """A mean power of the running period, or of this month's highest."""

    _unrecorded_attributes = frozenset({ATTR_ENDS})
    entity_description: DemandDescription

    def __init__(
        self,
        entry: WattWiseConfigEntry,
        demand: DemandCoordinator,
        description: DemandDescription,
    ) -> None:
        """Show what the description says."""
        super().__init__(entry, description.key)
        self.entity_description = description
        self._demand = demand
        self._written: tuple[float | None, datetime | None] = None, None
        self._written_at = dt_util.utc_from_timestamp(0)

    @callback
    @override
    def _handle_household_update(self) -> None:
        """Write what changed much at once, and a little change now and then."""
        now, value = dt_util.utcnow(), self.native_value
        _, time = self.entity_description.time_fn(self._demand)
        before, time_before = self._written
        if (
            timedelta() <= now - self._written_at < _EVERY
            and time == time_before
            and value is not None
            and before is not None
            and abs(value - before) < _LEAST_CHANGE_KW
        ):
            return
        self._written, self._written_at = (value, time), now
        super()._handle_household_update()

    @property
    @override
    def native_value(self) -> float | None:
        """Return the mean power; of more digits each would be a row in the recorder."""
        watts = self.entity_description.value_fn(self._demand)
        return None if watts is None else round(watts / 1000, 2)

    @property
    @override
    def available(self) -> bool:
        """Return whether enough of the period, or the month, is known."""
        return self.entity_description.value_fn(self._demand) is not None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return when the period ends, or began."""
        name, time = self.entity_description.time_fn(self._demand)
        return {name: time}
