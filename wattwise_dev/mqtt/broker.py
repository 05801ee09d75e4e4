"""Mosquitto as a child process, started and ended at will."""

from pathlib import Path
import shutil
import socket
import subprocess
import time
from typing import Final

HOST: Final = "127.0.0.1"
PROGRAM: Final = "mosquitto"
_PATIENCE_SECONDS: Final = 10.0


class BrokerMissingError(Exception):
    """Mosquitto is not installed; the message says how to install it."""


class BrokerFailedError(Exception):
    """Mosquitto ended or does not listen."""


class Broker:
    """Mosquitto on a free port of this computer, without a memory of its own."""

    def __init__(self, folder: Path) -> None:
        """Prepare a broker whose configuration lies in a folder.

        Raises BrokerMissingError.
        """
        program = shutil.which(PROGRAM)
        if program is None:
            raise BrokerMissingError(
                f"{PROGRAM} is not installed (scripts/setup --system installs it)"
            )
        self._program = program
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port: int = probe.getsockname()[1]
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            f"listener {self.port} {HOST}\n"
            "allow_anonymous true\n"
            "persistence false\n"
            "max_queued_messages 0\n",
            encoding="utf-8",
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the broker, on the same port as before; raises BrokerFailedError."""
        self._process = subprocess.Popen(  # noqa: S603
            [self._program, "-c", str(self._config)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Ctrl-C in the terminal is for the parent, which ends its child.
            start_new_session=True,
        )
        end = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                socket.create_connection((HOST, self.port), timeout=1).close()
            except OSError as error:
                if time.monotonic() > end or self._process.poll() is not None:
                    raise BrokerFailedError(f"{PROGRAM} does not listen") from error
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """End the broker as a power cut would."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None
