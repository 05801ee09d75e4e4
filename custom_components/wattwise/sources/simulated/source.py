"""The readings of a simulated meter, as they would come from a real one."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final, Protocol

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from ...metering.quantity import Channel
from ...metering.reading import Reading
from ..source import ReadingCallback
from .condition import OF_THE_CONNECTION, Condition

INTERVAL_S: Final = 5


class Simulated(Protocol):
    """What a simulated meter measures."""

    def measure(
        self, time_s: float, condition: Condition, power_w: float
    ) -> Iterator[tuple[Channel, float]]:
        """Yield what the meter shows while a power flows."""

    def power(self, time_s: float, condition: Condition) -> float:
        """Return what is used, or is given by a roof [W]."""


class SimulatedSource:
    """Measures what is simulated, in the condition that is played."""

    def __init__(
        self,
        hass: HomeAssistant,
        simulated: Simulated,
        take: ReadingCallback,
        given: Callable[[float], float] = lambda _: 0.0,
    ) -> None:
        """Hand readings to `take`.

        `given` tells what flows into the home from elsewhere at a time, such as from its
        roof [W]; so much less is measured.
        """
        self.simulated: Final = simulated
        self._hass = hass
        self._take = take
        self._given = given
        self._condition = Condition.NORMAL
        self._wanted: Callable[[], float | None] | None = None
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
    def play(
        self,
        condition: Condition,
        duration: timedelta,
        wanted: Callable[[], float | None] | None = None,
    ) -> datetime:
        """Be in a condition for a time, and well again after it; returns its end.

        `wanted` is the power to be measured meanwhile [W]; the usual one while it is None.
        """
        now = dt_util.utcnow()
        stuck = condition is Condition.VALUE_STUCK
        self._condition = Condition.NORMAL if stuck else condition
        self._stuck_at = now.timestamp() if stuck else None
        self._wanted = wanted
        self._until = now + duration
        return self._until

    def flow(self, time_s: float) -> float:
        """Return what flows in truth, whatever the meter tells of it [W]."""
        return self.simulated.power(time_s, self._condition)

    @callback
    def _measure(self, now: datetime) -> None:
        if self._until is not None and now >= self._until:
            self.play(Condition.NORMAL, timedelta())
            self._until = None
        time_ms = int(now.timestamp() * 1000)
        shown_s = now.timestamp() if self._stuck_at is None else self._stuck_at
        power_w = self._wanted() if self._wanted else None
        if power_w is None:
            power_w = self.flow(shown_s)
            if self._condition not in OF_THE_CONNECTION:
                power_w -= self._given(shown_s)
        for channel, value in self.simulated.measure(shown_s, self._condition, power_w):
            self._take(Reading(channel, time_ms, value))
