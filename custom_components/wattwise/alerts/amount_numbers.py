"""Amounts that a household may set: 0 stands for none."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import EntityCategory, UnitOfEnergy, UnitOfPower

from ..entity import household_device_info, household_unique_id
from ..household import WattWiseConfigEntry
from .demand.demand_settings import DEMAND_LIMIT, has_demand, has_grid

MONTHLY_BUDGET: Final = "monthly_budget"
MONTHLY_ENERGY_BUDGET: Final = "monthly_energy_budget"


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


_DEMAND_LIMIT: Final = AmountDescription(
    key=DEMAND_LIMIT,
    translation_key=DEMAND_LIMIT,
    device_class=NumberDeviceClass.POWER,
    native_unit_of_measurement=UnitOfPower.KILO_WATT,
    native_max_value=100.0,
    native_step=0.1,
    exists_fn=has_demand,
)


AMOUNTS: Final[tuple[AmountDescription, ...]] = (
    _DEMAND_LIMIT,
    AmountDescription(
        key=MONTHLY_BUDGET,
        translation_key=MONTHLY_BUDGET,
        device_class=NumberDeviceClass.MONETARY,
        native_max_value=10_000_000.0,
        native_step=0.01,
        monetary=True,
        exists_fn=lambda entry: (
            entry.runtime_data.price_id is not None and has_grid(entry.runtime_data)
        ),
    ),
    AmountDescription(
        key=MONTHLY_ENERGY_BUDGET,
        translation_key=MONTHLY_ENERGY_BUDGET,
        device_class=NumberDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        native_max_value=1_000_000.0,
        native_step=1.0,
        exists_fn=lambda entry: has_grid(entry.runtime_data),
    ),
)


class AmountNumber(NumberEntity):
    """An amount a household sets."""

    entity_description: AmountDescription
    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self, entry: WattWiseConfigEntry, description: AmountDescription
    ) -> None:
        """Belong to the household's device."""
        self.entity_description = description
        self._household = entry.runtime_data
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
