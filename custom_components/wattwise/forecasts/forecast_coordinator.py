"""When forecasts are made: each hour, and what they learn from each night."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final, override
from zlib import crc32

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_change
from homeassistant.util import dt as dt_util

from ..analytics.forecasting.covariates import Covariates
from ..analytics.forecasting.expectation import CancelledError
from ..const import (
    CONF_CHARGERS,
    CONF_FORECAST_METERS,
    CONF_FORECAST_MODEL,
    MODEL_AUTOMATIC,
)
from ..following_coordinator import FollowingCoordinator
from ..history.errors import HistoryError
from ..history_unavailable import history_unavailable
from ..household import WattWiseConfigEntry
from .covariates import CovariateSource
from .finer_forecasts import FinerForecasts
from .forecast_memory import ForecastMemory
from .forecast_series import CONSUMPTION, PRODUCTION, household_series
from .home_energy import HomeEnergy, metered_flows
from .home_parts import add_up, charging_hours
from .series_forecasts import SeriesForecasts, SeriesOutlook

# Learning waits until the start is long over, and the nights of neighbours differ.
_FIRST_LESSON: Final = timedelta(minutes=5)
_PAST_IS_QUIET: Final = timedelta(minutes=1)
_AGAIN: Final = timedelta(minutes=1)
_LESSON_HOUR: Final = 1
_LESSON_SPREAD_MINUTES: Final = 90
# Roll-ups of an hour are complete soon after it.
_MINUTE_OF_THE_HOUR: Final = 2


class ForecastCoordinator(FollowingCoordinator[dict[str, SeriesOutlook]]):
    """Forecasts what a household uses and produces, by the keys of its series."""

    def __init__(self, hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
        """Forecast the household of an entry."""
        super().__init__(hass, entry, "forecast")
        household = entry.runtime_data
        self.series: Final = household_series(
            household, frozenset(entry.options.get(CONF_FORECAST_METERS, ()))
        )
        memory = ForecastMemory(hass, entry.unique_id or entry.entry_id)
        choice = entry.options.get(CONF_FORECAST_MODEL, MODEL_AUTOMATIC)
        self._forecasts = SeriesForecasts(hass, memory, self.series, choice)
        self._household = household
        self.covariates: Final = CovariateSource(hass, entry)
        self._chargers = frozenset(entry.options.get(CONF_CHARGERS, ()))
        chosen = {series.meter for series in self.series if series.meter}
        self.energy: Final = HomeEnergy(household, self._chargers | chosen)
        self.finer: Final = FinerForecasts(hass, household, self.series)
        # What was known beside energy when it was last forecast.
        self.known = Covariates()
        self._recalled = False
        self._lesson = self._planned(self._async_learn)
        self._retry = self._planned(self._async_look)
        self._learned: date | None = None

    @callback
    @override
    def _async_end(self) -> None:
        super()._async_end()
        self._forecasts.stop()
        self.covariates.async_stop()

    @callback
    def async_past_grew(self) -> None:
        """Learn soon from what a file or statistics brought, once no more comes."""
        # Before the start is over, the first lesson is still to be planned.
        if self._recalled and not self._ended:
            self._lesson.plan(_PAST_IS_QUIET)

    @override
    async def _async_started(self, _hass: HomeAssistant) -> None:
        await self._forecasts.async_recall()
        await self.covariates.async_load()
        if self._ended:
            # It was unloaded meanwhile.
            return
        self._recalled = True
        # Sooner, what was kept would be taken for lost, and written over.
        self._stops.append(
            async_track_time_change(
                self.hass, self._async_hour, minute=_MINUTE_OF_THE_HOUR, second=7
            )
        )
        await self.async_refresh()
        if not self._ended and not self._lesson.is_planned:
            self._lesson.plan(_FIRST_LESSON if self._scored else _PAST_IS_QUIET)

    async def _async_hour(self, now: datetime) -> None:
        await self.async_refresh()
        if not self.last_update_success and not self._ended:
            # The history may be busy or away for a moment; an hour is long.
            self._retry.plan(_AGAIN)
        local = dt_util.as_local(now)
        # In some countries there is no such hour in one night, and two in another.
        due = local.hour >= _LESSON_HOUR and self._learned != local.date()
        if due and not self._lesson.is_planned and not self._ended:
            seed = crc32(self.config_entry.entry_id.encode())
            self._lesson.plan(timedelta(minutes=seed % _LESSON_SPREAD_MINUTES))

    async def _async_learn(self, _now: datetime) -> None:
        """Read everything, learn what there is to learn, and forecast anew."""
        await self.energy.async_forget()
        await self.async_refresh()
        if self._ended or not self.last_update_success:
            return
        try:
            await self._forecasts.async_learn()
        except CancelledError:
            return
        if self._ended:
            return
        await self.finer.async_learn(dt_util.utcnow(), self.known.free)
        self._learned = dt_util.now().date()
        await self.async_refresh()

    async def async_explain(self) -> dict[str, dict[str, Any]]:
        """Return what was learned of each series, for diagnostics."""
        return await self._forecasts.async_explain()

    async def _async_look(self, _now: datetime) -> None:
        await self.async_refresh()

    @property
    def _scored(self) -> bool:
        """Whether anything is known of how good forecasts were."""
        return any(found.reports for found in (self.data or {}).values())

    @override
    async def _async_update_data(self) -> dict[str, SeriesOutlook]:
        now = dt_util.utcnow()
        try:
            hours = await self.energy.async_hours(now)
        except HistoryError as err:
            if self._ended:
                # It was closed between two questions.
                return self.data
            raise history_unavailable(err) from err
        energy = {
            CONSUMPTION: hours.consumption,
            PRODUCTION: hours.production,
            **hours.meters,
        }
        flows = metered_flows(self._household)
        charging = charging_hours(flows, hours.meters, self._chargers)
        known = await self.covariates.async_known(now)
        self.known = known
        known = replace(known, charging=charging)
        found = await self._forecasts.async_look_out(energy, now, known)
        return await self.hass.async_add_executor_job(add_up, found, flows)
