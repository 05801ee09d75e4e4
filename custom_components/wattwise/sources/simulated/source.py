"""The readings of a simulated meter, as they would come from a real one."""

from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from ...metering.reading import Reading
from ..source import ReadingCallback
from .supply import Condition, SimulatedSupply

INTERVAL_S: Final = 5


class SimulatedSource:
    """Measures a simulated supply, in the condition that is played."""

    def __init__(
        self, hass: HomeAssistant, supply: SimulatedSupply, take: ReadingCallback
    ) -> None:
        """Hand readings to `take`."""
        self._hass = hass
        self._supply = supply
        self._take = take
        self._condition = Condition.NORMAL
        self._until: datetime | None = None
        self._stuck_at: float | None = None

    @property
    def available(self) -> bool | None:
        """Only its readings tell, as of a meter that pushes."""
        return None

    async def async_start(self) -> CALLBACK_TYPE:
        """Begin to measure; the result ends it."""
        self._measure(dt_util.utcnow())
        return async_track_time_interval(
            self._hass, self._measure, timedelta(seconds=INTERVAL_S)
        )

    @callback
    def play(self, condition: Condition, duration: timedelta) -> datetime:
        """Be in a condition for a time, and well again after it; returns its end."""
        now = dt_util.utcnow()
        stuck = condition is Condition.VALUE_STUCK
        self._condition = Condition.NORMAL if stuck else condition
        self._stuck_at = now.timestamp() if stuck else None
        self._until = now + duration
        return self._until

    @callback
    def _measure(self, now: datetime) -> None:
        if self._until is not None and now >= self._until:
            self._condition, self._until, self._stuck_at = Condition.NORMAL, None, None
        time_ms = int(now.timestamp() * 1000)
        shown_s = now.timestamp() if self._stuck_at is None else self._stuck_at
        for channel, value in self._supply.measure(shown_s, self._condition):
            self._take(Reading(channel, time_ms, value))
