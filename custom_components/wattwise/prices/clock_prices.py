"""Prices that follow the clock, noted in the history at the times they change.

What Home Assistant was not there to note is noted when it is back: the rules say what the
price was meanwhile, as they did not change either.
"""

from datetime import datetime
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..analytics.tariffs.grid_slot import PriceSteps
from ..analytics.tariffs.rates import TimeOfUse
from ..const import CONF_COUNTRY
from ..history.history import History
from ..household import WattWiseConfigEntry
from ..metering.profile import MeterProfile
from ..metering.quantity import Channel
from ..metering.reading import Reading
from .present_tariff import async_time_of_use

_DAY_S: Final = 86_400.0
# When the first price ever is noted: this month and the one before have prices then.
_BEFORE_THE_FIRST_S: Final = 62 * _DAY_S
# However long Home Assistant was away.
_LONGEST_GAP_S: Final = 366 * _DAY_S
# A rate of some months may not change for long; by then its holidays are known anew.
_LOOK_AHEAD_S: Final = 7 * _DAY_S


class ClockPrices:
    """Notes each change of a household's time-of-use price."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        history: History,
        profile: MeterProfile,
    ) -> None:
        """Note prices as readings of `profile`."""
        self._hass = hass
        self._entry = entry
        self._history = history
        self._profile = profile
        self._noted = 0.0
        self._timer: CALLBACK_TYPE | None = None
        self._prices: TimeOfUse | None = None
        self._ended = False

    async def async_start(self) -> CALLBACK_TYPE:
        """Note what changed since the last price, and from now on each change."""
        self._prices = await self._async_rules()
        now = dt_util.utcnow().timestamp()
        known = (await self._history.latest(self._profile.meter_id)).get(Channel.PRICE)
        if known is None:
            start = now - _BEFORE_THE_FIRST_S
            self._note(start, self._prices.price_at(start))
        else:
            # The rules of before a change of the settings are not known any more.
            changed = self._entry.modified_at.timestamp()
            start = max(known.time_ms / 1000, changed, now - _LONGEST_GAP_S)
        self._noted = min(start, now)
        # A year of changes takes too long for the event loop.
        self._note_until(now, await self._hass.async_add_executor_job(self._steps, now))
        # Whatever was set before: from now on it is this one.
        self._note(now, self._prices.price_at(now))
        self._plan()
        return self._async_stop

    async def _async_rules(self) -> TimeOfUse:
        now = dt_util.utcnow().timestamp()
        return await async_time_of_use(
            self._hass,
            self._entry.data.get(CONF_COUNTRY),
            self._entry.options,
            now - _LONGEST_GAP_S,
            # They count until they are read anew, and look ahead from then.
            now + 2 * _LOOK_AHEAD_S,
        )

    @callback
    def _async_stop(self) -> None:
        self._ended = True
        if self._timer:
            self._timer()
        self._timer = None

    def _steps(self, now: float) -> PriceSteps:
        """Return the changes since the last look; a clock set back has none."""
        assert self._prices is not None
        if now <= self._noted:
            return []
        # The step of a change that is due right now ends after it.
        return self._prices.steps(self._noted, now + 0.001)[1:]

    def _note_until(self, now: float, steps: PriceSteps) -> None:
        for moment, price in steps:
            self._note(moment, price)
        self._noted = max(self._noted, now)

    @callback
    def _plan(self) -> None:
        assert self._prices is not None
        now = dt_util.utcnow().timestamp()
        following = self._prices.next_change(now, _LOOK_AHEAD_S)
        due = now + _LOOK_AHEAD_S if following is None else following
        self._timer = async_track_point_in_utc_time(
            self._hass, self._async_due, dt_util.utc_from_timestamp(due)
        )

    async def _async_due(self, _now: datetime) -> None:
        self._timer = None
        now = dt_util.utcnow().timestamp()
        self._note_until(now, self._steps(now))
        rules = await self._async_rules()
        if not self._ended:
            self._prices = rules
            self._plan()

    def _note(self, moment: float, price: float) -> None:
        self._history.enqueue(
            self._profile, Reading(Channel.PRICE, round(moment * 1000), price)
        )
