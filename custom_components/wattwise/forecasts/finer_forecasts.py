"""Forecasts of quarter and half hours: those of hours, divided as a home's hours are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant

from ..analytics.forecasting.expectation import Outlook
from ..const import LOGGER
from ..history.errors import HistoryError
from ..history.questions.queries import Queries
from ..household import Household
from .energy_of_hours import HomeHours, Hours, MeteredFlow, energy_of_hours
from .energy_of_parts import energy_of_parts
from .forecast_series import CONSUMPTION, PRODUCTION, ForecastSeries
from .home_energy import metered_flows
from .inverter_nights import READ_EARLIER
from .resolutions import HALF, HOUR, QUARTER
from .series_clock import series_clock

if TYPE_CHECKING:
    from ..analytics.forecasting.within_the_hour import HourShares

_LOOK_BACK: Final = timedelta(days=56)
# Others want to ask the history, too.
_READ_AT_ONCE: Final = timedelta(days=7)
# Whether a meter tells often enough is seen by its last days.
_LATELY: Final = timedelta(days=7)
# So many hours have to be known before it can be said, and this share of them divided.
_LEAST_HOURS: Final = 24
_LEAST_SHARE: Final = 0.25


class DividedBy(StrEnum):
    """From what the parts of hours are known."""

    NOTHING = "nothing"
    """They are hours."""
    NEIGHBOURS = "neighbours"
    """Smoothly, between the hours before and after: little is known of the home yet."""
    HABITS = "habits"
    """As such hours were divided in the last weeks."""


@dataclass(frozen=True, slots=True)
class DividedOutlook:
    """An outlook in slots of its `step`, and from what it was divided.

    Its step is longer than what was asked for where the meters do not tell as often.
    """

    outlook: Outlook
    by: DividedBy


class FinerForecasts:
    """Knows how the hours of a household's series divide."""

    def __init__(
        self,
        hass: HomeAssistant,
        household: Household,
        series: Collection[ForecastSeries],
    ) -> None:
        """Begin without knowing anything: hours are divided by their neighbours."""
        self._hass = hass
        self._household = household
        self._series = series
        self._shares: dict[str, HourShares] = {}

    async def async_learn(self, now: datetime, free: Collection[date]) -> None:
        """Look at the hours of the last weeks once more.

        `free` are public holidays. Where the history cannot be read, what was learned
        before stays.
        """
        try:
            self._shares = await self._async_learned(now, free)
        except HistoryError as err:
            LOGGER.debug("The parts of hours cannot be read: %s", err)

    async def _async_learned(
        self, now: datetime, free: Collection[date]
    ) -> dict[str, HourShares]:
        """Return how the hours of each series divide; raises HistoryError."""
        known = await self._async_read(HOUR, now - _LATELY, now)
        left = [series.key for series in self._series]
        shares: dict[str, HourShares] = {}
        for step in (QUARTER, HALF):
            lately = await self._async_read(step, now - _LATELY, now)
            told = [key for key in left if _is_told(known[key], lately[key], step)]
            if not told:
                continue
            slots = await self._async_read(step, now - _LOOK_BACK, now)
            for key in told:
                shares[key] = await self._async_shares(key, slots[key], step, free)
            left = [key for key in left if key not in shares]
        for key in left:
            shares[key] = await self._async_shares(key, {}, HOUR, free)
        return shares

    async def async_divide(
        self, key: str, outlook: Outlook, step: int
    ) -> DividedOutlook:
        """Return the outlook of a series in slots of `step` seconds.

        Where its meters tell less often, slots are as short as they tell.
        """
        if step >= outlook.step:
            return DividedOutlook(outlook, DividedBy.NOTHING)
        shares = self._shares.get(key)
        if shares is None:
            shares = await self._async_shares(key, {}, QUARTER, ())
        divided = await self._hass.async_add_executor_job(shares.divide, outlook, step)
        if divided.step == outlook.step:
            return DividedOutlook(outlook, DividedBy.NOTHING)
        by = DividedBy.HABITS if shares.is_learned else DividedBy.NEIGHBOURS
        return DividedOutlook(divided, by)

    async def _async_shares(
        self, key: str, slots: Hours, step: int, free: Collection[date]
    ) -> HourShares:
        (kind,) = (series.kind for series in self._series if series.key == key)
        clock = series_clock(kind, ZoneInfo(self._hass.config.time_zone))
        return await self._hass.async_add_import_executor_job(
            partial(_learned, slots, clock, step, free)
        )

    async def _async_read(
        self, step: int, begin: datetime, end: datetime
    ) -> Mapping[str, Hours]:
        """Return the energy of each series, in slots of a length."""
        meters = metered_flows(self._household)
        apart = {series.meter for series in self._series if series.meter}
        found = HomeHours(meters={key: {} for key in apart})
        while begin < end:
            until = min(end, begin + _READ_AT_ONCE)
            question = partial(
                _energy,
                meters=meters,
                start_ms=int((begin - READ_EARLIER).timestamp() * 1000),
                end_ms=int(until.timestamp() * 1000),
                step=step,
                apart=apart,
            )
            found.update(await self._household.history.ask(question))
            begin = until
        return {
            CONSUMPTION: found.consumption,
            PRODUCTION: found.production,
            **found.meters,
        }


def _energy(
    queries: Queries,
    meters: Sequence[MeteredFlow],
    start_ms: int,
    end_ms: int,
    step: int,
    apart: Collection[str],
) -> HomeHours:
    """Return what flowed in the hours, or parts of hours, that begin in a time."""
    # Where the clock is not at whole hours of UTC, its hours are asked for.
    start_ms, end_ms = map(queries.calendar.hour_start, (start_ms, end_ms))
    if step == HOUR:
        return energy_of_hours(queries, meters, start_ms, end_ms, apart)
    return energy_of_parts(queries, meters, start_ms, end_ms, step, apart)


def _is_told(hours: Hours, parts: Hours, step: int) -> bool:
    """Whether parts of hours are known often enough; so far, of a young home."""
    flowed = [hour for hour, energy in hours.items() if energy > 0]
    if len(flowed) < _LEAST_HOURS:
        return True
    told = sum(
        all(start in parts for start in range(hour, hour + HOUR, step))
        for hour in flowed
    )
    return told >= _LEAST_SHARE * len(flowed)


def _learned(
    slots: Hours, clock: tzinfo, step: int, free: Collection[date]
) -> HourShares:
    from ..analytics.forecasting.within_the_hour import (  # noqa: PLC0415  (numpy)
        HourShares,
    )

    return HourShares.learn(slots, clock, step, free)
