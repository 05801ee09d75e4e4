"""Amounts that a household may set: 0 stands for none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.number import (
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import EntityCategory

from ..entity import household_device_info, household_unique_id
from ..household import WattWiseConfigEntry
from .kept_amounts import KeptAmounts


@dataclass(frozen=True, kw_only=True)
class AmountDescription(NumberEntityDescription):
    """An amount that is kept by its key; without one it counts as `usual`."""

    entity_category: EntityCategory | None = EntityCategory.CONFIG
    mode: NumberMode | None = NumberMode.BOX
    native_min_value: float | None = 0.0
    usual: float = 0.0
    monetary: bool = False
    """Whether its unit is the household's currency."""
    exists_fn: Callable[[WattWiseConfigEntry], bool] = lambda _: True
    """Whether a household can have it with its settings."""


AMOUNTS: Final[tuple[AmountDescription, ...]] = ()


class AmountNumber(NumberEntity):
    """An amount a household sets."""

    entity_description: AmountDescription
    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self,
        entry: WattWiseConfigEntry,
        description: AmountDescription,
        kept: KeptAmounts,
    ) -> None:
        """Belong to the household's device."""
        self.entity_description = description
        self._household = entry.runtime_data
        self._kept = kept
        self._attr_unique_id = household_unique_id(entry, description.key)
        self._attr_device_info = household_device_info(entry)
        if description.monetary:
            self._attr_native_unit_of_measurement = self._household.currency

    @property
    @override
    def native_value(self) -> float:
        """Return the amount."""
        description = self.entity_description
        return self._household.amounts.get(description.key, description.usual)

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Count with another amount from now on."""
        self._household.async_set_amount(self.entity_description.key, value)
        self.async_write_ha_state()
        await self._kept.async_save(self._household.amounts)
