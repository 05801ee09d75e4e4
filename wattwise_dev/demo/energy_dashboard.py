"""Home Assistant's own Energy dashboard, told about the demo home."""

from wattwise_dev.home_assistant import HomeAssistant

from .entities import Entities
from .memory import KnownHome
from .plan import AIR_CONDITIONER, GRID, HOUSEHOLD_ANSWERS, SOLAR, WATER_HEATER


async def show_energy(
    home: HomeAssistant, known: KnownHome, entities: Entities
) -> None:
    """Tell Home Assistant's Energy dashboard which sensors are the grid and the roof."""
    await home.command(
        "energy/save_prefs",
        energy_sources=[
            {
                "type": "grid",
                "stat_energy_from": entities.meter(GRID.key, "energy_import"),
                "stat_energy_to": entities.meter(GRID.key, "energy_export"),
                "stat_rate": entities.meter(GRID.key, "power"),
                "number_energy_price": HOUSEHOLD_ANSWERS["price"],
                "cost_adjustment_day": 0.0,
            },
            {
                "type": "solar",
                "stat_energy_from": entities.meter(SOLAR.key, "energy_export"),
                "stat_rate": entities.meter(SOLAR.key, "power"),
                "config_entry_solar_forecast": [known.entry_id],
            },
        ],
        device_consumption=[
            {
                "stat_consumption": entities.meter(meter.key, "energy_import"),
                "stat_rate": entities.meter(meter.key, "power"),
                "name": meter.name,
            }
            for meter in (WATER_HEATER, AIR_CONDITIONER)
        ],
    )
