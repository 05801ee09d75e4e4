"""Settings of a household that are numbers: its limits and its amounts."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .alerts.amount_numbers import AMOUNTS, AmountNumber
from .alerts.supply.voltage_limit_numbers import VOLTAGE_LIMITS, VoltageLimitNumber
from .alerts.supply.voltage_limits_store import VoltageLimitsStore
from .household import WattWiseConfigEntry

PARALLEL_UPDATES = 0


async def async_setup_entry(
    hass: HomeAssistant,
    entry: WattWiseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the limits and the amounts of the household."""
    limits = VoltageLimitsStore(hass, entry.unique_id or entry.entry_id)
    async_add_entities(
        VoltageLimitNumber(entry, description, limits) for description in VOLTAGE_LIMITS
    )
    async_add_entities(
        AmountNumber(entry, description)
        for description in AMOUNTS
        if description.exists_fn(entry)
    )
