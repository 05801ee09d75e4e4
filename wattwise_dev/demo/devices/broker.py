"""An MQTT broker of this machine only: Mosquitto, or one written in Python."""

import asyncio
import logging
from pathlib import Path
from typing import Protocol

from amqtt.broker import Broker  # type: ignore[import-untyped]

from wattwise_dev.home_assistant import HOST
from wattwise_dev.mqtt import broker as mosquitto
from wattwise_dev.mqtt.broker import BrokerFailedError, BrokerMissingError


class MqttBroker(Protocol):
    """Passes messages on, to everybody on this machine."""

    name: str
    """The program."""
    protocol: str
    """The newest version of MQTT it speaks, as Home Assistant writes it."""

    async def start(self) -> None:
        """Start it; raises BrokerFailedError."""

    async def stop(self) -> None:
        """Stop it; retained messages are gone then."""


def broker_at(port: int, folder: Path) -> MqttBroker:
    """Return a broker that is not started; what it prints goes to the folder."""
    try:
        return Mosquitto(port, folder)
    except BrokerMissingError:
        return PythonBroker(port)


class Mosquitto:
    """The usual broker, as a process of its own."""

    name = mosquitto.PROGRAM
    protocol = "5"

    def __init__(self, port: int, folder: Path) -> None:
        """Prepare a broker that is not started; raises BrokerMissingError."""
        self._process = mosquitto.Broker(folder, port)

    async def start(self) -> None:
        """Start it; raises BrokerFailedError."""
        await asyncio.to_thread(self._process.start)

    async def stop(self) -> None:
        """Stop it; retained messages are gone then."""
        await asyncio.to_thread(self._process.stop)


class PythonBroker:
    """The broker of amqtt, in this process."""

    name = "amqtt"
    protocol = "3.1.1"

    def __init__(self, port: int) -> None:
        """Prepare a broker that is not started."""
        # It tells of every client that goes.
        logging.getLogger("amqtt").setLevel(logging.ERROR)
        logging.getLogger("transitions").setLevel(logging.ERROR)
        self._port = port
        self._broker: Broker | None = None

    async def start(self) -> None:
        """Start it; raises BrokerFailedError."""
        broker = Broker(
            {
                "listeners": {
                    "default": {"type": "tcp", "bind": f"{HOST}:{self._port}"}
                },
                "plugins": {
                    "amqtt.plugins.authentication.AnonymousAuthPlugin": {
                        "allow_anonymous": True
                    }
                },
            }
        )
        try:
            await broker.start()
        except Exception as err:
            # It wraps what went wrong in errors of its parts.
            raise BrokerFailedError(
                f"The broker does not listen on port {self._port}: {err}"
            ) from err
        self._broker = broker

    async def stop(self) -> None:
        """Stop it; retained messages are gone then."""
        if self._broker is not None:
            broker, self._broker = self._broker, None
            await broker.shutdown()
