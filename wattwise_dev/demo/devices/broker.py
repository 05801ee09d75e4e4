"""An MQTT broker of this machine only: Mosquitto, or one written in Python."""

import asyncio
from asyncio.subprocess import Process
import logging
from pathlib import Path
import shutil
import time
from typing import Final, Protocol

from amqtt.broker import Broker  # type: ignore[import-untyped]

from wattwise_dev.home_assistant import HOST

_START_TIMEOUT_S: Final = 10.0
_STOP_TIMEOUT_S: Final = 5.0
_POLL_S: Final = 0.02


class BrokerError(Exception):
    """The broker did not start; the message says why."""


class MqttBroker(Protocol):
    """Passes messages on, to everybody on this machine."""

    name: str
    """The program."""
    protocol: str
    """The newest version of MQTT it speaks, as Home Assistant writes it."""

    async def start(self) -> None:
        """Start it; raises BrokerError."""

    async def stop(self) -> None:
        """Stop it; retained messages are gone then."""


def broker_at(port: int, folder: Path) -> MqttBroker:
    """Return a broker that is not started; what it prints goes to the folder."""
    if program := shutil.which("mosquitto"):
        return Mosquitto(program, port, folder)
    return PythonBroker(port)


class Mosquitto:
    """The usual broker, as a process of its own."""

    name = "mosquitto"
    protocol = "5"

    def __init__(self, program: str, port: int, folder: Path) -> None:
        """Prepare a broker that is not started."""
        self._program = program
        self._port = port
        self._folder = folder
        self._process: Process | None = None

    @property
    def log(self) -> Path:
        """What it prints."""
        return self._folder / "mosquitto.log"

    async def start(self) -> None:
        """Start it; raises BrokerError."""
        settings = self._folder / "mosquitto.conf"
        settings.write_text(
            f"listener {self._port} {HOST}\nallow_anonymous true\npersistence false\n",
            encoding="utf-8",
        )
        with self.log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                self._program,
                "-c",
                str(settings),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C in the terminal is for the parent, which stops its child.
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not await _listens(self._port):
            if self._process.returncode is not None or time.monotonic() > deadline:
                raise BrokerError(
                    f"Mosquitto does not listen on port {self._port}:\n"
                    f"{self.log.read_text(encoding='utf-8', errors='replace')}"
                )
            await asyncio.sleep(_POLL_S)

    async def stop(self) -> None:
        """Stop it; retained messages are gone then."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), _STOP_TIMEOUT_S)
        except TimeoutError:
            process.kill()
            await process.wait()


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
        """Start it; raises BrokerError."""
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
            raise BrokerError(
                f"The broker does not listen on port {self._port}: {err}"
            ) from err
        self._broker = broker

    async def stop(self) -> None:
        """Stop it; retained messages are gone then."""
        if self._broker is not None:
            broker, self._broker = self._broker, None
            await broker.shutdown()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(HOST, port)
    except OSError:
        return False
    writer.close()
    return True
