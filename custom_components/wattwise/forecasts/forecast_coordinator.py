"""When forecasts are made: each hour, and what they learn from each night."""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import partial
import threading
from typing import TYPE_CHECKING, Final, override
from zlib import crc32
from zoneinfo import ZoneInfo

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import (
    async_call_later,
    async_track_time_change,
)
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from ..analytics.forecasting.expectation import CancelledError, Outlook, SkillReport
from ..const import CONF_COUNTRY, DOMAIN, LOGGER
from ..history.errors import HistoryError
from ..home_balance import flow_meters
from ..household import Household, WattWiseConfigEntry
from ..metering.profile import MeterRole
from .energy_of_hours import HomeHours, Hours, MeteredFlow, energy_of_hours
from .forecast_memory import ForecastMemory
from .public_holidays import async_public_holidays

if TYPE_CHECKING:
    from ..analytics.forecasting.series_forecast import SeriesForecast

CONSUMPTION: Final = "consumption"
PRODUCTION: Final = "production"

# Learning waits until the start is long over, and the nights of neighbours differ.
_FIRST_LESSON: Final = timedelta(minutes=5)
_PAST_IS_QUIET: Final = timedelta(minutes=1)
_AGAIN: Final = timedelta(minutes=1)
_LESSON_HOUR: Final = 1
_LESSON_SPREAD_MINUTES: Final = 90
# Roll-ups of an hour are complete soon after it.
_MINUTE_OF_THE_HOUR: Final = 2
SKILL_DAYS: Final = (7, 30)
# Two years have each season twice.
LOOK_BACK_DAYS: Final = 730
# What comes late is seldom later than that; the rest is read in the night.
_READ_AGAIN: Final = timedelta(days=3)
# Others want to ask the history, too.
_READ_AT_ONCE: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class SeriesOutlook:
    """What is expected of one series, and how good such forecasts were of late.

    `outlook` is None until the first whole day is known.
    """

    outlook: Outlook | None
    reports: dict[int, SkillReport]


