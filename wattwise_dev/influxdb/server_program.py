"""A database server as a child process, started, killed and started again at will."""

from abc import ABC, abstractmethod
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
import shutil
import subprocess
import time
from typing import Final, Self

from wattwise_dev.home_assistant import free_port

HOST: Final = "127.0.0.1"
UNPACKED: Final = Path(__file__).parents[2] / ".wattwise" / "influxdb" / "usr" / "bin"
_PATIENCE_SECONDS: Final = 20.0
# Writing what is in memory to the disk takes a moment.
_STOP_SECONDS: Final = 10.0


class ServerMissingError(Exception):
    """The server's program is not here; the message says how to get it."""


class ServerFailedError(Exception):
    """The server ended, or does not answer."""


def find_program(name: str) -> str | None:
    """Return where a program is: as scripts/setup unpacked it, or on the path."""
    return shutil.which(name, path=UNPACKED) or shutil.which(name)


class ServerProgram(ABC):
    """A server which keeps its port and its data while it is down."""

    program: str

    def __init__(self, folder: Path, port: int | None = None) -> None:
        """Prepare a server whose data lie in a folder; raises ServerMissingError.

        Without a port it takes one on which nobody listens now.
        """
        program = find_program(self.program)
        if program is None:
            raise ServerMissingError(
                f"{self.program} is not installed (scripts/setup --influxdb unpacks it)"
            )
        self._program = program
        self._folder = folder
        self.port: int = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"http://{HOST}:{self.port}"

    @abstractmethod
    def arguments(self, folder: Path) -> list[str]:
        """Return how the program is called so that its data lie in the folder."""

    def __enter__(self) -> Self:
        """Start the server."""
        self.start()
        return self

    def __exit__(self, *_args: object) -> None:
        """End the server."""
        self.kill()

    def start(self) -> None:
        """Start the server, on the same port as before; raises ServerFailedError."""
        log = self._folder / f"{self.program}.log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603
                [self._program, *self.arguments(self._folder)],
                stdout=subprocess.DEVNULL,
                stderr=output,
                # Ctrl-C in the terminal is for the parent, which ends its child.
                start_new_session=True,
            )
        end = time.monotonic() + _PATIENCE_SECONDS
        while not self._answers():
            if time.monotonic() > end or self._process.poll() is not None:
                self.kill()
                last = log.read_text(errors="replace").splitlines()[-5:]
                raise ServerFailedError("\n".join([f"{self.program} failed:", *last]))
            time.sleep(0.02)

    def stop(self) -> None:
        """End the server in order."""
        if self._process:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_STOP_SECONDS)
            self.kill()

    def kill(self) -> None:
        """End the server as a power cut would."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        connection = HTTPConnection(HOST, self.port, timeout=1)
        try:
            connection.request("GET", "/ping")
            return connection.getresponse().status == 204
        except OSError, HTTPException:
            return False
        finally:
            connection.close()
