"""What tests share that start real servers."""

import pytest


@pytest.fixture(autouse=True)
def _real_sockets(socket_enabled: None) -> None:
    """Let these tests talk to servers of this machine."""
