"""Sensors of a household beside similar homes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import UnitOfEnergy, UnitOfRatio

from ..analytics.similar_homes.comparison import Comparison
from ..analytics.similar_homes.expected_use import HouseholdGroup
from ..entity import FindingEntity
from ..household import Household, WattWiseConfigEntry
from ..metering.profile import MeterRole
from .similar_homes_coordinator import SimilarHomesCoordinator
from .told_comparison import (
    comparison_status,
    told_expected,
    told_percentile,
    told_placement,
    told_use,
)


@dataclass(frozen=True, kw_only=True)
class SimilarHomesDescription(SensorEntityDescription):
    """What is shown of a comparison; `told_fn` has no key for what the state says."""

    value_fn: Callable[[Comparison], str | int | None]
    told_fn: Callable[[Comparison], dict[str, Any] | None]


def _expected_kwh(found: Comparison) -> int | None:
    return round(found.expected.year.kwh) if found.expected else None


def _used_kwh(found: Comparison) -> int | None:
    return round(found.use.kwh) if found.use else None


def _percentile(found: Comparison) -> int | None:
    return told_percentile(found.placement.percentile) if found.placement else None


def _group_details(found: Comparison) -> dict[str, Any]:
    return {
        "status": comparison_status(found).value,
        "unanswered": list(found.unanswered),
    }


def _expected_details(found: Comparison) -> dict[str, Any] | None:
    if found.expected is None:
        return None
    # Twelve numbers are read in a dialog; the action tells their ranges, too.
    months = [round(month.kwh) for month in found.expected.months]
    return {**told_expected(found.expected), "months": months}


_SENSORS: Final = (
    SimilarHomesDescription(
        key="household_group",
        translation_key="household_group",
        device_class=SensorDeviceClass.ENUM,
        options=[group.value for group in HouseholdGroup],
        value_fn=lambda found: found.group.value if found.group else None,
        told_fn=_group_details,
    ),
    SimilarHomesDescription(
        key="expected_yearly_use",
        translation_key="expected_yearly_use",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=0,
        value_fn=_expected_kwh,
        told_fn=_expected_details,
    ),
    SimilarHomesDescription(
        key="yearly_use",
        translation_key="yearly_use",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=0,
        value_fn=_used_kwh,
        told_fn=lambda found: told_use(found.use) if found.use else None,
    ),
    SimilarHomesDescription(
        key="similar_homes_below",
        translation_key="similar_homes_below",
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        suggested_display_precision=0,
        value_fn=_percentile,
        told_fn=lambda found: (
            told_placement(found.placement) if found.placement else None
        ),
    ),
)
# What the states say already.
_OF_STATE: Final = frozenset({"kwh", "percentile"})
_ATTRIBUTES: Final = frozenset(
    {
        "country_average_kwh",
        "country_average_source",
        "days_known",
        "efficient_below_kwh",
        "efficient_fifth",
        "high",
        "high_kwh",
        "low",
        "low_kwh",
        "measured",
        "months",
        "status",
        "unanswered",
    }
)


class SimilarHomesSensor(FindingEntity[SimilarHomesCoordinator], SensorEntity):
    """Something about a household beside similar homes; unknown without its answers."""

    entity_description: SimilarHomesDescription
    _unrecorded_attributes = _ATTRIBUTES

    def __init__(
        self,
        entry: WattWiseConfigEntry,
        coordinator: SimilarHomesCoordinator,
        description: SimilarHomesDescription,
    ) -> None:
        """Belong to the household's device."""
        super().__init__(entry, coordinator, description.key)
        self.entity_description = description

    @property
    @override
    def native_value(self) -> str | int | None:
        """Return the value; unknown while something is missing for it."""
        found = self.coordinator.data
        return self.entity_description.value_fn(found) if found else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return how sure that is, and what it rests on."""
        found = self.coordinator.data
        told = self.entity_description.told_fn(found) if found else None
        if told is None:
            return None
        return {key: value for key, value in told.items() if key not in _OF_STATE}


def similar_homes_sensors(entry: WattWiseConfigEntry) -> list[SimilarHomesSensor]:
    """Return the sensors that put a household beside similar homes."""
    coordinator = entry.runtime_data.similar_homes
    if coordinator is None or not is_comparable(entry.runtime_data):
        return []
    return [
        SimilarHomesSensor(entry, coordinator, description) for description in _SENSORS
    ]


def similar_homes_keys(household: Household) -> set[str]:
    """Return the keys of the sensors that a household has."""
    if not is_comparable(household):
        return set()
    return {sensor.key for sensor in _SENSORS}


def is_comparable(household: Household) -> bool:
    """Whether meters can tell what all of the home uses, not only some appliances."""
    return household.has_role(MeterRole.GRID)
