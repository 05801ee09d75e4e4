"""Hearing many topics for a while without getting in the way of anything else."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from typing import Final

import probatio

from homeassistant.components import mqtt
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from ...const import LOGGER

type Hearer = Callable[[str, str], None]

# What was heard is looked through this often, in a thread.
TURN_SECONDS: Final = 0.25

# More than this in one turn is not heard. It is what the discovery messages of some
# thousand entities amount to, which come at once when they are asked for.
_MAX_HEARD: Final = 20_000
_MAX_HEARD_BYTES: Final = 32 * 1024 * 1024
# Lists of all devices of a large Zigbee network are the longest messages of use.
_MAX_MESSAGE_BYTES: Final = 4 * 1024 * 1024
# How long the broker may take to confirm subscriptions before devices are prompted.
_CONFIRM_SECONDS: Final = 3.0


class MqttEar:
    """Hears topics, and lets what was heard be looked through in a thread."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Hear with Home Assistant's client."""
        self._hass = hass
        self._heard: list[tuple[Hearer, str, bytes]] = []
        self._heard_bytes = 0
        self._missed = 0
        self._subscriptions: dict[Hearer, list[CALLBACK_TYPE]] = {}

    async def async_open(self, topics: Iterable[str], hearer: Hearer) -> None:
        """Let messages of these filters be heard."""

        @callback
        def note(message: mqtt.ReceiveMessage) -> None:
            payload = message.payload
            assert isinstance(payload, bytes)  # no encoding was asked for
            size = self._heard_bytes + len(payload)
            if hearer not in self._subscriptions:
                # The client was started anew since: it knows nothing of the end.
                return
            if (
                len(self._heard) >= _MAX_HEARD
                or size > _MAX_HEARD_BYTES
                or len(payload) > _MAX_MESSAGE_BYTES
            ):
                self._missed += 1
                return
            self._heard_bytes = size
            self._heard.append((hearer, message.topic, payload))

        ends = self._subscriptions.setdefault(hearer, [])
        for topic in dict.fromkeys(topics):
            try:
                mqtt.valid_subscribe_topic(topic)
            except probatio.Invalid as err:
                # The client would stumble over it, with the subscriptions of others.
                LOGGER.debug("Not listening to the topic %r: %s", topic, err)
                continue
            ends.append(
                await mqtt.async_subscribe(self._hass, topic, note, encoding=None)
            )

    def close(self, hearer: Hearer) -> None:
        """Let messages for this hearer not be heard any more."""
        for end in self._subscriptions.pop(hearer, ()):
            end()

    def close_all(self) -> None:
        """Hear nothing any more."""
        for hearer in list(self._subscriptions):
            self.close(hearer)
        if self._missed:
            LOGGER.info(
                "%d MQTT messages came too fast to be searched for meters", self._missed
            )

    async def async_turn(self) -> bool:
        """Let hearers have what was heard since the last turn; say if that is any."""
        heard, self._heard = self._heard, []
        self._heard_bytes = 0
        if heard:
            await self._hass.async_add_executor_job(_let_hear, heard)
        return bool(heard)


def _let_hear(heard: Iterable[tuple[Hearer, str, bytes]]) -> None:
    for hearer, topic, payload in heard:
        hearer(topic, payload.decode(errors="replace"))


async def async_confirmed(hass: HomeAssistant, topics: Collection[str]) -> None:
    """Wait until the broker has confirmed subscriptions, but not for ever."""
    confirmed = {topic: asyncio.Event() for topic in topics}
    ends = [
        mqtt.async_on_subscribe_done(hass, topic, mqtt.DEFAULT_QOS, event.set)
        for topic, event in confirmed.items()
    ]
    try:
        async with asyncio.timeout(_CONFIRM_SECONDS):
            for event in confirmed.values():
                await event.wait()
    except TimeoutError:
        LOGGER.debug("The MQTT broker is slow to confirm subscriptions")
    finally:
        for end in ends:
            end()
