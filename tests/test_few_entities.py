"""What few people look at does not stand in everybody's way."""

from custom_components.wattwise.metering.profile import MeterRole
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from .homes import async_add_household, push_meter


async def test_what_few_look_at_is_disabled_at_first(wattwise: HomeAssistant) -> None:
    """Of forecasts what matters is shown; what compares homes can be enabled."""
    roof = push_meter("roof", "Roof", MeterRole.PRODUCTION)
    entry = await async_add_household(wattwise, push_meter(), roof)
    registry = er.async_get(wattwise)
    disabled = {
        entity.translation_key
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
        if entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION
        and entity.unique_id.startswith("household")
    }
    assert disabled >= {
        "forecast_normalised_error",
        "forecast_skill_7_days",
        "production_peak_power",
        "production_peak_time",
        "self_consumption",
        "self_sufficiency",
    }
    assert not disabled & {
        "consumption_peak_power",
        "consumption_peak_time",
        "forecast_mean_error",
        "forecast_skill_30_days",
    }
