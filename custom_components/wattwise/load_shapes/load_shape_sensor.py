"""The kind of load shape that a household has."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.sensor import RestoreSensor, SensorDeviceClass
from homeassistant.const import MATCH_ALL

from ..analytics.load_shapes.load_shape import (
    LEAST_DAYS,
    LoadShape,
    NoShape,
    ShapeKind,
)
from ..anomalies.unusual import judges_use
from ..entity import FindingEntity
from ..household import Household, WattWiseConfigEntry
from ..rounding import percent
from .load_shape_coordinator import LoadShapeCoordinator

LOAD_SHAPE: Final = "load_shape"

_KINDS: Final = [kind.value for kind in ShapeKind]


class LoadShapeSensor(FindingEntity[LoadShapeCoordinator], RestoreSensor):
    """What kind of load shape a household has; unknown if it has none, or none yet."""

    _attr_translation_key = LOAD_SHAPE
    _attr_device_class = SensorDeviceClass.ENUM
    _attr_options = _KINDS
    _unrecorded_attributes = frozenset({MATCH_ALL})

    def __init__(
        self, entry: WattWiseConfigEntry, coordinator: LoadShapeCoordinator
    ) -> None:
        """Belong to the household's device."""
        super().__init__(entry, coordinator, LOAD_SHAPE)
        self._last: str | None = None
        """What was said before a restart."""

    @override
    async def async_added_to_hass(self) -> None:
        """Go on from what was said before a restart."""
        await super().async_added_to_hass()
        last = await self.async_get_last_sensor_data()
        if last and last.native_value in _KINDS:
            self._last = str(last.native_value)
            self.coordinator.async_go_on_from(ShapeKind(self._last))

    @property
    @override
    def native_value(self) -> str | None:
        """Return the kind; until the first look, the one from before the start."""
        found = self.coordinator.data
        if found is None:
            return self._last
        return found.likeness.kind.value if found.likeness else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return what the kind was found from, or what is needed to find it."""
        found = self.coordinator.data
        if found is None:
            return None
        if found.why_none is NoShape.TOO_FEW_DAYS:
            return {
                "learning": True,
                "days_known": found.days_known,
                "days_needed": LEAST_DAYS,
            }
        if found.shape is None or found.likeness is None:
            return {
                "learning": False,
                "days_known": found.days_known,
                "reason": found.why_none.value if found.why_none else None,
            }
        also = found.likeness.also
        return {
            "learning": False,
            "days_known": found.days_known,
            "also_like": also.value if also else None,
            **_told(found.shape),
        }


def load_shape_sensors(entry: WattWiseConfigEntry) -> list[LoadShapeSensor]:
    """Return the sensor of a household's load shape, where its use is measured."""
    coordinator = entry.runtime_data.load_shape
    if coordinator is None or not load_shape_keys(entry.runtime_data):
        return []
    return [LoadShapeSensor(entry, coordinator)]


def load_shape_keys(household: Household) -> set[str]:
    """Return the keys of the sensors that a household has."""
    return {LOAD_SHAPE} if judges_use(household) else set()


def _told(shape: LoadShape) -> dict[str, Any]:
    """Return a shape as people and templates read it: % of the energy, and % per degree."""
    slope = shape.temperature_slope
    return {
        "always_on_share": percent(shape.base_share),
        "night_share": percent(shape.night_share),
        "morning_share": percent(shape.morning_share),
        "day_share": percent(shape.day_share),
        "evening_share": percent(shape.evening_share),
        "peak_to_mean": round(shape.peak_to_mean, 1),
        "weekend_ratio": round(shape.weekend_ratio, 2),
        "per_degree_colder": None if slope is None else percent(slope),
    }
