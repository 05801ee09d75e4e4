"""The forecasts of a household's series: made, learned and kept outside the event loop."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import partial
import threading
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..analytics.forecasting.expectation import Outlook, SkillReport
from ..const import LOGGER
from .energy_of_hours import Hours
from .forecast_memory import ForecastMemory
from .forecast_series import ForecastSeries, SeriesKind

if TYPE_CHECKING:
    from ..analytics.forecasting.series_forecast import SeriesForecast

SKILL_DAYS: Final = (7, 30)


@dataclass(frozen=True, slots=True)
class SeriesOutlook:
    """What is expected of one series, and how good such forecasts were of late.

    `outlook` is None until the first whole day is known.
    """

    outlook: Outlook | None
    reports: dict[int, SkillReport]


class SeriesForecasts:
    """One forecast for each series; those that were kept go on after a restart."""

    def __init__(
        self, hass: HomeAssistant, memory: ForecastMemory, series: list[ForecastSeries]
    ) -> None:
        """Forecast these series by Home Assistant's clock."""
        self._hass = hass
        self._memory = memory
        self._wanted = series
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
            make = partial(_series_forecast, series.kind, zone, kept.get(series.key))
            self._forecasts[
                series.key
            ] = await self._hass.async_add_import_executor_job(make)

    async def async_look_out(
        self, energy: Mapping[str, Hours], now: datetime, free: frozenset[date]
    ) -> dict[str, SeriesOutlook]:
        """Forecast each series from its hours."""
        return {
            key: await self._hass.async_add_executor_job(
                self._look_out, forecast, energy.get(key, {}), now, free
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

    def _learn(self, forecast: SeriesForecast) -> None:
        with self._busy:
            forecast.learn(self._stop.is_set)

    def _look_out(
        self,
        forecast: SeriesForecast,
        hours: Hours,
        now: datetime,
        free: frozenset[date],
    ) -> SeriesOutlook:
        with self._busy:
            forecast.take(hours, now, free)
            reports = {days: forecast.report(days) for days in SKILL_DAYS}
            return SeriesOutlook(
                forecast.outlook(now),
                {days: report for days, report in reports.items() if report},
            )


def _series_forecast(
    kind: SeriesKind, zone: ZoneInfo, kept: bytes | None
) -> SeriesForecast:
    """Return a forecast that goes on from what was kept, if that can be read."""
    from ..analytics.forecasting.series_forecast import (  # noqa: PLC0415  (numpy)
        SeriesForecast,
    )

    # The sun does not change its clock.
    clock = _standard_time(zone) if kind is SeriesKind.PRODUCTION else zone
    forecast = SeriesForecast(clock, like_others=kind is SeriesKind.CONSUMPTION)
    if kept is not None:
        try:
            forecast.restore(kept)
        except ValueError as err:
            LOGGER.warning("The forecasts of before cannot be read: %s", err)
    return forecast


def _standard_time(zone: ZoneInfo) -> tzinfo:
    """Return a zone's clock without daylight saving."""
    now = dt_util.now(zone)
    offset, saving = now.utcoffset(), now.dst()
    assert offset is not None
    return timezone(offset - (saving or timedelta()))
