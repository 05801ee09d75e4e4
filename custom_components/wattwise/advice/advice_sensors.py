"""Sensors of what a household could do better, and of what that would save."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)

from ..entity import FindingEntity
from ..household import Household, WattWiseConfigEntry
from ..metering.profile import MeterRole
from .advice_book import Piece
from .advice_coordinator import AdviceCoordinator

ATTR_ADVICE: Final = "advice"
ATTR_LEARNING: Final = "learning"

# Of a piece, in the attribute; the action returns everything.
_SHOWN: Final = (
    "id",
    "title",
    "text",
    "saving_kwh_per_year",
    "saving_money_per_year",
    "evidence",
)


@dataclass(frozen=True, kw_only=True)
class AdviceDescription(SensorEntityDescription):
    """What is shown of a household's open advice."""

    value_fn: Callable[[list[Piece]], float]
    exists_fn: Callable[[Household], bool] = lambda _: True
    lists: bool = False
    """Whether the pieces are its attribute."""


_SENSORS: Final = (
    AdviceDescription(
        key="advice",
        translation_key="advice",
        value_fn=len,
        lists=True,
    ),
    AdviceDescription(
        key="advice_saving",
        translation_key="advice_saving",
        device_class=SensorDeviceClass.MONETARY,
        suggested_display_precision=0,
        value_fn=lambda pieces: round(
            sum(piece.advice.saving_money_per_year or 0.0 for piece in pieces), 2
        ),
        exists_fn=lambda home: (
            home.price_id is not None and home.has_role(MeterRole.GRID)
        ),
    ),
)


class AdviceSensor(FindingEntity[AdviceCoordinator], SensorEntity):
    """Something about a household's open advice; unknown while it is learning."""

    entity_description: AdviceDescription
    _unrecorded_attributes = frozenset({ATTR_ADVICE, ATTR_LEARNING})

    def __init__(
        self,
        entry: WattWiseConfigEntry,
        coordinator: AdviceCoordinator,
        description: AdviceDescription,
    ) -> None:
        """Belong to the household's device."""
        super().__init__(entry, coordinator, description.key)
        self.entity_description = description
        if description.device_class is SensorDeviceClass.MONETARY:
            self._attr_native_unit_of_measurement = entry.runtime_data.currency

    @property
    @override
    def native_value(self) -> float | None:
        """Return the value; unknown while too little is known to advise anything."""
        pieces = self.coordinator.open()
        if self.coordinator.learning and not pieces:
            return None
        return self.entity_description.value_fn(pieces)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return the pieces, the most worthwhile first."""
        if not self.entity_description.lists:
            return None
        told = map(self.coordinator.told, self.coordinator.open())
        return {
            ATTR_LEARNING: self.coordinator.learning,
            ATTR_ADVICE: [{key: one[key] for key in _SHOWN} for one in told],
        }


def advice_sensors(entry: WattWiseConfigEntry) -> list[AdviceSensor]:
    """Return the sensors of a household's advice."""
    coordinator = entry.runtime_data.advice
    if coordinator is None:
        return []
    return [
        AdviceSensor(entry, coordinator, description)
        for description in _SENSORS
        if description.exists_fn(entry.runtime_data)
    ]


def advice_sensor_keys(household: Household) -> set[str]:
    """Return the keys of the sensors that a household has."""
    return {sensor.key for sensor in _SENSORS if sensor.exists_fn(household)}
