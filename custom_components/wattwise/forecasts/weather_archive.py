"""The weather as it was forecast, kept day by day.

A model that learned from measured weather would trust tomorrow's forecast too much. So
for each local day what was forecast when it began is kept.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER
from .weather_forecast import HourlyValues, WeatherHours, hours_of

_VERSION: Final = 1
# Models look at two years at most.
_KEPT: Final = timedelta(days=730)
# Values of a day as they are kept: tenths of degrees and percents, None where unknown.
_TEMPERATURE: Final = "t"
_CLOUD: Final = "c"
_UNITS: Final = {_TEMPERATURE: 0.1, _CLOUD: 0.01}

type _Row = dict[str, list[int | None]]
type _Rows = dict[date, _Row]


class WeatherArchive:
    """Keeps one row of hours for each day, and the newest forecast in memory."""

    def __init__(self, hass: HomeAssistant, household_id: str) -> None:
        """Keep the weather of a household under its id."""
        self._hass = hass
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.weather.{household_id}"
        )
        self._days: _Rows = {}
        # Of days to come, for the case that nobody asks when they begin.
        self._ahead: _Rows = {}
        self._newest = WeatherHours({}, {})
        self._archived: WeatherHours | None = None
        self._is_loaded = False

    async def async_load(self) -> None:
        """Take back what was kept; days that cannot be read are left out."""
        kept = await self._store.async_load() or {}
        self._days, damaged = _rows(kept.get("days"))
        self._ahead, more_damaged = _rows(kept.get("ahead"))
        self._archived = None
        self._is_loaded = True
        if damaged or more_damaged:
            LOGGER.warning(
                "The weather forecasts of %d days cannot be read; %d are kept",
                damaged + more_damaged,
                len(self._days),
            )

    async def async_remove(self) -> None:
        """Forget all of it."""
        await self._store.async_remove()

    async def async_take(self, newest: WeatherHours, now: datetime) -> None:
        """Take a forecast as it is issued now; the first one of a day is kept for good.

        Writes once a day, and not before what was kept is loaded: it would be gone.
        """
        self._newest = newest
        if not self._is_loaded:
            return
        today = dt_util.as_local(now).date()
        rows = {
            day: _row(newest, day)
            for day in {
                dt_util.as_local(dt_util.utc_from_timestamp(start)).date()
                for start in newest.temperature.keys() | newest.cloud.keys()
            }
        }
        passed = {day: row for day, row in self._ahead.items() if day <= today}
        began = rows.get(today)
        is_new = today not in self._days
        if began and is_new:
            # Forecasts seldom tell of hours that have begun.
            self._days[today] = _filled(began, passed.pop(today, {}))
        # What was forecast the day before is better than nothing.
        for day, row in passed.items():
            if day < today:
                self._days.setdefault(day, row)
        self._ahead = {day: row for day, row in rows.items() if day > today}
        if passed:
            self._archived = None
        if began and is_new:
            oldest = today - _KEPT
            self._days = {d: row for d, row in self._days.items() if d >= oldest}
            self._archived = None
            await self._store.async_save(
                {"days": _as_kept(self._days), "ahead": _as_kept(self._ahead)}
            )

    async def async_known(self, now: datetime) -> WeatherHours:
        """Return the weather of days that began as forecast then, of coming hours now."""
        if self._archived is None:
            # Of two years these are some ten thousand hours.
            self._archived = await self._hass.async_add_executor_job(
                _hours, {**self._ahead, **self._days}
            )
        begun = now.timestamp() - 3600
        return WeatherHours(
            *(
                archived | {at: value for at, value in newest.items() if at > begun}
                for archived, newest in (
                    (self._archived.temperature, self._newest.temperature),
                    (self._archived.cloud, self._newest.cloud),
                )
            )
        )


def _row(weather: WeatherHours, day: date) -> _Row:
    """Return the hours of a day as they are kept."""
    starts = list(hours_of(day))
    row: _Row = {}
    for part, hours in (
        (_TEMPERATURE, weather.temperature),
        (_CLOUD, weather.cloud),
    ):
        values = [
            round(hours[start] / _UNITS[part]) if start in hours else None
            for start in starts
        ]
        if any(value is not None for value in values):
            row[part] = values
    return row


def _filled(row: _Row, before: _Row) -> _Row:
    """Return a row whose unknown hours are those of an earlier forecast."""
    return {
        part: [
            old if new is None else new
            for new, old in zip(
                row.get(part, before.get(part, [])),
                before.get(part, row.get(part, [])),
                strict=False,
            )
        ]
        for part in row.keys() | before.keys()
    }


def _hours(rows: _Rows) -> WeatherHours:
    """Return the hours of all days."""
    parts: dict[str, HourlyValues] = {_TEMPERATURE: {}, _CLOUD: {}}
    for day, row in rows.items():
        starts = list(hours_of(day))
        for part, values in row.items():
            for start, value in zip(starts, values, strict=False):
                if value is not None:
                    parts[part][start] = value * _UNITS[part]
    return WeatherHours(parts[_TEMPERATURE], parts[_CLOUD])


def _as_kept(rows: _Rows) -> dict[str, _Row]:
    return {day.isoformat(): row for day, row in sorted(rows.items())}


def _rows(kept: object) -> tuple[_Rows, int]:
    """Read what `_as_kept` gave; return also how many rows cannot be read."""
    if not isinstance(kept, Mapping):
        return {}, 0 if kept is None else 1
    rows: _Rows = {}
    for day, row in kept.items():
        try:
            rows[date.fromisoformat(day)] = _read(row)
        except AttributeError, OverflowError, TypeError, ValueError:
            continue
    return rows, len(kept) - len(rows)


def _read(row: Mapping[str, list[Any]]) -> _Row:
    return {
        part: [None if value is None else int(value) for value in values]
        for part, values in row.items()
        if part in _UNITS
    }
