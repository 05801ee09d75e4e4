"""The firmware of a meter as a program of this computer: built once, run at will.

All nodes have the same hardware address: it is compiled into every object file, and one
program serves the demo and the tests. Builds share a folder for the same reason: what
stays the same from one program to the next is not compiled again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
import fcntl
import hashlib
import os
from pathlib import Path
import shutil
import signal
import socket
import subprocess
import time
from types import TracebackType
from typing import Final, Self

from .tool import ENVIRONMENT, ROOT, EsphomeFailedError, esphome_command, run

FIRMWARE: Final = ROOT / "firmware"
BUILDS: Final = ROOT / ".wattwise" / "esphome-build"
# Made up: the second digit says that nobody gave a network chip this address.
MAC: Final = "02:7a:7a:5c:1e:07"
IDENTITY: Final = MAC.replace(":", "")

_HERE: Final = Path(__file__).parent
_METER: Final = _HERE / "host_meter.yaml"
_PUSHING_METER: Final = _HERE / "host_pushing_meter.yaml"
_JSON_LIBRARY: Final = _HERE / "arduinojson"
_DATA: Final = "data"
_LOCK: Final = "lock"
_BUILD_SECONDS: Final = 900.0
_START_SECONDS: Final = 10.0
_STOP_SECONDS: Final = 5.0
# Builds of firmware that has changed since are not kept for ever.
_BUILDS_KEPT: Final = 6


class CompilerMissingError(Exception):
    """There is no C++ compiler; the message says how to install one."""


class HostProgramError(Exception):
    """The program ended or does not listen; the message holds the end of its log."""


def host_program(
    meter_package: str = "pzem004t_v3", label: str = "", *, pushes: bool = True
) -> Path:
    """Return the program of a meter of firmware/meters, built if it was not yet.

    The label stands before the names of its sensors. A first build takes about half a
    minute, less without what pushes over HTTP. Raises EsphomeMissingError and
    CompilerMissingError, and EsphomeFailedError with what ESPHome printed.
    """
    command = esphome_command()
    device = _PUSHING_METER if pushes else _METER
    folder = BUILDS / _fingerprint(command, device, meter_package, label)
    program = folder / "program"
    folder.mkdir(parents=True, exist_ok=True)
    with _only_one():
        if program.exists():
            os.utime(folder)
            return program
        if shutil.which("g++") is None:
            raise CompilerMissingError(
                "g++ is not installed (scripts/setup --system installs it)"
            )
        output = run(
            "compile",
            (device,),
            data=BUILDS / _DATA,
            substitutions=_substitutions(meter_package, label),
            seconds=_BUILD_SECONDS,
        )
        built = list((BUILDS / _DATA).glob("build/*/.pioenvs/*/program"))
        if len(built) != 1:
            raise EsphomeFailedError(output)
        # Only when it is complete does it count as built.
        shutil.copy2(built[0], folder / "program.new")
        (folder / "program.new").rename(program)
        _forget_old_builds()
    return program


class RunningMeter:
    """A program of a meter while it runs; use it with `with`."""

    def __init__(
        self,
        program: Path,
        folder: Path,
        line: Path,
        api_port: int,
        *,
        url: str | None = None,
        push_key: str | None = None,
    ) -> None:
        """Prepare an instance that keeps its settings in a folder.

        It polls the meter on a serial line, offers ESPHome's API on a port, and
        pushes to a Home Assistant if it can, and has its URL and a key.
        """
        self.api_port = api_port
        self._program = program
        self._folder = folder
        self._line = line
        self._push = {"WATTWISE_URL": url, "WATTWISE_PUSH_KEY": push_key}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()

    @property
    def log(self) -> Path:
        """What the program prints."""
        return self._folder / "log.txt"

    def start(self) -> None:
        """Start it and wait until it listens; raises HostProgramError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        environment = os.environ | {
            "ESPHOME_PREFDIR": str(self._folder),
            "WATTWISE_API_PORT": str(self.api_port),
            "WATTWISE_SERIAL_LINE": str(self._line),
        }
        environment |= {name: value for name, value in self._push.items() if value}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                (self._program,),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C in the terminal is for the parent, which stops its child.
                start_new_session=True,
            )
        try:
            self._wait_until_listening(self._process)
        except BaseException:
            self.kill()
            raise

    def stop(self) -> int | None:
        """End it in order and return its exit code, None if it was not started."""
        if self._process is None:
            return None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
        return self._process.returncode

    def kill(self) -> None:
        """End it at once, as when the node loses its power."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _wait_until_listening(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.api_port), 1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        log = self.log.read_text(encoding="utf-8", errors="replace")
        raise HostProgramError(
            f"The meter does not listen on port {self.api_port}:\n{log[-4000:]}"
        )


def _substitutions(meter_package: str, label: str) -> dict[str, str]:
    return {
        "meter_package": meter_package,
        "mac": MAC,
        "label": label,
        "firmware": str(FIRMWARE),
        "components_path": str(FIRMWARE / "components"),
        "json_library": str(_JSON_LIBRARY),
    }


def _fingerprint(command: Path, device: Path, meter_package: str, label: str) -> str:
    """Return what changes whenever the program would."""
    content = hashlib.sha256()
    parameters = (device.name, meter_package, MAC, label, command.parent)
    content.update("\n".join(map(str, parameters)).encode())
    content.update((ENVIRONMENT / "installed-from").read_bytes())
    files = [
        _METER,
        _PUSHING_METER,
        *_JSON_LIBRARY.rglob("*"),
        FIRMWARE / "meters" / f"{meter_package}.yaml",
        *(FIRMWARE / "common").glob("*.yaml"),
        *(FIRMWARE / "transports").glob("*.yaml"),
        *(FIRMWARE / "components").rglob("*"),
    ]
    for file in sorted(files):
        if file.is_file() and "__pycache__" not in file.parts:
            content.update(f"\n{file.relative_to(ROOT)}\n".encode())
            content.update(file.read_bytes())
    return f"{meter_package}-{content.hexdigest()[:16]}"


@contextmanager
def _only_one() -> Iterator[None]:
    """Let no two processes build at the same time."""
    with (BUILDS / _LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _forget_old_builds() -> None:
    """Delete the builds that were not used for the longest time."""
    builds = sorted(
        (folder for folder in BUILDS.iterdir() if (folder / "program").exists()),
        key=lambda folder: folder.stat().st_mtime,
        reverse=True,
    )
    for folder in builds[_BUILDS_KEPT:]:
        shutil.rmtree(folder)
