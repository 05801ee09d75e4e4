"""Settings of a household and its meters that are one of several choices."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .alerts.demand.demand_period_select import DemandPeriodSelect
from .alerts.demand.demand_settings import has_grid
from .household import WattWiseConfigEntry
from .usage.interval_select import UsageIntervalSelect
from .usage.use_entity import async_add_of_use

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: WattWiseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the choices of the household, and those of its meters."""
    if has_grid(entry.runtime_data):
        async_add_entities([DemandPeriodSelect(entry)])
    async_add_of_use(hass, entry, async_add_entities, UsageIntervalSelect)
