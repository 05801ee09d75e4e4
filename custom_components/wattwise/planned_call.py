"""A call that is made some time later, once."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later


class PlannedCall:
    """Calls an action when it was last planned for; each plan replaces the one before."""

    def __init__(
        self, hass: HomeAssistant, action: Callable[[datetime], Awaitable[None]]
    ) -> None:
        """Plan nothing yet."""
        self._hass = hass
        self._action = action
        self._stop: CALLBACK_TYPE | None = None

    @property
    def is_planned(self) -> bool:
        """Whether the call is still to come."""
        return self._stop is not None

    @callback
    def plan(self, wait: timedelta) -> None:
        """Make the call after a time."""
        self.cancel()
        self._stop = async_call_later(self._hass, wait, self._async_call)

    @callback
    def cancel(self) -> None:
        """Make no call."""
        if self._stop:
            self._stop()
        self._stop = None

    async def _async_call(self, now: datetime) -> None:
        self._stop = None
        await self._action(now)
