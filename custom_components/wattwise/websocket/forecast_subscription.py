"""A card follows the forecast of a household: it is told at once, and when renewed."""

from collections.abc import Callable
from typing import Any, Final

import probatio

from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.const import ERR_NOT_FOUND
from homeassistant.components.websocket_api.decorators import websocket_command
from homeassistant.components.websocket_api.messages import event_message
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..const import DOMAIN
from ..forecasts.forecast_answer import (
    ENERGY,
    POWER,
    QUANTILES_SCHEMA,
    USUAL_QUANTILES,
    forecast_answer,
)
from ..forecasts.forecast_series import CONSUMPTION
from ..forecasts.found_outlook import NoOutlook, find_outlook
from ..household import Household, WattWiseConfigEntry, is_on_its_way

KNOWN: Final = "known"
# The household's entry is there, but it is switched off or could not be set up.
NOT_LOADED: Final = "not_loaded"
# It was removed: nothing more will be told.
GONE: Final = "gone"


@websocket_command(
    {
        probatio.Required("type"): f"{DOMAIN}/forecast/subscribe",
        probatio.Required("config_entry_id"): cv.string,
        probatio.Optional("series", default=CONSUMPTION): cv.string,
        probatio.Optional("quantiles", default=[*USUAL_QUANTILES]): QUANTILES_SCHEMA,
        probatio.Optional("quantity", default=ENERGY): probatio.In([ENERGY, POWER]),
    }
)
@callback
def subscribe_forecast(
    hass: HomeAssistant,
    connection: ActiveConnection,
    msg: dict[str, Any],
) -> None:
    """Tell a household's forecast now, and each time there is a new one."""
    entry = hass.config_entries.async_get_entry(msg["config_entry_id"])
    if entry is None or entry.domain != DOMAIN:
        connection.send_error(msg["id"], ERR_NOT_FOUND, "There is no such household")
        return

    @callback
    def async_send(event: dict[str, Any]) -> None:
        connection.send_message(event_message(msg["id"], event))

    subscription = _Subscription(hass, entry, msg, async_send)
    connection.subscriptions[msg["id"]] = subscription.async_stop
    connection.send_result(msg["id"])
    subscription.async_start()


class _Subscription:
    """Follows a household, also while it is set up anew."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        wanted: dict[str, Any],
        send: Callable[[dict[str, Any]], None],
    ) -> None:
        """Be ready to send what is wanted of a household."""
        self._hass = hass
        self._entry = entry
        self._wanted = wanted
        self._send = send
        self._stops: list[CALLBACK_TYPE] = []
        self._followed: Household | None = None
        self._stop_following: CALLBACK_TYPE | None = None
        self._last_word: str | None = None

    @callback
    def async_start(self) -> None:
        """Tell what is known now, and begin to follow."""
        self._stops.append(
            async_dispatcher_connect(
                self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._async_entry_changed
            )
        )
        self._async_look()

    @callback
    def async_stop(self) -> None:
        """Tell nothing more."""
        self._async_leave()
        while self._stops:
            self._stops.pop()()

    @callback
    def _async_leave(self) -> None:
        if self._stop_following:
            self._stop_following()
        self._stop_following = self._followed = None

    @callback
    def _async_entry_changed(
        self, change: ConfigEntryChange, entry: ConfigEntry
    ) -> None:
        if entry.entry_id != self._entry.entry_id:
            return
        if change is ConfigEntryChange.REMOVED:
            self.async_stop()
            self._async_say(GONE)
        else:
            self._async_look()

    @callback
    def _async_look(self) -> None:
        """Follow the household as it is set up now, and tell if that is news."""
        entry = self._entry
        if entry.state is not ConfigEntryState.LOADED:
            self._async_leave()
            soon = is_on_its_way(entry) and not entry.disabled_by
            self._async_say(NoOutlook.LOADING if soon else NOT_LOADED)
        elif entry.runtime_data is not self._followed:
            self._async_leave()
            self._followed = entry.runtime_data
            if forecast := self._followed.forecast:
                self._stop_following = forecast.async_add_listener(self._async_tell)
            self._async_tell()

    @callback
    def _async_tell(self) -> None:
        """Tell the forecast, or why there is none."""
        series, wanted = self._wanted["series"], self._wanted
        found = find_outlook(self._entry.runtime_data, series)
        if isinstance(found, NoOutlook):
            self._async_say(found)
            return
        self._last_word = KNOWN
        quantiles, quantity = wanted["quantiles"], wanted["quantity"]
        answer = forecast_answer([self._entry], series, found, quantiles, quantity)
        self._send({"state": KNOWN, "series": series, **answer})

    @callback
    def _async_say(self, word: str) -> None:
        """Tell why there is no forecast, once."""
        if word != self._last_word:
            self._last_word = word
            self._send({"state": str(word), "series": self._wanted["series"]})
