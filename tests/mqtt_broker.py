"""A real MQTT broker, devices that publish to it, and Home Assistant connected to it."""

import asyncio
from collections.abc import Callable
import json
from pathlib import Path
from typing import Any, Final

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.components import mqtt
from homeassistant.core import HomeAssistant
from wattwise_dev.mqtt.broker import HOST, PROGRAM, Broker as Mosquitto

from .conftest import require_program

_PATIENCE_SECONDS: Final = 10.0


class Broker(Mosquitto):
    """Mosquitto, where it is installed."""

    def __init__(self, folder: Path) -> None:
        """Prepare a broker; the test is skipped without one."""
        require_program(PROGRAM)
        super().__init__(folder)


class Publisher:
    """A device on the broker."""

    def __init__(self, broker: Broker, will: tuple[str, str] | None = None) -> None:
        """Connect a device, whose last will is a topic and a retained payload."""
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.reconnect_delay_set(1, 1)
        if will:
            self._client.will_set(*will, qos=1, retain=True)
        self._client.connect(HOST, broker.port)
        self._client.loop_start()

    def publish(
        self, topic: str, payload: Any, *, retain: bool = False, qos: int = 1
    ) -> None:
        """Publish a text, bytes, or anything else as JSON; the broker has it then."""
        if not isinstance(payload, str | bytes):
            payload = json.dumps(payload)
        told = self._client.publish(topic, payload, qos=qos, retain=retain)
        told.wait_for_publish(_PATIENCE_SECONDS)
        assert told.is_published()

    def answer(self, topic: str, answers: Callable[[str], None]) -> None:
        """Call `answers` with each payload that comes under a topic."""

        def note(_client: Client, _userdata: object, message: MQTTMessage) -> None:
            answers(message.payload.decode())

        self._client.on_message = note
        self._client.subscribe(topic, qos=1)

    def vanish(self) -> None:
        """Lose the connection without a word, so that the last will is published."""
        connection = self._client.socket()
        assert connection is not None
        self._client.loop_stop()
        connection.close()

    def close(self) -> None:
        """Leave in good order."""
        self._client.disconnect()
        self._client.loop_stop()


async def async_set_up_mqtt(
    hass: HomeAssistant, broker: Broker, *, discovery: bool = False
) -> MockConfigEntry:
    """Connect Home Assistant's own MQTT integration to the broker.

    With discovery, Home Assistant makes entities and starts flows of what is announced.
    """
    # It looks there for entities that were written by hand.
    Path(hass.config.path("configuration.yaml")).touch()
    entry = MockConfigEntry(
        domain=mqtt.DOMAIN,
        title="Mosquitto",
        data={"broker": HOST, "port": broker.port, "protocol": "5"},
        options={"birth_message": {}, "will_message": {}, "discovery": discovery},
        version=2,
        minor_version=1,
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await async_until(lambda: mqtt.is_connected(hass))
    return entry


async def async_until(
    condition: Callable[[], object], seconds: float = _PATIENCE_SECONDS
) -> None:
    """Wait until a condition holds; fails if it does not within the time [s]."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
