"""Following devices over MQTT that tell where their values are."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
import json
from typing import Any, Final

from homeassistant.components.mqtt import ReceiveMessage
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util.hass_dict import HassKey

from ...const import DOMAIN
from ...dialects.contract.dialect import Address, Dialect, MqttDialect
from .link import MqttLink

type AddressCallback = Callable[[Address], None]

_DATA: HassKey[dict[str, _Announcements]] = HassKey(f"{DOMAIN}_mqtt_announcements")
# They come in bursts, with old ones first: what a burst amounts to is true.
_SETTLE_SECONDS: Final = 2.0


@callback
def async_follow_device(
    hass: HomeAssistant, dialect: Dialect, device: str, on_address: AddressCallback
) -> CALLBACK_TYPE:
    """Call `on_address` with each address that a device announces from now on.

    `device` is the key of its identity. Returns what ends it.
    """
    assert dialect.mqtt is not None  # only devices that speak MQTT announce there
    followed = hass.data.setdefault(_DATA, {})
    if (announcements := followed.get(dialect.name)) is None:
        announcements = _Announcements(hass, dialect.mqtt)
        followed[dialect.name] = announcements
    follower = (device, on_address)
    announcements.add(follower)

    @callback
    def stop() -> None:
        if announcements.remove(follower):
            del followed[dialect.name]

    return stop


class _Announcements:
    """What all devices of a dialect announce, for those that are followed.

    Some bridges announce hundreds of devices in one message: it is read once for all
    meters, and in a thread.
    """

    def __init__(self, hass: HomeAssistant, speech: MqttDialect) -> None:
        """Listen for followers of a dialect."""
        self._hass = hass
        self._speech = speech
        self._search = speech.search()
        self._followers: list[tuple[str, AddressCallback]] = []
        self._link = MqttLink(hass, lambda: None)
        self._heard: list[tuple[str, bytes]] = []
        self._found: dict[str, Address] = {}
        self._worker: asyncio.Task[None] | None = None
        self._settle_timer: CALLBACK_TYPE | None = None

    @callback
    def add(self, follower: tuple[str, AddressCallback]) -> None:
        """Listen for one more follower."""
        self._followers.append(follower)
        self._listen()
        if follower[0] in self._found:
            # Announced for another follower before, it will not come again.
            self._settle_later()

    @callback
    def remove(self, follower: tuple[str, AddressCallback]) -> bool:
        """Listen no more for a follower; returns whether it was the last."""
        self._followers.remove(follower)
        if self._followers:
            self._listen()
            return False
        self._link.async_stop()
        if self._settle_timer:
            self._settle_timer()
            self._settle_timer = None
        if self._worker:
            self._worker.cancel()
        return True

    def _listen(self) -> None:
        topics = dict.fromkeys(
            topic
            for device, _ in self._followers
            for topic in self._speech.follow_topics(device)
        )
        self._link.async_listen([(topic, self._take) for topic in topics])

    @callback
    def _take(self, message: ReceiveMessage) -> None:
        assert isinstance(message.payload, bytes)  # the link asks for no encoding
        self._heard.append((message.topic, message.payload))
        if self._worker is None:
            self._worker = self._hass.async_create_background_task(
                self._async_read(), f"{DOMAIN} MQTT announcements", eager_start=False
            )

    async def _async_read(self) -> None:
        """Read what was heard, and tell of it when nothing follows any more."""
        try:
            while self._heard:
                heard, self._heard = self._heard, []
                await self._hass.async_add_executor_job(self._read, heard)
            self._settle_later()
        finally:
            self._worker = None

    def _read(self, heard: Sequence[tuple[str, bytes]]) -> None:
        for topic, payload in heard:
            self._search.note(topic, payload.decode(errors="replace"))
        self._found = {f.identity.key: f.address for f in self._search.findings()}

    def _settle_later(self) -> None:
        if self._settle_timer:
            self._settle_timer()
        self._settle_timer = async_call_later(self._hass, _SETTLE_SECONDS, self._settle)

    @callback
    def _settle(self, _now: datetime) -> None:
        self._settle_timer = None
        for follower in list(self._followers):
            device, on_address = follower
            address = self._found.get(device)
            # What one follower does about it may end others.
            if address is not None and follower in self._followers:
                on_address(address)


def is_elsewhere(speech: MqttDialect, known: Address, announced: Address) -> bool:
    """Return whether a device that was at a known address has gone to another.

    One of which a part is missing is not believed: the rest may be still to come.
    """
    old, new = set(speech.topics(known)), set(speech.topics(announced))
    return not new < old and _in_order(known) != _in_order(announced)


def _in_order(value: Any) -> str:
    """Return what is the same for two addresses that differ only in their order."""
    if isinstance(value, dict):
        return json.dumps(
            {key: _in_order(part) for key, part in value.items()}, sort_keys=True
        )
    if isinstance(value, list | tuple):
        return json.dumps(sorted(_in_order(part) for part in value))
    return json.dumps(value)
