"""When day types are looked at: with each forecast; what they are is learned each night."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_change
from homeassistant.util import dt as dt_util

from ..analytics.day_types.day_type import DatedOutlook
from ..const import LOGGER
from ..following_coordinator import FollowingCoordinator
from ..forecasts.forecast_coordinator import ForecastCoordinator
from ..history.errors import HistoryError
from ..history_unavailable import history_unavailable
from ..household import WattWiseConfigEntry
from .day_types_memory import DayTypesMemory
from .day_types_work import kept_types, learned_types, look_out

if TYPE_CHECKING:
    from ..analytics.day_types.learned_types import LearnedTypes

# Learning waits until the start is long over, and until the others have learned.
_FIRST_LESSON: Final = timedelta(minutes=10)
_PAST_IS_QUIET: Final = timedelta(minutes=4)
_AGAIN: Final = timedelta(minutes=30)
_NIGHTLY_HOUR: Final = 5
# After the forecast of the hour, which may have failed.
_MINUTE_OF_THE_HOUR: Final = 6


class DayTypesCoordinator(FollowingCoordinator[DatedOutlook | None]):
    """Says what kind of day it is in a household, and what kind comes next.

    It says nothing until the first look.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        forecast: ForecastCoordinator,
    ) -> None:
        """Look at the household of an entry, whose hours its forecast reads."""
        super().__init__(hass, entry, "day types")
        self.data = None
        self._forecast = forecast
        self._memory = DayTypesMemory(hass, entry.unique_id or entry.entry_id)
        self._types: LearnedTypes | None = None
        self._lesson = self._planned(self._async_learn)
        self._next_look = self._planned(self._async_look)

    @callback
    def async_past_grew(self) -> None:
        """Learn soon from what a file or statistics brought, once no more comes."""
        if self.hass.is_running and not self._ended:
            self._lesson.plan(_PAST_IS_QUIET)

    @override
    async def _async_started(self, _hass: HomeAssistant) -> None:
        kept = await self._memory.async_load()
        types = await self.hass.async_add_import_executor_job(kept_types, kept)
        if self._ended:
            # It was unloaded meanwhile.
            return
        self._types = types
        self._each_night(_NIGHTLY_HOUR, self._async_learn)
        # It reads the hours, and knows holidays, the weather and who is away.
        self._stops.append(self._forecast.async_add_listener(self._async_forecast_made))
        self._stops.append(
            async_track_time_change(
                self.hass, self._async_hour, minute=_MINUTE_OF_THE_HOUR, second=43
            )
        )
        if not self._lesson.is_planned:
            self._lesson.plan(_FIRST_LESSON)
        if self._forecast.data is not None:
            await self.async_refresh()

    @callback
    def _async_forecast_made(self) -> None:
        if self._forecast.last_update_success and not self._ended:
            self._next_look.plan(timedelta())

    async def _async_look(self, _now: datetime) -> None:
        await self.async_refresh()

    async def _async_hour(self, now: datetime) -> None:
        """Look by itself where no forecast asked for it."""
        today = dt_util.as_local(now).date()
        asked = self._forecast.last_update_success and self.last_update_success
        if asked and self.data and self.data.day == today:
            return
        await self.async_refresh()
        # A second failure in a row is told to nobody, but what was said of a day ends
        # with the day.
        self.async_update_listeners()

    async def _async_learn(self, _now: datetime) -> None:
        """Tell days apart anew, and look with other eyes."""
        self._lesson.cancel()
        now = dt_util.utcnow()
        try:
            hours = await self._forecast.energy.async_hours(now)
        except HistoryError as err:
            LOGGER.debug("No day types can be learned now: %s", err)
            if not self._ended:
                self._lesson.plan(_AGAIN)
            return
        types = await self.hass.async_add_executor_job(
            learned_types,
            hours.consumption,
            dt_util.get_default_time_zone(),
            now,
            self._forecast.known,
            self._types,
        )
        if self._ended:
            return
        self._types = types
        if types:
            await self._memory.async_save(types.as_dict())
        else:
            # What the past was made of is gone: nothing of it comes back after a restart.
            await self._memory.async_remove()
        await self.async_refresh()

    @override
    async def _async_update_data(self) -> DatedOutlook | None:
        now = dt_util.utcnow()
        try:
            hours = await self._forecast.energy.async_hours(now)
        except HistoryError as err:
            if self._ended:
                # It was closed between two questions.
                return self.data
            raise history_unavailable(err) from err
        return await self.hass.async_add_executor_job(
            look_out,
            self._types,
            hours.consumption,
            dt_util.get_default_time_zone(),
            now,
            self._forecast.known,
        )


async def async_forget_day_types(hass: HomeAssistant, household_id: str) -> None:
    """Forget the day types of a household that is gone."""
    await DayTypesMemory(hass, household_id).async_remove()
