"""How far the voltage may be from nominal before that is worth an alert."""

from dataclasses import dataclass, replace
from typing import Final, override

from homeassistant.components.number import (
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import EntityCategory, UnitOfRatio
from homeassistant.exceptions import ServiceValidationError

from ...const import DOMAIN
from ...entity import household_device_info, household_unique_id
from ...household import WattWiseConfigEntry
from .voltage_limits_store import LEAST_LIMIT, MOST_LIMIT, VoltageLimitsStore


@dataclass(frozen=True, kw_only=True)
class VoltageLimitDescription(NumberEntityDescription):
    """A limit: `field` of VoltageLimits; a warning comes before what is critical."""

    field: str
    warns: bool
    other: str
    """The field of the other limit on the same side."""


def _limit(side: str, *, warns: bool) -> VoltageLimitDescription:
    warning, critical = f"{side}_warning", f"{side}_critical"
    field, other = (warning, critical) if warns else (critical, warning)
    key = f"voltage_{field}_limit"
    return VoltageLimitDescription(
        key=key,
        translation_key=key,
        entity_category=EntityCategory.CONFIG,
        native_min_value=LEAST_LIMIT,
        native_max_value=MOST_LIMIT,
        native_step=0.5,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        mode=NumberMode.BOX,
        field=field,
        warns=warns,
        other=other,
    )


VOLTAGE_LIMITS: Final = (
    _limit("low", warns=True),
    _limit("low", warns=False),
    _limit("high", warns=True),
    _limit("high", warns=False),
)


class VoltageLimitNumber(NumberEntity):
    """A limit of the voltage, as a share of nominal below it or above."""

    entity_description: VoltageLimitDescription
    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self,
        entry: WattWiseConfigEntry,
        description: VoltageLimitDescription,
        kept: VoltageLimitsStore,
    ) -> None:
        """Belong to the household's device."""
        self.entity_description = description
        self._household = entry.runtime_data
        self._kept = kept
        self._attr_unique_id = household_unique_id(entry, description.key)
        self._attr_device_info = household_device_info(entry)

    @property
    @override
    def native_value(self) -> float:
        """Return the limit [% of nominal]."""
        value: float = getattr(
            self._household.voltage_limits, self.entity_description.field
        )
        return value

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Hold the voltage against another limit from now on."""
        description = self.entity_description
        other: float = getattr(self._household.voltage_limits, description.other)
        # What is refused shall not stay in the field.
        self.async_write_ha_state()
        if description.warns and value > other:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="warning_too_late",
                translation_placeholders={"limit": f"{other:g}"},
            )
        if not description.warns and value < other:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="critical_too_early",
                translation_placeholders={"limit": f"{other:g}"},
            )
        limits = replace(self._household.voltage_limits, **{description.field: value})
        self._household.async_set_voltage_limits(limits)
        self.async_write_ha_state()
        await self._kept.async_save(limits)
