"""Whether a home draws more than its connection is made for."""

from collections.abc import Mapping
from typing import Final, override

from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.core import callback
from homeassistant.helpers.restore_state import (
    ExtraStoredData,
    RestoredExtraData,
    RestoreEntity,
)

from ...alerting.feed import Feed
from ...alerting.supply.overload import OverloadWatch
from ...entity import HouseholdEntity
from ...household import Household, WattWiseConfigEntry
from ...metering.profile import MeterRole
from ...metering.quantity import Channel
from ..alert import AlertDetail, AlertKind, AlertSeverity
from ..alert_sensor import AlertSensor
from ..moment import epoch_ms

_KEPT_ACTIVE: Final = "active"


def watches_overload(home: Household) -> bool:
    """Whether a home can tell: it knows what it draws, and what it may."""
    return home.has_role(MeterRole.GRID) and home.contracted_power_w is not None


class OverloadSensor(AlertSensor, HouseholdEntity, RestoreEntity):
    """On while all grid meters together draw more than the contracted power."""

    _attr_device_class = BinarySensorDeviceClass.PROBLEM
    alert_kind = AlertKind.OVERLOAD

    def __init__(self, entry: WattWiseConfigEntry) -> None:
        """Watch what a household draws from the grid."""
        super().__init__(entry, self.alert_kind.value)
        self.alert_household = self.household
        self._watch: OverloadWatch | None = None
        self._feed: Feed | None = None
        self._before = False
        self._times_ms: list[int] = []

    @override
    async def async_added_to_hass(self) -> None:
        """Go on from what was there before a restart."""
        if last := await self.async_get_last_extra_data():
            self._before = last.as_dict().get(_KEPT_ACTIVE) is True
        await super().async_added_to_hass()
        self._take()

    @property
    @override
    def alert_severity(self) -> AlertSeverity:
        """The main breaker may trip any moment."""
        return AlertSeverity.CRITICAL

    @property
    @override
    def alert_details(self) -> Mapping[str, AlertDetail]:
        """Return what is drawn, and what may be [W]."""
        drawn = self.household.grid_power()
        return {
            "power": drawn.imported if drawn else None,
            "contracted_power": self.household.contracted_power_w,
        }

    @property
    @override
    def extra_restore_state_data(self) -> ExtraStoredData:
        """Return what is known, which the state does not show of silent meters."""
        active = self._watch.overloaded if self._watch else self._before
        return RestoredExtraData({_KEPT_ACTIVE: active})

    @callback
    @override
    def _handle_household_update(self) -> None:
        self._take()
        super()._handle_household_update()

    @callback
    def _take(self) -> None:
        """Look at what is drawn now, if there is a new reading of it.

        The household is told of other things, too: they make no reading last. The clocks
        of several meters differ; what is drawn now is of now.
        """
        drawn, meters = self.household.grid_power(), self.household.grid_meters
        if drawn is None:
            return
        times_ms = [m.coordinator.latest[Channel.POWER].time_ms for m in meters]
        if times_ms == self._times_ms:
            return
        self._times_ms = times_ms
        if self._feed is None or self._watch is None:
            contracted_w = self.household.contracted_power_w
            assert contracted_w is not None  # see watches_overload
            self._watch = OverloadWatch(contracted_w, overloaded=self._before)
            self._feed = Feed(max(m.profile.hold_ms for m in meters), [self._watch])
        self._feed.take(epoch_ms(), drawn.imported)

    @property
    @override
    def available(self) -> bool:
        """Return whether all grid meters told of their power lately."""
        return self.household.grid_power() is not None

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether too much is drawn; None until the first reading."""
        if self._watch:
            return self._watch.overloaded
        return True if self._before else None
