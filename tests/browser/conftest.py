"""A demo home for all tests with a browser."""

from collections.abc import Iterator
import shutil

import pytest
import pytest_socket

from tests.conftest import require_program
from tests.real.demo_process import REPOSITORY, running_demo
from wattwise_dev.home_assistant import free_port

_NAME = "test-browser"


@pytest.fixture(autouse=True)
def _real_sockets(socket_enabled: None) -> None:
    """Let these tests talk to servers of this machine."""


@pytest.fixture(scope="session")
def demo_url() -> Iterator[str]:
    """Return the address of a demo home that was set up anew."""
    require_program("chromium")
    shutil.rmtree(REPOSITORY / ".wattwise" / "demo" / _NAME, ignore_errors=True)
    # This is set up before the first test's own fixtures.
    pytest_socket.enable_socket()
    port = free_port()
    with running_demo("--name", _NAME, "--port", str(port)):
        yield f"http://127.0.0.1:{port}"
