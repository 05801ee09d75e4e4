"""What coordinators have in common that look by themselves while a household is loaded."""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, override
from zlib import crc32

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_change
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .const import LOGGER
from .household import WattWiseConfigEntry
from .planned_call import PlannedCall


class FollowingCoordinator[Data](DataUpdateCoordinator[Data]):
    """Begins once Home Assistant has started, and ends with the household."""

    config_entry: WattWiseConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        name: str,
        update_interval: timedelta | None = None,
    ) -> None:
        """Follow the household of an entry; `name` says what is followed."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"{entry.title} {name}",
            update_interval=update_interval,
        )
        self._stops: list[CALLBACK_TYPE] = []
        self._plans: list[PlannedCall] = []
        self._ended = False

    @callback
    def async_follow(self) -> CALLBACK_TYPE:
        """Look when it is time to, until the result is called."""
        self._stops.append(async_at_started(self.hass, self._async_started))
        return self._async_end

    @abstractmethod
    async def _async_started(self, _hass: HomeAssistant) -> None:
        """Begin."""

    @callback
    def _each_night(
        self, hour: int, action: Callable[[datetime], Coroutine[Any, Any, None]]
    ) -> None:
        """Call an action in this hour of each night, neighbours at other minutes."""
        minute, second = divmod(crc32(self.config_entry.entry_id.encode()) % 3600, 60)
        self._stops.append(
            async_track_time_change(
                self.hass, action, hour=hour, minute=minute, second=second
            )
        )

    def _planned(self, action: Callable[[datetime], Awaitable[None]]) -> PlannedCall:
        """Return a call that can be planned, and is not made after the end."""
        self._plans.append(call := PlannedCall(self.hass, action))
        return call

    @callback
    def _async_end(self) -> None:
        self._ended = True
        for plan in self._plans:
            plan.cancel()
        while self._stops:
            self._stops.pop()()

    @override
    async def async_shutdown(self) -> None:
        """Look no more."""
        self._async_end()
        await super().async_shutdown()
