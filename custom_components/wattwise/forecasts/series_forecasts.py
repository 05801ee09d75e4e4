"""The forecasts of a household's series: made, learned and kept outside the event loop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
import threading
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant

from ..analytics.forecasting.covariates import Covariates
from ..analytics.forecasting.expectation import Outlook, SkillReport
from ..analytics.forecasting.nature import Nature
from ..const import LOGGER, MODEL_AUTOMATIC
from .energy_of_hours import Hours
from .forecast_memory import ForecastMemory
from .forecast_series import ForecastSeries, SeriesKind
from .series_clock import series_clock

if TYPE_CHECKING:
    from ..analytics.forecasting.series_forecast import SeriesForecast

SKILL_DAYS: Final = (7, 30)
_NATURES: Final = {
    SeriesKind.CONSUMPTION: Nature.HOME,
    SeriesKind.PRODUCTION: Nature.SUN,
    SeriesKind.APPLIANCE: Nature.APPLIANCE,
}


@dataclass(frozen=True, slots=True)
class SeriesOutlook:
    """What is expected of one series, and how good such forecasts were of late.

    `outlook` is None until the first whole day is known. `measured` is the energy [kWh]
    of today's slots that are over, by their start [s since the epoch].
    """

    outlook: Outlook | None
    reports: dict[int, SkillReport]
    measured: Hours = field(default_factory=dict)


class SeriesForecasts:
    """One forecast for each series; those that were kept go on after a restart."""

    def __init__(
        self,
        hass: HomeAssistant,
        memory: ForecastMemory,
        series: list[ForecastSeries],
        choice: str = MODEL_AUTOMATIC,
    ) -> None:
        """Forecast these series by Home Assistant's clock, with a model if one was chosen."""
        self._hass = hass
        self._memory = memory
        self._wanted = series
        self._choice = choice
        self._forecasts: dict[str, SeriesForecast] = {}
        self._stop = threading.Event()
        self._busy = threading.Lock()

    def stop(self) -> None:
        """Learn nothing more."""
        self._stop.set()

    async def async_recall(self) -> None:
        """Take back what was forecast before the restart."""
        kept = await self._memory.async_load()
        zone = ZoneInfo(self._hass.config.time_zone)
        for series in self._wanted:
            make = partial(
                _series_forecast, series.kind, zone, self._choice, kept.get(series.key)
            )
            self._forecasts[
                series.key
            ] = await self._hass.async_add_import_executor_job(make)

    async def async_look_out(
        self, energy: Mapping[str, Hours], now: datetime, known: Covariates
    ) -> dict[str, SeriesOutlook]:
        """Forecast each series from its hours."""
        told = {
            SeriesKind.CONSUMPTION: known,
            SeriesKind.PRODUCTION: known.of_the_sun(),
            SeriesKind.APPLIANCE: known.of_an_appliance(),
        }
        kinds = {series.key: series.kind for series in self._wanted}
        return {
            key: await self._hass.async_add_executor_job(
                self._look_out,
                forecast,
                energy.get(key, {}),
                now,
                told[kinds[key]],
            )
            for key, forecast in self._forecasts.items()
        }

    async def async_learn(self) -> None:
        """Learn what there is to learn from the hours taken last, and keep it.

        Raises CancelledError of the forecasts once they were told to stop.
        """
        for forecast in self._forecasts.values():
            await self._hass.async_add_executor_job(self._learn, forecast)
        states = {
            key: await self._hass.async_add_executor_job(forecast.state)
            for key, forecast in self._forecasts.items()
        }
        if self._stop.is_set():
            # Whoever set up the household anew keeps a record of its own.
            return
        await self._memory.async_save(states)

    async def async_explain(self) -> dict[str, dict[str, Any]]:
        """Return what was learned of each series, for diagnostics."""
        return {
            key: await self._hass.async_add_executor_job(self._explain, forecast)
            for key, forecast in self._forecasts.items()
        }

    def _explain(self, forecast: SeriesForecast) -> dict[str, Any]:
        with self._busy:
            return forecast.explain()

    def _learn(self, forecast: SeriesForecast) -> None:
        with self._busy:
            forecast.learn(self._stop.is_set)

    def _look_out(
        self,
        forecast: SeriesForecast,
        hours: Hours,
        now: datetime,
        known: Covariates,
    ) -> SeriesOutlook:
        with self._busy:
            forecast.take(hours, now, known)
            reports = {days: forecast.report(days) for days in SKILL_DAYS}
            outlook = forecast.outlook(now)
            return SeriesOutlook(
                outlook,
                {days: report for days, report in reports.items() if report},
                _measured_today(hours, outlook) if outlook else {},
            )


def _measured_today(hours: Hours, outlook: Outlook) -> Hours:
    begin, now = outlook.two_days[0].start, outlook.made.timestamp()
    return {
        start: energy
        for start, energy in hours.items()
        if begin <= start <= now - outlook.step
    }


def _series_forecast(
    kind: SeriesKind, zone: ZoneInfo, choice: str, kept: bytes | None
) -> SeriesForecast:
    """Return a forecast that goes on from what was kept, if that can be read."""
    from ..analytics.forecasting.series_forecast import (  # noqa: PLC0415  (numpy)
        SeriesForecast,
    )

    forecast = SeriesForecast(
        series_clock(kind, zone),
        nature=_NATURES[kind],
        choice=choice,
    )
    if kept is not None:
        try:
            forecast.restore(kept)
        except ValueError as err:
            LOGGER.warning("The forecasts of before cannot be read: %s", err)
    return forecast
