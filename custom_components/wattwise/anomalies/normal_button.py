"""The button by which people say that an anomaly was normal."""

from typing import Final, override

from homeassistant.components.button import ButtonEntity
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from ..const import DOMAIN
from ..entity import household_device_info, household_unique_id
from ..household import WattWiseConfigEntry
from .anomaly_coordinator import AnomalyCoordinator

THIS_WAS_NORMAL: Final = "this_was_normal"


class NormalButton(CoordinatorEntity[AnomalyCoordinator], ButtonEntity):
    """Calls the anomaly normal that goes on, or else the newest one of the last day."""

    _attr_has_entity_name = True
    _attr_translation_key = THIS_WAS_NORMAL

    def __init__(
        self, entry: WattWiseConfigEntry, coordinator: AnomalyCoordinator
    ) -> None:
        """Belong to the household's device."""
        super().__init__(coordinator)
        self._household_name = entry.title
        self._attr_unique_id = household_unique_id(entry, THIS_WAS_NORMAL)
        self._attr_device_info = household_device_info(entry)

    @property
    @override
    def available(self) -> bool:
        """Return whether there is anything to be called normal."""
        return self.coordinator.unmarked is not None

    @override
    async def async_press(self) -> None:
        """Remember that it was normal."""
        meant = self.coordinator.unmarked
        if meant is None or not await self.coordinator.async_mark_normal(
            meant.anomaly_id
        ):
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="nothing_unusual",
                translation_placeholders={"household": self._household_name},
            )
