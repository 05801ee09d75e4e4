"""A demo home for all tests with a browser."""

from collections.abc import Iterator

import pytest
import pytest_socket

from tests.conftest import require_program
from tests.real.demo_process import COMPLETE_HOME, complete_home, running_demo
from wattwise_dev.home_assistant import free_port


@pytest.fixture(autouse=True)
def _real_sockets(socket_enabled: None) -> None:
    """Let these tests talk to servers of this machine."""


@pytest.fixture(scope="session")
def demo_url() -> Iterator[str]:
    """Return the address of a demo home that was set up before."""
    require_program("chromium")
    # This is set up before the first test's own fixtures.
    pytest_socket.enable_socket()
    demo = complete_home().demo
    assert demo.returncode == 0, demo.stderr
    port = free_port()
    with running_demo("--name", COMPLETE_HOME, "--port", str(port)) as again:
        yield f"http://127.0.0.1:{port}"
    assert again.returncode == 0
