"""What kind of day it is in a household, and what kind is expected tomorrow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import MATCH_ALL
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from ..analytics.day_types.day_type import (
    LEAST_DAYS,
    DayType,
    DayTypeName,
    DayTypesOutlook,
    ExpectedType,
)
from ..anomalies.unusual import judges_use
from ..entity import household_device_info, household_unique_id
from ..household import Household, WattWiseConfigEntry
from ..rounding import percent
from .day_types_coordinator import DayTypesCoordinator

_PARTS: Final = ("night", "morning", "daytime", "evening")


@dataclass(frozen=True, kw_only=True)
class DayTypeDescription(SensorEntityDescription):
    """A day whose type is shown."""

    day_fn: Callable[[DayTypesOutlook], ExpectedType | None]
    lists: bool = False
    """Whether all day types of the home are its attribute."""


_SENSORS: Final = (
    DayTypeDescription(
        key="day_type_today",
        translation_key="day_type_today",
        day_fn=lambda outlook: outlook.today,
        lists=True,
    ),
    DayTypeDescription(
        key="day_type_tomorrow",
        translation_key="day_type_tomorrow",
        day_fn=lambda outlook: outlook.tomorrow,
    ),
)


class DayTypeSensor(CoordinatorEntity[DayTypesCoordinator], SensorEntity):
    """The type that a day has most probably; unknown while too few days are known."""

    entity_description: DayTypeDescription
    _attr_has_entity_name = True
    _attr_device_class = SensorDeviceClass.ENUM
    _unrecorded_attributes = frozenset({MATCH_ALL})

    def __init__(
        self,
        entry: WattWiseConfigEntry,
        coordinator: DayTypesCoordinator,
        description: DayTypeDescription,
    ) -> None:
        """Belong to the household's device."""
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_options = [name.value for name in DayTypeName]
        self._attr_unique_id = household_unique_id(entry, description.key)
        self._attr_device_info = household_device_info(entry)

    @property
    @override
    def native_value(self) -> str | None:
        """Return the most probable type."""
        expected = self.entity_description.day_fn(self.coordinator.data)
        return expected.name.value if expected else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return how probable it is, and what else the day may be."""
        outlook = self.coordinator.data
        expected = self.entity_description.day_fn(outlook)
        if expected is None:
            return {
                "learning": True,
                "days_known": outlook.days_known,
                "days_needed": LEAST_DAYS,
            }
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
            yesterday = outlook.yesterday
            told["yesterday"] = yesterday.value if yesterday else None
            told["day_types"] = [_told(one) for one in outlook.types]
        return told


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
