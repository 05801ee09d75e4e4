"""The alert before a new peak of demand."""

from collections.abc import Mapping
from typing import Final, override

from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.core import callback
from homeassistant.helpers.restore_state import (
    ExtraStoredData,
    RestoredExtraData,
    RestoreEntity,
)

from ...entity import HouseholdEntity
from ...household import WattWiseConfigEntry
from ..alert import AlertDetail, AlertKind, AlertSeverity
from ..alert_sensor import AlertSensor
from .demand_coordinator import DemandCoordinator

_KEPT_ACTIVE: Final = "active"
_KEPT_PERIOD: Final = "period_ms"
_MS_PER_MINUTE: Final = 60_000


class DemandPeakSensor(AlertSensor, HouseholdEntity, RestoreEntity):
    """On while the mean of the running period is going to exceed the limit."""

    _attr_device_class = BinarySensorDeviceClass.PROBLEM
    alert_kind = AlertKind.DEMAND_PEAK_AHEAD

    def __init__(self, entry: WattWiseConfigEntry, demand: DemandCoordinator) -> None:
        """Watch the running period of a household."""
        super().__init__(entry, self.alert_kind.value)
        self.alert_household = self.household
        self._demand = demand
        self._ahead: bool | None = None

    @override
    async def async_added_to_hass(self) -> None:
        """Go on from what was said of the period before a restart."""
        await super().async_added_to_hass()
        if last := await self.async_get_last_extra_data():
            match last.as_dict():
                case {"active": True, "period_ms": int(start_ms)}:
                    self._demand.watch.restore(start_ms)
        self._ahead = self._demand.async_judge()

    @property
    @override
    def extra_restore_state_data(self) -> ExtraStoredData:
        """Return what is said, and of which period."""
        watch = self._demand.watch
        return RestoredExtraData(
            {_KEPT_ACTIVE: watch.ahead, _KEPT_PERIOD: watch.start_ms}
        )

    @callback
    @override
    def _handle_household_update(self) -> None:
        self._ahead = self._demand.async_judge()
        super()._handle_household_update()

    @property
    @override
    def alert_severity(self) -> AlertSeverity:
        """It is about money, and minutes count."""
        return AlertSeverity.WARNING

    @property
    @override
    def alert_details(self) -> Mapping[str, AlertDetail]:
        """Return what is expected, and what would prevent it [W, min]."""
        demand, limit_w = self._demand.demand, self._demand.limit_w
        if demand is None:
            return {"limit": round(limit_w)}
        left_ms = demand.end_ms - demand.now_ms
        return {
            "limit": round(limit_w),
            "expected": round(demand.expected_w),
            "minutes_left": round(left_ms / _MS_PER_MINUTE, 1),
            "power_to_shed": round(demand.to_shed_w(limit_w)),
            "power_allowed": round(demand.allowed_w(limit_w)),
        }

    @property
    @override
    def available(self) -> bool:
        """Return whether enough is known of the running period."""
        return self._ahead is not None

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether the limit is going to be exceeded."""
        return self._ahead
