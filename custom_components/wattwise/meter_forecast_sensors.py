"""Sensors of what a chosen meter is expected to tell."""

from typing import Final

from homeassistant.core import HomeAssistant

from .const import CONF_FORECAST_METERS
from .entity import MeterDeviceEntity
from .forecast_sensors import (
    ForecastSensor,
    ForecastSensorDescription,
    energy_forecasts,
)
from .forecasts.forecast_coordinator import ForecastCoordinator
from .forecasts.forecast_series import household_series
from .household import WattWiseConfigEntry

# Appliances use little: a day of a dishwasher is less than a kilowatt hour.
METER_FORECASTS: Final = energy_forecasts("forecast", day_decimals=2)


def forecast_meters(entry: WattWiseConfigEntry) -> set[str]:
    """Return the meters of a household that are forecast, by their subentries' ids."""
    chosen = frozenset(entry.options.get(CONF_FORECAST_METERS, ()))
    series = household_series(entry.runtime_data, chosen)
    return {one.meter for one in series if one.meter}


class MeterForecastSensor(MeterDeviceEntity, ForecastSensor):
    """One number of a meter's forecast."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        coordinator: ForecastCoordinator,
        subentry_id: str,
        description: ForecastSensorDescription,
    ) -> None:
        """Belong to the meter's device."""
        super().__init__(coordinator, subentry_id, description)
        meter = entry.runtime_data.meters[subentry_id]
        self._settle(hass, entry, meter, description.key)
