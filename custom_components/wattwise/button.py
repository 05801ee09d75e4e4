"""What a household can be told by the press of a button."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .anomalies.detection_stage_sensor import judges_anything
from .anomalies.normal_button import NormalButton
from .household import WattWiseConfigEntry

PARALLEL_UPDATES = 1


async def async_setup_entry(
    hass: HomeAssistant,
    entry: WattWiseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the button that calls an anomaly normal."""
    household = entry.runtime_data
    if household.anomalies and judges_anything(household):
        async_add_entities([NormalButton(entry, household.anomalies)])
