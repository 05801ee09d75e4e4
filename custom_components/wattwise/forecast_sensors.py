"""Sensors of what a household can expect, and of how far that can be trusted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import EntityCategory, UnitOfEnergy, UnitOfPower, UnitOfRatio
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util import dt as dt_util

from .analytics.forecasting.expectation import (
    Expected,
    ExpectedSlot,
    Outlook,
    SkillReport,
)
from .entity import household_device_info, household_unique_id
from .forecasts.forecast_coordinator import ForecastCoordinator
from .forecasts.forecast_series import CONSUMPTION, PRODUCTION, household_series
from .forecasts.series_forecasts import SeriesOutlook
from .household import Household, WattWiseConfigEntry
from .rounding import percent

type _State = float | datetime | str | None

_LOW, _HIGH = 0.1, 0.9
# The method that knows what homes do, and little of this one.
OTHER_HOMES: Final = "group_profile"
# Days of a home's own readings from which its forecasts are as good as they get.
_LEARNED_DAYS: Final = 28


@dataclass(frozen=True, kw_only=True)
class ForecastSensorDescription(SensorEntityDescription):
    """A sensor of a forecast series."""

    series: str
    value_fn: Callable[[SeriesOutlook], _State]
    band_fn: Callable[[SeriesOutlook], Expected | None] = lambda _: None
    """Whose P10 and P90 stand in the attributes."""


def _energy(
    series: str, key: str, pick: Callable[[Outlook], Expected]
) -> ForecastSensorDescription:
    """Describe an energy to come; not summed up in statistics, for it did not flow."""

    def expected(found: SeriesOutlook) -> Expected | None:
        return pick(found.outlook) if found.outlook else None

    def value(found: SeriesOutlook) -> float | None:
        return round(said.mean, 3) if (said := expected(found)) else None

    return ForecastSensorDescription(
        key=f"{series}_forecast_{key}",
        series=series,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=2 if key == "next_hour" else 1,
        value_fn=value,
        band_fn=expected,
    )


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
    key: str, days: int, pick: Callable[[SkillReport], float | None]
) -> ForecastSensorDescription:
    """Describe a score of the household's consumption in percent."""

    def value(found: SeriesOutlook) -> float | None:
        report = found.reports.get(days)
        return percent(pick(report)) if report else None

    return ForecastSensorDescription(
        key=key,
        series=CONSUMPTION,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=value,
    )


def _mean_error(found: SeriesOutlook) -> float | None:
    report = found.reports.get(30)
    return round(report.mae, 3) if report else None


def _model(found: SeriesOutlook) -> str | None:
    """Return the name of the model that counts most."""
    weights = found.outlook.weights if found.outlook else {}
    return max(weights, key=lambda name: weights[name]) if weights else None


def _stage(found: SeriesOutlook) -> str:
    if not found.outlook:
        return "waiting"
    if OTHER_HOMES in found.outlook.weights:
        return "borrowed"
    return "learning" if found.outlook.days_known < _LEARNED_DAYS else "learned"


def _of_series(series: str) -> tuple[ForecastSensorDescription, ...]:
    return (
        _energy(series, "next_hour", lambda outlook: outlook.slots[0].energy),
        _energy(series, "rest_of_today", lambda outlook: outlook.rest_of_today),
        _energy(series, "today", lambda outlook: outlook.today),
        _energy(series, "tomorrow", lambda outlook: outlook.tomorrow),
        ForecastSensorDescription(
            key=f"{series}_peak_time",
            series=series,
            device_class=SensorDeviceClass.TIMESTAMP,
            value_fn=_peak_time,
        ),
        ForecastSensorDescription(
            key=f"{series}_peak_power",
            series=series,
            device_class=SensorDeviceClass.POWER,
            native_unit_of_measurement=UnitOfPower.WATT,
            suggested_display_precision=0,
            value_fn=_peak_power,
        ),
    )


FORECAST_SENSORS: Final = (
    *_of_series(CONSUMPTION),
    *_of_series(PRODUCTION),
    ForecastSensorDescription(
        key="forecast_stage",
        series=CONSUMPTION,
        device_class=SensorDeviceClass.ENUM,
        options=["waiting", "borrowed", "learning", "learned"],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_stage,
    ),
    ForecastSensorDescription(
        key="forecast_model",
        series=CONSUMPTION,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_model,
    ),
    ForecastSensorDescription(
        key="forecast_mean_error",
        series=CONSUMPTION,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=3,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_mean_error,
    ),
    _score("forecast_normalised_error", 30, lambda report: report.normalised_mae),
    _score("forecast_daily_error", 30, lambda report: report.daily_mape),
    _score("forecast_bias", 30, lambda report: report.bias),
    _score("forecast_coverage", 30, lambda report: report.coverage),
    _score("forecast_skill_7_days", 7, lambda report: report.skill),
    _score("forecast_skill_30_days", 30, lambda report: report.skill),
)


def forecast_sensors(household: Household) -> list[ForecastSensorDescription]:
    """Return what a household with these meters can be told."""
    keys = {series.key for series in household_series(household)}
    return [sensor for sensor in FORECAST_SENSORS if sensor.series in keys]


class ForecastSensor(CoordinatorEntity[ForecastCoordinator], SensorEntity):
    """One number of a household's forecast."""

    entity_description: ForecastSensorDescription
    _attr_has_entity_name = True
    # They change each hour; the numbers behind a forecast are asked by an action.
    _unrecorded_attributes = frozenset({"low", "high"})

    def __init__(
        self,
        entry: WattWiseConfigEntry,
        coordinator: ForecastCoordinator,
        description: ForecastSensorDescription,
    ) -> None:
        """Belong to the household's device."""
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_translation_key = description.key
        self._attr_unique_id = household_unique_id(entry, description.key)
        self._attr_device_info = household_device_info(entry)

    @property
    def _found(self) -> SeriesOutlook | None:
        # None until the first forecast, which waits for Home Assistant to be up.
        data: Mapping[str, SeriesOutlook] | None = self.coordinator.data
        return data.get(self.entity_description.series) if data else None

    @property
    @override
    def native_value(self) -> _State:
        """Return the number."""
        return self.entity_description.value_fn(self._found) if self._found else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return between what the value will lie in four of five cases."""
        expected = self.entity_description.band_fn(self._found) if self._found else None
        if expected is None:
            return None
        low, high = expected.quantiles[_LOW], expected.quantiles[_HIGH]
        return {"low": round(low, 3), "high": round(high, 3)}
