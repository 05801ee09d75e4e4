"""When the entities of a household as a whole are written."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

# However many meters report: each write of an entity is a row in the recorder.
_MIN_WRITE_SECONDS: Final = 5.0


class HouseholdUpdates:
    """Tells entities of a household of changes of all its meters, now and then.

    A change after a quiet time is told at once, further ones together, every 5 s at
    the most. The coordinators are followed as long as anybody listens.
    """

    def __init__(
        self, coordinators: Callable[[], Iterable[DataUpdateCoordinator[Any]]]
    ) -> None:
        """Follow these coordinators once somebody listens."""
        self._coordinators = coordinators
        self._listeners: list[CALLBACK_TYPE] = []
        self._stop: list[CALLBACK_TYPE] = []
        self._told_at = 0.0
        self._timer: CALLBACK_TYPE | None = None

    @callback
    def async_add_listener(
        self, hass: HomeAssistant, listener: CALLBACK_TYPE
    ) -> CALLBACK_TYPE:
        """Call a listener when something changed; return what ends this."""

        @callback
        def async_note() -> None:
            if self._timer:
                return
            wait = self._told_at + _MIN_WRITE_SECONDS - hass.loop.time()
            if wait <= 0:
                async_tell()
            else:
                self._timer = async_call_later(hass, wait, async_tell)

        @callback
        def async_tell(_now: datetime | None = None) -> None:
            self._timer = None
            self._told_at = hass.loop.time()
            self.async_tell()

        @callback
        def async_remove() -> None:
            self._listeners.remove(listener)
            if not self._listeners:
                self._async_stop()

        if not self._listeners:
            self._stop = [
                coordinator.async_add_listener(async_note)
                for coordinator in self._coordinators()
            ]
        self._listeners.append(listener)
        return async_remove

    @callback
    def async_tell(self) -> None:
        """Tell of a change that no coordinator tells of."""
        for listening in list(self._listeners):
            listening()

    @callback
    def _async_stop(self) -> None:
        """Follow nothing any more."""
        if self._timer:
            self._timer()
            self._timer = None
        while self._stop:
            self._stop.pop()()
