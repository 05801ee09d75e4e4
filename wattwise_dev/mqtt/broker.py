"""Mosquitto as a child process, started and ended at will."""

from pathlib import Path
import shutil
import socket
import subprocess
import time
from typing import Final

HOST: Final = "127.0.0.1"
PROGRAM: Final = "mosquitto"
_START_TIMEOUT_S: Final = 10.0
_STOP_TIMEOUT_S: Final = 5.0
_POLL_S: Final = 0.02


class BrokerMissingError(Exception):
    """Mosquitto is not installed; the message says how to install it."""


class BrokerFailedError(Exception):
    """The broker ended or does not listen; the message holds what it printed."""


class Broker:
    """Mosquitto on a port of this computer, without a memory of its own."""

    def __init__(self, folder: Path, port: int | None = None) -> None:
        """Prepare a broker that keeps its files in a folder, on any port if none is given.

        Raises BrokerMissingError.
        """
        program = shutil.which(PROGRAM)
        if program is None:
            raise BrokerMissingError(
                f"{PROGRAM} is not installed (scripts/setup --system installs it)"
            )
        self._program = program
        self._folder = folder
        self.port = port or _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What it prints."""
        return self._folder / "mosquitto.log"

    def start(self) -> None:
        """Start the broker, on the same port as before; raises BrokerFailedError."""
        settings = self._folder / "mosquitto.conf"
        settings.write_text(
            f"listener {self.port} {HOST}\n"
            "allow_anonymous true\n"
            "persistence false\n"
            "max_queued_messages 0\n",
            encoding="utf-8",
        )
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [self._program, "-c", str(settings)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C in the terminal is for the parent, which ends its child.
                start_new_session=True,
            )
        end = time.monotonic() + _START_TIMEOUT_S
        while True:
            try:
                socket.create_connection((HOST, self.port), timeout=1).close()
            except OSError as error:
                if time.monotonic() > end or self._process.poll() is not None:
                    printed = self.log.read_text(encoding="utf-8", errors="replace")
                    raise BrokerFailedError(
                        f"{PROGRAM} does not listen on port {self.port}:\n{printed}"
                    ) from error
                time.sleep(_POLL_S)
            else:
                return

    def stop(self) -> None:
        """End the broker in order; what it retained is gone then."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(_STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def kill(self) -> None:
        """End the broker as a power cut would."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
