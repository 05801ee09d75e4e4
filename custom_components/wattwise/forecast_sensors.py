"""What all sensors of forecasts have in common, and the energies any series has."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import UnitOfEnergy
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .analytics.forecasting.expectation import Expected, Outlook
from .forecasts.forecast_coordinator import ForecastCoordinator
from .forecasts.series_forecasts import SeriesOutlook

type ForecastState = float | datetime | str | None

_LOW, _HIGH = 0.1, 0.9


@dataclass(frozen=True, kw_only=True)
class ForecastSensorDescription(SensorEntityDescription):
    """A sensor of what is forecast of a series."""

    value_fn: Callable[[SeriesOutlook], ForecastState]
    band_fn: Callable[[SeriesOutlook], Expected | None] = lambda _: None
    """Whose P10 and P90 stand in the attributes."""


def _energy(
    key: str, pick: Callable[[Outlook], Expected], decimals: int
) -> ForecastSensorDescription:
    """Describe an energy to come; not summed up in statistics, for it did not flow."""

    def expected(found: SeriesOutlook) -> Expected | None:
        return pick(found.outlook) if found.outlook else None

    def value(found: SeriesOutlook) -> float | None:
        return round(said.mean, 3) if (said := expected(found)) else None

    return ForecastSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.ENERGY,
        native_unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
        suggested_display_precision=decimals,
        value_fn=value,
        band_fn=expected,
    )


def energy_forecasts(
    prefix: str, day_decimals: int = 1
) -> tuple[ForecastSensorDescription, ...]:
    """Describe what is expected of the next hour and of days, with keys that begin so."""
    return (
        _energy(f"{prefix}_next_hour", lambda outlook: outlook.slots[0].energy, 2),
        _energy(
            f"{prefix}_rest_of_today",
            lambda outlook: outlook.rest_of_today,
            day_decimals,
        ),
        _energy(f"{prefix}_today", lambda outlook: outlook.today, day_decimals),
        _energy(f"{prefix}_tomorrow", lambda outlook: outlook.tomorrow, day_decimals),
    )


class ForecastSensor(CoordinatorEntity[ForecastCoordinator], SensorEntity):
    """One number of a forecast."""

    entity_description: ForecastSensorDescription
    _attr_has_entity_name = True
    # They change each hour; the numbers behind a forecast are asked by an action.
    _unrecorded_attributes = frozenset({"low", "high"})

    def __init__(
        self,
        coordinator: ForecastCoordinator,
        series: str,
        description: ForecastSensorDescription,
    ) -> None:
        """Show what is described of a series."""
        super().__init__(coordinator)
        self.entity_description = description
        self._series: Final = series

    @property
    def _found(self) -> SeriesOutlook | None:
        # None until the first forecast, which waits for Home Assistant to be up.
        data: Mapping[str, SeriesOutlook] | None = self.coordinator.data
        return data.get(self._series) if data else None

    @property
    @override
    def native_value(self) -> ForecastState:
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
