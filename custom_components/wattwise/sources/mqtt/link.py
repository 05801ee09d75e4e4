"""Subscriptions that outlive the comings and goings of Home Assistant's MQTT client."""

from collections.abc import Callable, Iterable
from typing import Final

import probatio

from homeassistant.components import mqtt
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util.hass_dict import HassKey

from ...const import DOMAIN, LOGGER

type MessageCallback = Callable[[mqtt.ReceiveMessage], None]

# The broker keeps messages of this quality until they have arrived.
_QOS: Final = 1
_ISSUE_ID: Final = "mqtt_not_set_up"
_DATA_WAITING: HassKey[set[MqttLink]] = HassKey(f"{DOMAIN}_links_without_mqtt")


class MqttLink:
    """Keeps subscriptions while Home Assistant's MQTT integration is loaded.

    It may be set up, reloaded or removed at any time: Home Assistant restores
    subscriptions after a reload, but they can then not be ended any more, so these
    are ended before and made anew after.
    """

    def __init__(self, hass: HomeAssistant, on_change: CALLBACK_TYPE) -> None:
        """Call `on_change` whenever the connection came or went."""
        self._hass = hass
        self._on_change = on_change
        self._wanted: list[tuple[str, MessageCallback]] = []
        self._subscriptions: dict[tuple[str, MessageCallback], CALLBACK_TYPE] = {}
        self._loaded = False
        self._stop: list[CALLBACK_TYPE] = []

    @property
    def connected(self) -> bool:
        """Whether messages can arrive."""
        return self._loaded and mqtt.is_connected(self._hass)

    @callback
    def async_listen(self, wanted: Iterable[tuple[str, MessageCallback]]) -> None:
        """Subscribe to exactly these filters, now or as soon as there is a client.

        Messages have their payload as bytes.
        """
        self._wanted = list(dict.fromkeys(wanted))
        if not self._stop:
            self._stop = [
                async_dispatcher_connect(
                    self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed
                ),
                mqtt.async_subscribe_connection_status(
                    self._hass, self._connection_changed
                ),
            ]
        self._refresh()

    @callback
    def async_stop(self) -> None:
        """End the subscriptions and wait no longer."""
        while self._stop:
            self._stop.pop()()
        self._wanted.clear()
        self._loaded = False
        self._end_unwanted()
        self._note_waiting(waiting=False)

    @callback
    def _entry_changed(self, _change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry.domain == mqtt.DOMAIN:
            self._refresh()
            self._on_change()

    @callback
    def _connection_changed(self, _connected: bool) -> None:
        self._on_change()

    @callback
    def _refresh(self) -> None:
        """Be subscribed exactly while the MQTT integration is loaded."""
        entries = self._hass.config_entries
        self._loaded = bool(entries.async_loaded_entries(mqtt.DOMAIN))
        self._end_unwanted()
        if self._loaded:
            self._hass.async_create_task(
                self._async_subscribe(), f"{DOMAIN} MQTT subscriptions"
            )
        self._note_waiting(
            waiting=not entries.async_has_entries(
                mqtt.DOMAIN, include_disabled=False, include_ignore=False
            )
        )

    async def _async_subscribe(self) -> None:
        for topic, on_message in self._wanted:
            if (topic, on_message) in self._subscriptions:
                continue
            try:
                mqtt.valid_subscribe_topic(topic)
            except probatio.Invalid as err:
                # The client would stumble over it, with the subscriptions of others.
                LOGGER.warning("Not listening to the topic %r: %s", topic, err)
                continue
            self._subscriptions[topic, on_message] = await mqtt.async_subscribe(
                self._hass, topic, on_message, _QOS, encoding=None
            )

    def _end_unwanted(self) -> None:
        """End the subscriptions that cannot or shall not be any more."""
        keep = set(self._wanted) if self._loaded else set()
        for key in self._subscriptions.keys() - keep:
            self._subscriptions.pop(key)()

    def _note_waiting(self, *, waiting: bool) -> None:
        """Tell the user while any meter waits for an MQTT integration."""
        links = self._hass.data.setdefault(_DATA_WAITING, set())
        if waiting:
            links.add(self)
        else:
            links.discard(self)
        if not links:
            ir.async_delete_issue(self._hass, DOMAIN, _ISSUE_ID)
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            _ISSUE_ID,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key="mqtt_not_set_up",
        )
