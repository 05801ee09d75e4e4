"""Whether a meter uses far more than usual, for its whole interval."""

from collections.abc import Mapping
from typing import Final, override

from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.core import HomeAssistant
from homeassistant.helpers.restore_state import (
    ExtraStoredData,
    RestoredExtraData,
    RestoreEntity,
)

from ..alerts.alert import AlertDetail, AlertKind, AlertSeverity
from ..alerts.alert_sensor import AlertSensor
from ..household import WattWiseConfigEntry
from ..meter import Meter
from .usage_coordinator import UsageCoordinator
from .use_entity import UseEntity

_KEPT_ACTIVE: Final = "active"


class HighUseSensor(AlertSensor, UseEntity, RestoreEntity):
    """On while a meter's use is, and was for its interval, in the 1 % tail."""

    _attr_device_class = BinarySensorDeviceClass.PROBLEM
    alert_kind = AlertKind.HIGH_USE

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        meter: Meter,
        usage: UsageCoordinator,
    ) -> None:
        """Watch a meter."""
        super().__init__(hass, entry, meter, usage, self.alert_kind.value)
        self.alert_household = entry.runtime_data
        self.alert_meter = meter.name

    @override
    async def async_added_to_hass(self) -> None:
        """Go on from what was there before a restart."""
        if (last := await self.async_get_last_extra_data()) and last.as_dict().get(
            _KEPT_ACTIVE
        ) is True:
            self._usage.watches[self._key].high = True
        await super().async_added_to_hass()

    @property
    @override
    def alert_severity(self) -> AlertSeverity:
        """Somebody cooks for guests, or forgot a heater."""
        return AlertSeverity.NOTICE

    @property
    @override
    def alert_details(self) -> Mapping[str, AlertDetail]:
        """Return what is used, and what is usual at this hour [W]."""
        use = self._use
        if use is None or use.levels is None:
            return {}
        return {
            "mean_power": None if use.watts is None else round(use.watts),
            "usual_power": round(use.levels.p50),
            "tail": round(use.levels.tail),
            "interval_minutes": use.minutes,
        }

    @property
    @override
    def extra_restore_state_data(self) -> ExtraStoredData:
        """Return what is known, which the state does not show of silent meters."""
        return RestoredExtraData({_KEPT_ACTIVE: self._usage.watches[self._key].high})

    @property
    @override
    def is_on(self) -> bool | None:
        """Whether too much is used; None while too little is known of the past."""
        watch = self._usage.watches[self._key]
        return watch.high if self._use and self._use.zone else None
