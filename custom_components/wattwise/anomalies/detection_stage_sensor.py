"""Whether a home is known well enough to say what is unusual in it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity
from homeassistant.const import MATCH_ALL, EntityCategory
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from ..entity import household_device_info, household_unique_id
from ..household import Household, WattWiseConfigEntry
from .anomaly_coordinator import AnomalyCoordinator
from .unusual import Unusual, judges_roof, judges_use

ANOMALY_DETECTION: Final = "anomaly_detection"


class DetectionStage(StrEnum):
    """How far the habits of a home are known."""

    WAITING = "waiting"
    """Nothing was measured yet."""
    LEARNING = "learning"
    """Too few days are known to judge."""
    READY = "ready"
    """What is unusual will be told."""
    OUTDATED = "outdated"
    """Enough is known, but nothing of the last hours."""


def judges_anything(household: Household) -> bool:
    """Whether a household measures something that can be unusual."""
    return judges_use(household) or judges_roof(household)


def detection_stage(unusual: Unusual) -> DetectionStage:
    """Return how far a home is known: what it uses, or of a roof alone what that gives."""
    seen = unusual.seen
    roof = seen.roof.learning if seen.roof else None
    if unusual.judges_use or (seen.known_until is None and unusual.judges_roof):
        return DetectionStage.READY
    learning = seen.learning if seen.known_until is not None else roof
    if learning is None:
        return DetectionStage.OUTDATED
    return DetectionStage.LEARNING if learning.days_known else DetectionStage.WAITING


def learning_progress(unusual: Unusual) -> Mapping[str, int]:
    """Return how many days are known of those that are needed, while there are too few."""
    seen, progress = unusual.seen, {}
    if seen.learning:
        progress["days_known"] = seen.learning.days_known
        progress["days_needed"] = seen.learning.days_needed
    if seen.roof and seen.roof.learning:
        progress["production_days_known"] = seen.roof.learning.days_known
        progress["production_days_needed"] = seen.roof.learning.days_needed
    return progress


class DetectionStageSensor(CoordinatorEntity[AnomalyCoordinator], SensorEntity):
    """How far the habits of a household are known."""

    _attr_has_entity_name = True
    _attr_translation_key = ANOMALY_DETECTION
    _attr_device_class = SensorDeviceClass.ENUM
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _unrecorded_attributes = frozenset({MATCH_ALL})

    def __init__(
        self, entry: WattWiseConfigEntry, coordinator: AnomalyCoordinator
    ) -> None:
        """Belong to the household's device."""
        super().__init__(coordinator)
        self._attr_options = [stage.value for stage in DetectionStage]
        self._attr_unique_id = household_unique_id(entry, ANOMALY_DETECTION)
        self._attr_device_info = household_device_info(entry)

    @property
    @override
    def native_value(self) -> str | None:
        """Return the stage; None until the first look."""
        data: Unusual | None = self.coordinator.data
        return detection_stage(data).value if data else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return how many days are known of those that are needed."""
        data: Unusual | None = self.coordinator.data
        return learning_progress(data) if data else None
