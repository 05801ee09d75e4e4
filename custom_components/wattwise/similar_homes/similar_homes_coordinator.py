"""When a household is compared with similar homes: each night, and soon after the start."""

from datetime import datetime, timedelta
from typing import Final, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..analytics.similar_homes.comparison import (
    Comparison,
    HomeFacts,
    WhatIf,
    compare,
    what_if,
)
from ..analytics.similar_homes.household_profile import HouseholdProfile
from ..following_coordinator import FollowingCoordinator
from ..history.errors import HistoryError
from ..history_unavailable import history_unavailable
from ..household import WattWiseConfigEntry
from .home_facts import async_home_facts

# Who has just answered the questions waits for it; the forecasts read the history first.
_FIRST_LOOK: Final = timedelta(seconds=20)
_AT_ONCE: Final = timedelta(0)
# The forecasts read it first.
_PAST_IS_QUIET: Final = timedelta(minutes=5)
_AGAIN: Final = timedelta(minutes=30)
_NIGHTLY_HOUR: Final = 5


class SimilarHomesCoordinator(FollowingCoordinator[Comparison | None]):
    """Compares a household; its data are None before it first did."""

    def __init__(self, hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
        """Compare the household of an entry."""
        super().__init__(hass, entry, "similar homes")
        self.data = None
        # What came into the past does not delay what answers alone can tell.
        self._first_look = self._planned(self._async_look)
        self._next_look = self._planned(self._async_look)

    @callback
    @override
    def async_follow(self) -> CALLBACK_TYPE:
        """Compare each night, until the result is called."""
        self._each_night(_NIGHTLY_HOUR, self._async_look)
        return super().async_follow()

    @callback
    def async_past_grew(self) -> None:
        """Compare soon what a file or statistics brought, once no more comes."""
        if not self._ended:
            self._next_look.plan(_PAST_IS_QUIET)

    @callback
    def async_answers_changed(self) -> None:
        """Compare at once with what was just answered: somebody waits for it."""
        if not self._ended:
            self._next_look.plan(_AT_ONCE)

    @override
    async def _async_started(self, _hass: HomeAssistant) -> None:
        if not self._ended:
            self._first_look.plan(_FIRST_LOOK)

    async def _async_look(self, _now: datetime) -> None:
        await self.async_refresh()
        if not self.last_update_success and not self._ended:
            # The history may be busy or away for a moment.
            self._next_look.plan(_AGAIN)

    @override
    async def _async_update_data(self) -> Comparison | None:
        try:
            return await self.async_compare()
        except HistoryError as err:
            if self._ended:
                # It was closed between two questions.
                return self.data
            raise history_unavailable(err) from err

    async def async_compare(self) -> Comparison:
        """Return the comparison as of now; raises HistoryError."""
        facts = await async_home_facts(self.hass, self.config_entry, dt_util.utcnow())
        return await self.hass.async_add_executor_job(compare, facts)

    async def async_what_if(
        self, profile: HouseholdProfile
    ) -> tuple[Comparison, WhatIf]:
        """Return the comparison as of now and with other answers; raises HistoryError."""
        facts = await async_home_facts(self.hass, self.config_entry, dt_util.utcnow())
        return await self.hass.async_add_executor_job(_both, facts, profile)


def _both(facts: HomeFacts, profile: HouseholdProfile) -> tuple[Comparison, WhatIf]:
    return compare(facts), what_if(facts, profile)
