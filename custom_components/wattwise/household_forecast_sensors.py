"""Sensors of what a household can expect, and of how far that can be trusted."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.const import EntityCategory, UnitOfEnergy, UnitOfPower, UnitOfRatio
from homeassistant.util import dt as dt_util

from .analytics.forecasting.expectation import ExpectedSlot, Outlook, SkillReport
from .entity import household_device_info, household_unique_id
from .forecast_sensors import (
    ForecastSensor,
    ForecastSensorDescription,
    energy_forecasts,
)
from .forecasts.forecast_coordinator import ForecastCoordinator
from .forecasts.forecast_series import CONSUMPTION, PRODUCTION, household_series
from .forecasts.forecast_stage import forecast_stage
from .forecasts.series_forecasts import SeriesOutlook
from .household import Household, WattWiseConfigEntry
from .rounding import percent


def _peak(outlook: Outlook) -> ExpectedSlot:
    """Return the hour of the next 24 in which most is expected."""
    day = outlook.slots[: 86_400 // outlook.step]
    return max(day, key=lambda slot: slot.energy.mean)


def _peak_time(found: SeriesOutlook) -> datetime | None:
    if not found.outlook:
        return None
    return dt_util.utc_from_timestamp(_peak(found.outlook).start)


def _peak_power(found: SeriesOutlook) -> float | None:
    if not found.outlook:
        return None
    energy = _peak(found.outlook).energy.mean
    return round(energy * 1000 * 3600 / found.outlook.step)


def _score(
    key: str,
    days: int,
    pick: Callable[[SkillReport], float | None],
    *,
    enabled: bool = True,
) -> ForecastSensorDescription:
    """Describe a score of the household's consumption in percent."""

    def value(found: SeriesOutlook) -> float | None:
        report = found.reports.get(days)
        return percent(pick(report)) if report else None

    return ForecastSensorDescription(
        key=key,
        translation_key=key,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=enabled,
        value_fn=value,
    )


def _mean_error(found: SeriesOutlook) -> float | None:
    report = found.reports.get(30)
    return round(report.mae, 3) if report else None


def _model(found: SeriesOutlook) -> str | None:
    """Return the name of the model that counts most."""
    weights = found.outlook.weights if found.outlook else {}
    return max(weights, key=lambda name: weights[name]) if weights else None


def _of_series(series: str) -> tuple[ForecastSensorDescription, ...]:
    # A roof gives most about noon, as everybody knows.
    peak_asked_for = series == CONSUMPTION
    return (
        *energy_forecasts(f"{series}_forecast"),
        ForecastSensorDescription(
            key=f"{series}_peak_time",
            translation_key=f"{series}_peak_time",
            device_class=SensorDeviceClass.TIMESTAMP,
            entity_registry_enabled_default=peak_asked_for,
            value_fn=_peak_time,
        ),
        ForecastSensorDescription(
            key=f"{series}_peak_power",
            translation_key=f"{series}_peak_power",
            device_class=SensorDeviceClass.POWER,
            native_unit_of_measurement=UnitOfPower.WATT,
            suggested_display_precision=0,
            entity_registry_enabled_default=peak_asked_for,
            value_fn=_peak_power,
        ),
    )


_OF_CONSUMPTION: Final = (
    *_of_series(CONSUMPTION),
    ForecastSensorDescription(
        key="forecast_stage",
        translation_key="forecast_stage",
        device_class=SensorDeviceClass.ENUM,
        options=["waiting", "borrowed", "learning", "learned"],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda found: forecast_stage(found.outlook),
    ),
    ForecastSensorDescription(
        key="forecast_model",
        translation_key="forecast_model",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_model,
    ),
    ForecastSensorDescription(
        key="forecast_mean_error",
        translation_key="forecast_mean_error",
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=3,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_mean_error,
    ),
    # The mean error again, for those who compare homes.
    _score(
        "forecast_normalised_error",
        30,
        lambda report: report.normalised_mae,
        enabled=False,
    ),
    _score("forecast_daily_error", 30, lambda report: report.daily_mape),
    _score("forecast_bias", 30, lambda report: report.bias),
    _score("forecast_coverage", 30, lambda report: report.coverage),
    _score("forecast_skill_7_days", 7, lambda report: report.skill, enabled=False),
    _score("forecast_skill_30_days", 30, lambda report: report.skill),
)
_SENSORS: Final = {
    CONSUMPTION: _OF_CONSUMPTION,
    PRODUCTION: _of_series(PRODUCTION),
}


def household_forecasts(
    household: Household,
) -> list[tuple[str, ForecastSensorDescription]]:
    """Return what a household with these meters can be told, with whose series it is."""
    return [
        (series.key, description)
        for series in household_series(household)
        for description in _SENSORS[series.key]
    ]


class HouseholdForecastSensor(ForecastSensor):
    """One number of a household's forecast."""

    def __init__(
        self,
        entry: WattWiseConfigEntry,
        coordinator: ForecastCoordinator,
        series: str,
        description: ForecastSensorDescription,
    ) -> None:
        """Belong to the household's device."""
        super().__init__(coordinator, series, description)
        self._attr_unique_id = household_unique_id(entry, description.key)
        self._attr_device_info = household_device_info(entry)
