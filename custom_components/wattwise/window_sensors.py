"""Sensors of when the cheapest and the greenest hours begin."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import (
    CoordinatorEntity,
    DataUpdateCoordinator,
)
from homeassistant.util import dt as dt_util

from .analytics.load_windows import Aim, Load, Window, best_windows
from .const import CONF_TARIFF, LOGGER, TARIFF_ENTITY
from .entity import household_device_info, household_unique_id
from .forecasts.forecast_series import CONSUMPTION, PRODUCTION, household_series
from .household import Household, WattWiseConfigEntry
from .household_windows import async_supply
from .rounding import percent

# As long as a dishwasher, a washing machine or a boiler takes; the action knows others.
WINDOW_LENGTH: Final = timedelta(hours=3)
_USUAL_LOAD: Final = Load(WINDOW_LENGTH.total_seconds(), 1.0)
# What is a day and more ahead will be looked at tomorrow.
_AHEAD_S: Final = 86_400


@dataclass(frozen=True, kw_only=True)
class WindowSensorDescription(SensorEntityDescription):
    """A sensor of the best hours for one aim."""

    aim: Aim
    exists_fn: Callable[[WattWiseConfigEntry], bool]


def _knows_surplus(household: Household) -> bool:
    """Whether both are forecast: what the roof gives, and what is used of it."""
    series = {one.key for one in household_series(household)}
    return {CONSUMPTION, PRODUCTION} <= series


_SENSORS: Final = (
    WindowSensorDescription(
        key="cheapest_window",
        aim="cheapest",
        device_class=SensorDeviceClass.TIMESTAMP,
        exists_fn=lambda entry: entry.options.get(CONF_TARIFF) == TARIFF_ENTITY,
    ),
    WindowSensorDescription(
        key="greenest_window",
        aim="greenest",
        device_class=SensorDeviceClass.TIMESTAMP,
        exists_fn=lambda entry: _knows_surplus(entry.runtime_data),
    ),
)


def window_descriptions(entry: WattWiseConfigEntry) -> list[WindowSensorDescription]:
    """Return the sensors a household has with these meters and this price."""
    return [sensor for sensor in _SENSORS if sensor.exists_fn(entry)]


@callback
def async_window_sensors(
    hass: HomeAssistant, entry: WattWiseConfigEntry
) -> list[WindowSensor]:
    """Return the sensors of a household, which follow its forecast."""
    if not (descriptions := window_descriptions(entry)):
        return []
    coordinator = WindowCoordinator(
        hass, entry, [sensor.aim for sensor in descriptions]
    )
    coordinator.async_follow()
    return [WindowSensor(entry, coordinator, sensor) for sensor in descriptions]


class WindowCoordinator(DataUpdateCoordinator[Mapping[Aim, Window]]):
    """Looks for the best hours after each forecast, and when they are over.

    Hours that have begun stay until they end: who starts an appliance by them shall not
    see them run away.
    """

    config_entry: WattWiseConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: WattWiseConfigEntry, aims: list[Aim]
    ) -> None:
        """Look for the best hours of a household."""
        super().__init__(
            hass, LOGGER, config_entry=entry, name=f"{entry.title} best hours"
        )
        self.data = {}
        self._aims = aims
        self._stop_waiting: CALLBACK_TYPE | None = None
        self._ended = False

    @callback
    def async_follow(self) -> None:
        """Look whenever there is a new forecast, while the household is loaded."""
        entry, forecast = self.config_entry, self.config_entry.runtime_data.forecast

        if forecast:
            entry.async_on_unload(forecast.async_add_listener(self._async_look))
        entry.async_on_unload(self._async_end)

    @callback
    def _async_look(self) -> None:
        """Look now; the household's unloading ends it."""
        self.config_entry.async_create_background_task(
            self.hass, self.async_refresh(), f"{self.name}", eager_start=False
        )

    @override
    async def _async_update_data(self) -> Mapping[Aim, Window]:
        now = float(int(dt_util.utcnow().timestamp()))
        supply = await async_supply(self.hass, self.config_entry, now, now + _AHEAD_S)
        candidates = supply.windows(_USUAL_LOAD, now, now + _AHEAD_S)
        found: dict[Aim, Window] = {}
        for aim in self._aims:
            held = self.data.get(aim)
            best = best_windows(candidates, aim)
            if held and held.start <= now < held.end:
                found[aim] = held
            elif best and (aim == "cheapest" or best[0].own_share):
                found[aim] = best[0]
        self._async_wait(now, found)
        return found

    @callback
    def _async_wait(self, now: float, found: Mapping[Aim, Window]) -> None:
        """Look again when the first of these hours are over."""
        self._async_wait_no_more()
        ends = [window.end for window in found.values() if window.end > now]
        if ends and not self._ended:
            self._stop_waiting = async_track_point_in_utc_time(
                self.hass, self._async_over, dt_util.utc_from_timestamp(min(ends))
            )

    @callback
    def _async_over(self, _now: datetime) -> None:
        self._stop_waiting = None
        self._async_look()

    @callback
    def _async_end(self) -> None:
        """Wait for nothing more, also if it is being looked just now."""
        self._ended = True
        self._async_wait_no_more()

    @callback
    def _async_wait_no_more(self) -> None:
        if self._stop_waiting:
            self._stop_waiting()
        self._stop_waiting = None


class WindowSensor(CoordinatorEntity[WindowCoordinator], SensorEntity):
    """When the best hours begin."""

    entity_description: WindowSensorDescription
    _attr_has_entity_name = True
    _unrecorded_attributes = frozenset({"end", "cost", "own_share"})

    def __init__(
        self,
        entry: WattWiseConfigEntry,
        coordinator: WindowCoordinator,
        description: WindowSensorDescription,
    ) -> None:
        """Belong to the household's device."""
        super().__init__(coordinator)
        self.entity_description = description
        self._attr_translation_key = description.key
        self._attr_unique_id = household_unique_id(entry, description.key)
        self._attr_device_info = household_device_info(entry)

    @property
    def _window(self) -> Window | None:
        return self.coordinator.data.get(self.entity_description.aim)

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return when they begin, or began."""
        window = self._window
        return dt_util.utc_from_timestamp(window.start) if window else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return when they end, and for 1 kW: the cost and the roof's share [%]."""
        if (window := self._window) is None:
            return None
        return {
            "end": dt_util.utc_from_timestamp(window.end),
            "cost": None if window.cost is None else round(window.cost, 4),
            "own_share": percent(window.own_share),
        }
