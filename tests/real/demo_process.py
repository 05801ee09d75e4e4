"""The demo as a person starts it: a process of its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
import signal
import subprocess
import sys
import time

from wattwise_dev.home_assistant import free_port

REPOSITORY = Path(__file__).resolve().parents[2]
HOMES = REPOSITORY / ".wattwise" / "demo"
COMPLETE_HOME = "test-home"
# Two weeks are loaded in a quarter of the time that the whole past takes.
SHORT_PAST = ("--past", "14")
_READY_TIMEOUT_S = 240
_STOP_TIMEOUT_S = 60


@dataclass(frozen=True)
class Smoke:
    """A home that was set up, looked at and stopped."""

    demo: subprocess.CompletedProcess[str]
    log: str
    """What Home Assistant had to say."""


@cache
def complete_home() -> Smoke:
    """Set up the home that has all there can be, once for all tests.

    It stays in its folder, so that tests can go on with it.
    """
    return smoke(COMPLETE_HOME, free_port(), *SHORT_PAST)


def smoke(
    name: str,
    port: int,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
) -> Smoke:
    """Set a new home up in the folder of this name."""
    where = ("--name", name, "--port", str(port))
    demo = run_demo("--smoke", *where, *arguments, environment=environment)
    log = HOMES / name / "home-assistant.log"
    return Smoke(demo, log.read_text() if log.exists() else "")


def run_demo(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the demo until it ends by itself, in another environment if one is given."""
    return subprocess.run(  # noqa: S603  (the command is ours)
        _command(*arguments),
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=_READY_TIMEOUT_S,
        check=False,
    )


@contextmanager
def running_demo(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run the demo until it says that it is ready, and interrupt it afterwards."""
    demo = subprocess.Popen(  # noqa: S603  (the command is ours)
        _command(*arguments),
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _wait_until_ready(demo)
        yield demo
    finally:
        demo.send_signal(signal.SIGINT)
        try:
            demo.communicate(timeout=_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            demo.kill()
            raise


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "wattwise_dev.demo", *arguments]


def _wait_until_ready(demo: subprocess.Popen[str]) -> None:
    assert demo.stderr is not None
    deadline = time.monotonic() + _READY_TIMEOUT_S
    said = []
    for line in demo.stderr:
        said.append(line)
        if line.endswith("Ready.\n"):
            return
        assert time.monotonic() < deadline, "".join(said)
    raise AssertionError("".join(said))
