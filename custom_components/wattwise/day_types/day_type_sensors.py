"""What kind of day it is in a household, and what kind is expected tomorrow."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import MATCH_ALL
from homeassistant.helpers.restore_state import ExtraStoredData, RestoreEntity
from homeassistant.util import dt as dt_util

from ..analytics.day_types.day_type import (
    LEAST_DAYS,
    DatedOutlook,
    DayType,
    DayTypeName,
    ExpectedType,
)
from ..anomalies.unusual import judges_use
from ..entity import FindingEntity
from ..household import Household, WattWiseConfigEntry
from ..rounding import percent
from .day_types_coordinator import DayTypesCoordinator

_NAMES: Final = [name.value for name in DayTypeName]
_PARTS: Final = ("night", "morning", "daytime", "evening")


@dataclass(frozen=True, kw_only=True)
class DayTypeDescription(SensorEntityDescription):
    """A day whose type is shown."""

    ahead: timedelta
    """How long it is until the day."""
    lists: bool = False
    """Whether all day types of the home are its attribute."""


_SENSORS: Final = (
    DayTypeDescription(
        key="day_type_today",
        translation_key="day_type_today",
        ahead=timedelta(),
        lists=True,
    ),
    DayTypeDescription(
        key="day_type_tomorrow",
        translation_key="day_type_tomorrow",
        ahead=timedelta(days=1),
    ),
)


@dataclass(frozen=True, slots=True)
class _Said(ExtraStoredData):
    """What was said of a day: after a restart it is true of no other."""

    name: str | None
    day: date

    @override
    def as_dict(self) -> dict[str, Any]:
        return {"name": self.name, "day": self.day.isoformat()}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> _Said | None:
        """Read what `as_dict` gave; None for anything else, and where nothing was said."""
        name, day = kept.get("name"), dt_util.parse_date(str(kept.get("day")))
        return cls(name, day) if name in _NAMES and day else None


class DayTypeSensor(FindingEntity[DayTypesCoordinator], RestoreEntity, SensorEntity):
    """The type that a day has most probably; unknown while too few days are known."""

    entity_description: DayTypeDescription
    _attr_device_class = SensorDeviceClass.ENUM
    _unrecorded_attributes = frozenset({MATCH_ALL})

    def __init__(
        self,
        entry: WattWiseConfigEntry,
        coordinator: DayTypesCoordinator,
        description: DayTypeDescription,
    ) -> None:
        """Belong to the household's device."""
        super().__init__(entry, coordinator, description.key)
        self.entity_description = description
        self._attr_options = _NAMES
        self._said: _Said | None = None
        """What was said before a restart."""

    @override
    async def async_added_to_hass(self) -> None:
        """Go on from what was said before a restart, if it was of the same day."""
        await super().async_added_to_hass()
        if kept := await self.async_get_last_extra_data():
            self._said = _Said.from_dict(kept.as_dict())

    @property
    @override
    def extra_restore_state_data(self) -> _Said:
        """Return what is said, and of which day."""
        return _Said(self.native_value, self._day)

    @property
    @override
    def native_value(self) -> str | None:
        """Return the most probable type; until the first look, that of before the start."""
        if self.coordinator.data is None:
            said = self._said
            return said.name if said and said.day == self._day else None
        expected = self._expected(self.coordinator.data)
        return expected.name.value if expected else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return how probable it is, and what else the day may be."""
        seen = self.coordinator.data
        if seen is None:
            return None
        outlook, expected = seen.outlook, self._expected(seen)
        if not outlook.types:
            return {
                "learning": True,
                "days_known": outlook.days_known,
                "days_needed": LEAST_DAYS,
            }
        if expected is None:
            # The last look was at another day.
            return {"learning": False}
        types = {one.name: one for one in outlook.types}
        told: dict[str, Any] = {
            "learning": False,
            "probability": percent(expected.probability),
            "usual_energy": round(types[expected.name].energy, 2),
            "probabilities": {
                name.value: percent(chance) for name, chance in expected.chances.items()
            },
        }
        if self.entity_description.lists:
            yesterday = seen.yesterday_of(self._day)
            told["yesterday"] = yesterday.value if yesterday else None
            told["day_types"] = [_told(one) for one in outlook.types]
        return told

    @property
    def _day(self) -> date:
        return dt_util.now().date() + self.entity_description.ahead

    def _expected(self, seen: DatedOutlook) -> ExpectedType | None:
        return seen.expected(self._day)


def day_type_sensors(entry: WattWiseConfigEntry) -> list[DayTypeSensor]:
    """Return the sensors of a household's day types."""
    coordinator = entry.runtime_data.day_types
    if coordinator is None or not day_type_keys(entry.runtime_data):
        return []
    return [DayTypeSensor(entry, coordinator, description) for description in _SENSORS]


def day_type_keys(household: Household) -> set[str]:
    """Return the keys of the sensors that a household has."""
    return {sensor.key for sensor in _SENSORS} if judges_use(household) else set()


def _told(one: DayType) -> dict[str, Any]:
    """Return a day type as people and templates read it: kWh, %, W."""
    return {
        "name": one.name.value,
        "share": percent(one.share),
        "usual_energy": round(one.energy, 2),
        "usual_power": {
            part: round(power * 1000)
            for part, power in zip(_PARTS, one.parts, strict=True)
        },
    }
