"""In which zone the use of each meter is, and that of the home."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.sensor import (
    RestoreSensor,
    SensorDeviceClass,
    SensorEntity,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util import dt as dt_util

from ..analytics.usage_statistics.zone import Zone
from ..entity import household_device_info, household_unique_id
from ..household import WattWiseConfigEntry
from ..meter import Meter
from ..metering.profile import MeterRole
from .usage_coordinator import MeterUse, UsageCoordinator
from .use_entity import UseEntity

USAGE_ZONE: Final = "usage_zone"
HOME_ZONE: Final = "home_usage_zone"

_ZONES: Final = [zone.value for zone in Zone]


class UsageZoneSensor(UseEntity, RestoreSensor):
    """How the running interval of a meter compares with what is usual at this hour."""

    _attr_device_class = SensorDeviceClass.ENUM
    _attr_options = _ZONES
    _unrecorded_attributes = frozenset(
        {
            "priority",
            "interval",
            "p25",
            "p50",
            "p75",
            "tail",
            "hour",
            "day_type",
            "learning",
            "days_known",
            "days_needed",
        }
    )

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        meter: Meter,
        usage: UsageCoordinator,
    ) -> None:
        """Judge a meter."""
        super().__init__(hass, entry, meter, usage, USAGE_ZONE)
        self._written: tuple[object, ...] = ()
        """What the state that was written last was about."""

    @override
    async def async_added_to_hass(self) -> None:
        """Go on from what was said before a restart."""
        await super().async_added_to_hass()
        last = await self.async_get_last_sensor_data()
        watch = self._usage.watches[self._key]
        if last and last.native_value in _ZONES and watch.zone is None:
            watch.zone = Zone(str(last.native_value))

    @callback
    @override
    def _handle_judgement(self) -> None:
        """Write the zone when it changes, and each half an hour: a write is a row."""
        if (about := self._about()) != self._written:
            self._written = about
            super()._handle_judgement()

    def _about(self) -> tuple[object, ...]:
        """Return what has to change for a write; the levels move a little each minute."""
        if (use := self._use) is None:
            return (self.available,)
        return (
            self.available,
            use.zone,
            use.minutes,
            use.levels is None,
            self._learning,
            use.hour,
            use.day_type,
            # The levels are the hour's own in its middle.
            dt_util.now().minute >= 30,
        )

    @property
    @override
    def native_value(self) -> str | None:
        """Return the zone; None while too little is known of the past."""
        return self._use.zone if self._use else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return what it came from when it was written: powers in W, times in minutes."""
        use = self._use
        if use is None:
            return None
        found: dict[str, Any] = {
            "interval": use.minutes,
            "learning": use.levels is None,
        }
        if missing := self._learning:
            found["days_known"] = missing.days_known
            found["days_needed"] = missing.days_needed
        if use.zone:
            found["priority"] = use.zone.priority
        if use.levels:
            for name in ("p25", "p50", "p75", "tail"):
                found[name] = round(getattr(use.levels, name))
            found["hour"] = use.hour
            found["day_type"] = use.day_type.value
        return found


class HomeZoneSensor(CoordinatorEntity[UsageCoordinator], SensorEntity):
    """The gravest zone of a household's meters."""

    _attr_has_entity_name = True
    _attr_translation_key = HOME_ZONE
    _attr_device_class = SensorDeviceClass.ENUM
    _attr_options = _ZONES
    _unrecorded_attributes = frozenset({"priority", "meter", "meters"})

    def __init__(self, entry: WattWiseConfigEntry, usage: UsageCoordinator) -> None:
        """Belong to the household's device."""
        super().__init__(usage)
        self._household = entry.runtime_data
        self._attr_unique_id = household_unique_id(entry, HOME_ZONE)
        self._attr_device_info = household_device_info(entry)

    @property
    def _known(self) -> dict[str, tuple[Zone, MeterUse]]:
        """The zones of the meters that are heard of, by their subentries."""
        return {
            key: (use.zone, use)
            for key, use in self.coordinator.data.items()
            if use.zone and self.coordinator.meters[key].coordinator.connected
        }

    @property
    def _gravest(self) -> str | None:
        """The meter in the gravest zone; of several the grid's, then the largest."""
        known = self._known
        meters = self.coordinator.meters
        return max(
            known,
            key=lambda key: (
                known[key][0].priority,
                meters[key].profile.role is MeterRole.GRID,
                known[key][1].watts or 0.0,
            ),
            default=None,
        )

    @property
    @override
    def native_value(self) -> str | None:
        """Return the zone; None while none is known."""
        gravest = self._gravest
        return self._known[gravest][0] if gravest else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return whose zone it is, and the zones of all."""
        if (gravest := self._gravest) is None:
            return None
        known, meters = self._known, self.coordinator.meters
        return {
            "priority": known[gravest][0].priority,
            "meter": meters[gravest].name,
            "meters": {
                meters[key].name: zone.value for key, (zone, _) in known.items()
            },
        }
