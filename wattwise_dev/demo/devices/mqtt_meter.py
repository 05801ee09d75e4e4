"""A meter that somebody built: it speaks WattWise's own format over MQTT."""

import asyncio
import json
from typing import Any, Final

from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from wattwise_dev.home_assistant import HOST
from wattwise_dev.simulator.sample import Sample

# Its network chip is made up: the second digit says that nobody gave it this address.
IDENTITY: Final = "027a7ad41c02"
_DISCOVERY: Final = f"wattwise/discovery/{IDENTITY}"
_DATA: Final = f"wattwise/{IDENTITY}/data"
_STATUS: Final = f"wattwise/{IDENTITY}/status"
_ANNOUNCEMENT: Final[dict[str, Any]] = {
    "id": IDENTITY,
    "name": "Main meter",
    "manufacturer": "Demo workshop",
    "model": "Three-phase meter",
    "firmware": "1.0.0",
    "topic": _DATA,
    "status": _STATUS,
}
_AT_LEAST_ONCE: Final = 1
_TIMEOUT_S: Final = 5.0


class MqttMeter:
    """Announces itself, leaves a last will, and publishes all it measures."""

    def __init__(self, port: int) -> None:
        """Prepare a meter of the broker on this port."""
        self._port = port
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTv311)
        self._client.will_set(_STATUS, "offline", _AT_LEAST_ONCE, retain=True)

    async def start(self) -> None:
        """Connect it, and announce it."""
        await asyncio.to_thread(self._client.connect, HOST, self._port)
        self._client.loop_start()
        self._publish(_DISCOVERY, json.dumps(_ANNOUNCEMENT), retain=True)
        self._publish(_STATUS, "online", retain=True)

    async def show(self, sample: Sample) -> None:
        """Publish what it measures, with its own time."""
        self._publish(_DATA, json.dumps({"time": sample.iso_time, **sample.values}))

    async def stop(self) -> None:
        """Disconnect it in order."""
        if self._client.is_connected():
            told = self._client.publish(_STATUS, "offline", _AT_LEAST_ONCE, retain=True)
            await asyncio.to_thread(told.wait_for_publish, _TIMEOUT_S)
        self._client.disconnect()
        await asyncio.to_thread(self._client.loop_stop)

    def _publish(self, topic: str, payload: str, *, retain: bool = False) -> None:
        self._client.publish(topic, payload, _AT_LEAST_ONCE, retain=retain)