class ForecastCoordinator(DataUpdateCoordinator[dict[str, SeriesOutlook]]):
    """Forecasts what a household uses and produces."""

    config_entry: WattWiseConfigEntry

    def __init__(self, hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
        """Forecast the household of an entry."""
        super().__init__(
            hass, LOGGER, config_entry=entry, name=f"{entry.title} forecast"
        )
        self._household = entry.runtime_data
        self._memory = ForecastMemory(hass, entry.unique_id or entry.entry_id)
        self._series: dict[str, SeriesForecast] = {}
        self._stop = threading.Event()
        self._busy = threading.Lock()
        self._hours = HomeHours()
        self._read_all = True
        self._reading = asyncio.Lock()
        self._stops: list[CALLBACK_TYPE] = []
        self._lesson: CALLBACK_TYPE | None = None
        self._learned: date | None = None

    async def _async_recall(self) -> None:
        """Take back what was forecast before the restart."""
        kept = await self._memory.async_load()
        zone = ZoneInfo(self.hass.config.time_zone)
        for name in forecast_names(self._household):
            # The sun does not change its clock.
            clock = _standard_time(zone) if name == PRODUCTION else zone
            self._series[name] = await self.hass.async_add_import_executor_job(
                _series_forecast, clock, name == CONSUMPTION, kept.get(name)
            )

    @callback
    def async_follow(self) -> CALLBACK_TYPE:
        """Forecast each hour and learn each night, until the result is called."""
        self._stops += [
            async_at_started(self.hass, self._async_started),
            async_track_time_change(
                self.hass, self._async_hour, minute=_MINUTE_OF_THE_HOUR, second=7
            ),
        ]
        return self._async_end

    @callback
    def _async_end(self) -> None:
        self._stop.set()
        self._plan_lesson(None)
        while self._stops:
            self._stops.pop()()

    @override
    async def async_shutdown(self) -> None:
        """Ask and learn nothing more."""
        self._async_end()
        await super().async_shutdown()

    @callback
    def async_past_grew(self) -> None:
        """Learn soon from what a file or statistics brought, once no more comes."""
        if not self._stop.is_set():
            self._plan_lesson(_PAST_IS_QUIET)

    @callback
    def _plan_lesson(self, wait: timedelta | None) -> None:
        """Have the next lesson after a time, instead of any that was planned."""
        if self._lesson:
            self._lesson()
        self._lesson = None
        if wait is not None:
            self._lesson = async_call_later(self.hass, wait, self._async_learn)

    async def _async_started(self, _hass: HomeAssistant) -> None:
        await self._async_recall()
        await self.async_refresh()
        # It may have been unloaded meanwhile, or given something to learn from.
        if not self._stop.is_set() and not self._lesson:
            self._plan_lesson(_FIRST_LESSON if self._scored else _PAST_IS_QUIET)

    async def _async_hour(self, now: datetime) -> None:
        await self.async_refresh()
        if not self.last_update_success and not self._stop.is_set():
            # The history may be busy or away for a moment; an hour is long.
            self._stops.append(async_call_later(self.hass, _AGAIN, self._async_retry))
        local = dt_util.as_local(now)
        # In some countries there is no such hour in one night, and two in another.
        due = local.hour >= _LESSON_HOUR and self._learned != local.date()
        if due and not self._lesson and not self._stop.is_set():
            seed = crc32(self.config_entry.entry_id.encode())
            self._plan_lesson(timedelta(minutes=seed % _LESSON_SPREAD_MINUTES))

    async def _async_learn(self, _now: datetime) -> None:
        """Read everything, learn what there is to learn, keep it, and forecast anew."""
        self._lesson = None
        async with self._reading:
            self._read_all = True
        await self.async_refresh()
        if self._stop.is_set() or not self.last_update_success:
            return
        try:
            for series in self._series.values():
                await self.hass.async_add_executor_job(self._learn, series)
        except CancelledError:
            return
        self._learned = dt_util.now().date()
        states = {
            name: await self.hass.async_add_executor_job(series.state)
            for name, series in self._series.items()
        }
        if self._stop.is_set():
            # Whoever set up the household anew keeps a record of its own.
            return
        await self._memory.async_save(states)
        await self.async_refresh()

    async def _async_retry(self, _now: datetime) -> None:
        await self.async_refresh()

    def _learn(self, series: SeriesForecast) -> None:
        with self._busy:
            series.learn(self._stop.is_set)

    @property
    def _scored(self) -> bool:
        """Whether anything is known of how good forecasts were."""
        return any(found.reports for found in (self.data or {}).values())

    @override
    async def _async_update_data(self) -> dict[str, SeriesOutlook]:
        now = dt_util.utcnow()
        try:
            hours = await self._async_hours(now)
        except HistoryError as err:
            if self._stop.is_set():
                # It was closed between two questions.
                return self.data
            raise UpdateFailed(
                translation_domain=DOMAIN,
                translation_key="history_unavailable",
                translation_placeholders={"error": str(err)},
            ) from err
        free = await async_public_holidays(
            self.hass,
            self.config_entry.data[CONF_COUNTRY],
            range(now.year - 2, now.year + 2),
        )
        found = {CONSUMPTION: hours.consumption, PRODUCTION: hours.production}
        return {
            name: await self.hass.async_add_executor_job(
                self._look_out, series, found[name], now, free
            )
            for name, series in self._series.items()
        }

    async def _async_hours(self, now: datetime) -> HomeHours:
        """Return all hours: all are read for each lesson, the newest ones each hour."""
        async with self._reading:
            if self._read_all:
                hours, back = HomeHours({}, {}), timedelta(days=LOOK_BACK_DAYS)
            else:
                hours, back = self._hours, _READ_AGAIN
            await self._async_read(hours, now - back, now)
            self._hours, self._read_all = hours, False
            # An executor looks through them while the next ones are read.
            return HomeHours(dict(hours.consumption), dict(hours.production))

    async def _async_read(
        self, hours: HomeHours, begin: datetime, end: datetime
    ) -> None:
        meters = metered_flows(self._household)
        while begin < end:
            until = min(end, begin + _READ_AT_ONCE)
            question = partial(
                energy_of_hours, meters=meters, start_ms=_ms(begin), end_ms=_ms(until)
            )
            found = await self._household.history.ask(question)
            hours.consumption.update(found.consumption)
            hours.production.update(found.production)
            begin = until

    def _look_out(
        self,
        series: SeriesForecast,
        hours: Hours,
        now: datetime,
        free: frozenset[date],
    ) -> SeriesOutlook:
        with self._busy:
            series.take(hours, now, free)
            reports = {days: series.report(days) for days in SKILL_DAYS}
            return SeriesOutlook(
                series.outlook(now),
                {days: report for days, report in reports.items() if report},
            )


def _standard_time(zone: ZoneInfo) -> tzinfo:
    """Return a zone's clock without daylight saving."""
    now = dt_util.now(zone)
    offset, saving = now.utcoffset(), now.dst()
    assert offset is not None
    return timezone(offset - (saving or timedelta()))


def _series_forecast(
    zone: tzinfo, like_others: bool, kept: bytes | None
) -> SeriesForecast:
    """Return a forecast that goes on from what was kept, if that can be read."""
    from ..analytics.forecasting.series_forecast import (  # noqa: PLC0415  (numpy)
        SeriesForecast,
    )

    series = SeriesForecast(zone, like_others=like_others)
    if kept is not None:
        try:
            series.restore(kept)
        except ValueError as err:
            LOGGER.warning("The forecasts of before cannot be read: %s", err)
    return series


def forecast_names(household: Household) -> list[str]:
    """Return what is forecast of a household."""
    names = []
    if household.has_role(MeterRole.GRID) or household.has_role(MeterRole.APPLIANCE):
        names.append(CONSUMPTION)
    if household.has_role(MeterRole.PRODUCTION):
        names.append(PRODUCTION)
    return names


def metered_flows(household: Household) -> list[MeteredFlow]:
    """Return the meters of a household whose energy makes up its balance."""
    return [
        MeteredFlow(
            key,
            meter.profile.meter_id,
            meter.profile.role,
            meter.profile.energy_kind,
            parent,
        )
        for key, meter, parent in flow_meters(household.meters)
    ]


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
