"""All that a household's forecasts look at beside its energy.

Each part is gathered by itself: what fails is missing, and breaks nothing.
"""

from collections.abc import Awaitable
from datetime import date, datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, issue_registry as ir

from ..analytics.forecasting.covariates import Covariates
from ..const import CONF_AWAY, CONF_COUNTRY, CONF_WEATHER, DOMAIN, LOGGER
from ..entity_reference import referenced_entity
from ..household import WattWiseConfigEntry
from .away import AwayDaysSource
from .away_ledger import Span
from .public_holidays import async_public_holidays
from .weather_archive import WeatherArchive
from .weather_forecast import (
    WeatherHours,
    WeatherUnavailableError,
    async_weather_forecast,
)

# Forecasts are made each hour, and sometimes more often.
_ASKED_EVERY: Final = timedelta(minutes=15)
# What the repairs are called, by the option they are about.
_MISSING: Final = {
    CONF_WEATHER: "weather_entity_missing",
    CONF_AWAY: "away_entity_missing",
}


class CovariateSource:
    """Gathers public holidays, the weather and days away of a household."""

    def __init__(self, hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
        """Gather them for the household of an entry."""
        self._hass = hass
        self._entry = entry
        self._id = _household_id(entry)
        self._weather = WeatherArchive(hass, self._id)
        self._away = AwayDaysSource(hass, self._id)
        self._followed: str | None = None
        self._asked: datetime | None = None
        self._weather_is_silent = False
        self._ended = False

    async def async_load(self) -> None:
        """Take back what was known before a restart, and begin to note who comes."""
        if CONF_WEATHER in self._entry.options:
            await _or_else(None, self._weather.async_load())
        await _or_else(None, self._async_load_away())

    async def _async_load_away(self) -> None:
        reference = self._entry.options.get(CONF_AWAY)
        if reference and (entity_id := self._entity(CONF_AWAY)):
            await self._away.async_load(reference, entity_id)
            if not self._ended:
                self._away.async_follow(entity_id)
                self._followed = entity_id

    @callback
    def async_stop(self) -> None:
        """Note nothing more."""
        self._ended = True
        self._away.async_stop()

    async def async_known(self, now: datetime) -> Covariates:
        """Return what is known of the past and the coming days."""
        weather = await _or_else(WeatherHours({}, {}), self._async_weather(now))
        nothing = frozenset[date]()
        return Covariates(
            free=await _or_else(nothing, self._async_holidays(now)),
            temperature=weather.temperature,
            cloud=weather.cloud,
            away=await _or_else(nothing, self._async_away(now)),
        )

    async def _async_holidays(self, now: datetime) -> frozenset[date]:
        country = self._entry.data.get(CONF_COUNTRY)
        return await async_public_holidays(
            self._hass, country, range(now.year - 2, now.year + 2)
        )

    async def _async_weather(self, now: datetime) -> WeatherHours:
        if CONF_WEATHER not in self._entry.options:
            self._entity(CONF_WEATHER)
            return WeatherHours({}, {})
        entity_id = self._entity(CONF_WEATHER)
        if entity_id and (self._asked is None or now - self._asked >= _ASKED_EVERY):
            try:
                newest = await async_weather_forecast(self._hass, entity_id, now)
            except WeatherUnavailableError as err:
                if not self._weather_is_silent:
                    LOGGER.info("No weather forecast from %s: %s", entity_id, err)
                self._weather_is_silent = True
            else:
                self._weather_is_silent, self._asked = False, now
                await self._weather.async_take(newest, now)
        return await self._weather.async_known(now)

    async def _async_away(self, now: datetime) -> frozenset[date]:
        self._entity(CONF_AWAY)
        if self._followed is None:
            return frozenset()
        return await self._away.async_days(self._followed, now)

    @callback
    def empty_spans(self, now: datetime) -> list[Span]:
        """Return since when nobody is at home, if it is so, and days it was so all day."""
        if self._followed is None:
            return []
        return self._away.empty_spans(self._followed, now)

    @callback
    def _entity(self, option: str) -> str | None:
        """Return the entity that was chosen; who removed it is told."""
        issue_id = f"{_MISSING[option]}_{self._id}"
        reference = self._entry.options.get(option)
        entity_id = referenced_entity(self._hass, reference) if reference else None
        if reference and (entity_id is None or not _exists(self._hass, entity_id)):
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                issue_id,
                is_fixable=False,
                severity=ir.IssueSeverity.WARNING,
                translation_key=_MISSING[option],
                translation_placeholders={"household": self._entry.title},
            )
        else:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
        return entity_id


async def async_forget_covariates(
    hass: HomeAssistant, entry: WattWiseConfigEntry
) -> None:
    """Forget the weather and the days away of a household that is gone."""
    household_id = _household_id(entry)
    await WeatherArchive(hass, household_id).async_remove()
    await AwayDaysSource(hass, household_id).async_remove()
    for issue in _MISSING.values():
        ir.async_delete_issue(hass, DOMAIN, f"{issue}_{household_id}")


async def _or_else[T](instead: T, asked: Awaitable[T]) -> T:
    """Return what is known, or something else if finding out fails."""
    try:
        return await asked
    except Exception:  # noqa: BLE001  (a forecast without it is better than none)
        LOGGER.exception("Forecasts do without what cannot be found out")
        return instead


def _household_id(entry: WattWiseConfigEntry) -> str:
    return entry.unique_id or entry.entry_id


@callback
def _exists(hass: HomeAssistant, entity_id: str) -> bool:
    return (
        hass.states.get(entity_id) is not None
        or er.async_get(hass).async_get(entity_id) is not None
    )
