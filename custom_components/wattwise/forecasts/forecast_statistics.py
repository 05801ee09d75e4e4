"""Forecasts, shown to Home Assistant as statistics of their own.

Beside the statistics of what is measured they make a chart of both: the median as the
mean, P10 and P90 as the least and the most. An hour that has begun keeps what was
forecast of it at midnight; the hours ahead are written again with each forecast.
"""

import asyncio
from collections.abc import Mapping
from functools import partial
import hashlib
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import slugify

from ..analytics.forecasting.expectation import Outlook
from ..choice_texts import async_choice_texts
from ..const import DOMAIN, LOGGER
from ..history.recorder_statistics import (
    Band,
    StatisticsUnavailableError,
    async_ask_recorder,
    async_clear,
    async_has_recorder,
    async_write_bands,
    external_bands,
    external_names,
)
from ..household import WattWiseConfigEntry
from ..statistic_ids import named_statistic_id
from .forecast_hours import hours_ahead, hours_since_midnight
from .forecast_series import ForecastSeries

CONF_PUBLISHED_FORECAST: Final = "published_forecast"
# Of an id: as many signs of the household's name, and of what tells it from others.
_DIGITS: Final = 8
# The last hour that is written begins so long after the first one that had not begun.
_AHEAD: Final = 47 * 3600


@callback
def async_publish_forecasts(hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
    """Write each new forecast of a household into the statistics, from now on."""
    forecast = entry.runtime_data.forecast
    if forecast is None or not async_has_recorder(hass):
        return
    publisher = _Publisher(hass, entry)

    @callback
    def async_write() -> None:
        if forecast.last_update_success and forecast.data is not None:
            entry.async_create_background_task(
                hass, publisher.async_write(), f"{DOMAIN} forecast statistics"
            )

    entry.async_on_unload(forecast.async_add_listener(async_write))


async def async_forget_forecast_statistics(
    hass: HomeAssistant, entry: WattWiseConfigEntry
) -> None:
    """Delete the statistics of a household that is gone."""
    if not async_has_recorder(hass):
        return
    try:
        if ids := await _async_ids(hass, entry):
            await async_clear(hass, ids)
    except StatisticsUnavailableError as err:
        LOGGER.warning("Statistics of forecasts are left behind: %s", err)


class _Publisher:
    """Writes what changed since the last time."""

    def __init__(self, hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
        """Publish what is forecast of a household."""
        self._hass = hass
        self._entry = entry
        self._lock = asyncio.Lock()
        self._said: dict[str, tuple[int, dict[int, Band]]] = {}

    async def async_write(self) -> None:
        """Write the newest forecast of each series."""
        try:
            async with self._lock:
                await self._async_write_all()
        except StatisticsUnavailableError as err:
            LOGGER.warning(
                "The forecasts of %s are not in the statistics: %s",
                self._entry.title,
                err,
            )

    async def _async_write_all(self) -> None:
        forecast = self._entry.runtime_data.forecast
        if forecast is None:
            return
        known = await _async_ids(self._hass, self._entry)
        wanted = {_id_end(self._entry, one): one for one in forecast.series}
        gone = [key for key in known if not key.endswith(tuple(wanted))]
        if gone:
            await async_clear(self._hass, gone)
        for end, one in wanted.items():
            found = (forecast.data or {}).get(one.key)
            if found is None or found.outlook is None:
                continue
            key = next((key for key in known if key.endswith(end)), None)
            if key is None:
                key = named_statistic_id(self._entry.title, end)
            await self._async_write_series(key, one, found.outlook, known.get(key))

    async def _async_write_series(
        self, statistic_id: str, one: ForecastSeries, outlook: Outlook, name: str | None
    ) -> None:
        there = await async_ask_recorder(
            self._hass,
            partial(
                external_bands,
                statistic_id=statistic_id,
                start_ms=outlook.two_days[0].start * 1000,
            ),
        )
        now = int(outlook.made.timestamp())
        bands = {
            hour: band
            for hour, band in self._issued(one, outlook).items()
            if hour <= now
        }
        bands |= hours_ahead(outlook)
        settled = _settled_until(there, now)
        changed = {
            hour * 1000: band
            for hour, band in bands.items()
            if there.get(hour * 1000) != band
            and not (hour * 1000 in there and hour < settled)
        }
        texts = await async_choice_texts(
            self._hass, translation_key=CONF_PUBLISHED_FORECAST
        )
        wanted = texts["meter" if one.meter else one.kind].format(
            household=self._entry.title, meter=self._meter_name(one)
        )
        if changed or name != wanted:
            await async_write_bands(self._hass, statistic_id, wanted, changed)

    def _issued(self, one: ForecastSeries, outlook: Outlook) -> dict[int, Band]:
        """Return today's hours as they were forecast first today."""
        begin = outlook.two_days[0].start
        day, hours = self._said.get(one.key, (0, {}))
        if day != begin:
            hours = hours_since_midnight(outlook)
            self._said[one.key] = begin, hours
        return hours

    def _meter_name(self, one: ForecastSeries) -> str:
        meter = self._entry.runtime_data.meters.get(one.meter or "")
        return meter.name if meter else ""


def _settled_until(there: Mapping[int, Band], now: int) -> int:
    """Return before which time [s] hours had begun when they were written last [ms].

    They keep what they have, also after a restart.
    """
    last = max(there, default=0) // 1000
    if last > now + _AHEAD + 3600:
        # The clock was wrong when that was written.
        return 0
    return last - _AHEAD


async def _async_ids(
    hass: HomeAssistant, entry: WattWiseConfigEntry
) -> dict[str, str | None]:
    """Return the statistics of a household's forecasts: the name of each by its id."""
    names = await async_ask_recorder(hass, partial(external_names, source=DOMAIN))
    mark = _mark(entry)
    return {key: name for key, name in names.items() if mark in key}


def _mark(entry: WattWiseConfigEntry) -> str:
    """Return by what ids of a household are known when it gets another name."""
    digest = hashlib.sha256((entry.unique_id or entry.entry_id).encode()).hexdigest()
    return f"_{digest[:_DIGITS]}_forecast_"


def _id_end(entry: WattWiseConfigEntry, one: ForecastSeries) -> str:
    return f"{_mark(entry)}{slugify(one.key)}"
