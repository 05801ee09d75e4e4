"""Administrators follow the overview of all homes: it is told at once, and renewed."""

from datetime import datetime, timedelta
from typing import Any, Final

import probatio

from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import (
    require_admin,
    websocket_command,
)
from homeassistant.components.websocket_api.messages import event_message
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval

from ..const import DOMAIN, LOGGER
from ..provider.overview import async_overview

# Who looks at several homes watches no kettle.
_RENEWED_EVERY: Final = timedelta(seconds=10)


@websocket_command({probatio.Required("type"): f"{DOMAIN}/provider/subscribe"})
@require_admin
@callback
def subscribe_provider(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Tell the overview now and every few seconds."""
    subscription = _Subscription(hass, connection, msg["id"])
    connection.subscriptions[msg["id"]] = subscription.async_stop
    connection.send_result(msg["id"])
    subscription.async_start()


class _Subscription:
    """Tells one administrator, as long as that is one."""

    def __init__(
        self, hass: HomeAssistant, connection: ActiveConnection, number: int
    ) -> None:
        self._hass = hass
        self._connection = connection
        self._number = number
        self._stop: CALLBACK_TYPE | None = None
        self._telling = self._failed = False

    @callback
    def async_start(self) -> None:
        self._stop = async_track_time_interval(
            self._hass, self._async_tell, _RENEWED_EVERY
        )
        self._hass.async_create_background_task(
            self._async_tell(), f"{DOMAIN} overview of all homes"
        )

    @callback
    def async_stop(self) -> None:
        if self._stop:
            self._stop()
            self._stop = None

    async def _async_tell(self, _now: datetime | None = None) -> None:
        """Tell the overview, or that it could not be made; one telling at a time."""
        if self._telling:
            return
        self._telling = True
        try:
            await self._async_tell_once()
        finally:
            self._telling = False

    async def _async_tell_once(self) -> None:
        overview = async_overview(self._hass)
        try:
            told = await overview.async_told()
        except Exception as err:  # noqa: BLE001  (who looks is told, whatever it was)
            told = {"problem": "failed"}
            if not self._failed:
                LOGGER.error("The overview of all homes failed", exc_info=err)
        self._failed = "problem" in told
        if not self._may_know():
            # The right was taken away meanwhile; the connection stays.
            self.async_stop()
        if self._stop is None:
            return
        self._connection.send_message(event_message(self._number, told))
        if not self._failed:
            await overview.async_look_at_shapes()

    def _may_know(self) -> bool:
        user = self._connection.user
        return user.is_admin and user.is_active
