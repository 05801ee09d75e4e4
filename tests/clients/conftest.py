"""What tests of the clients share."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
import sys

from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

CLIENTS = Path(__file__).parents[2] / "clients"
# As for anybody who copied the folder.
sys.path.insert(0, str(CLIENTS / "python"))

type Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture(autouse=True)
def _real_sockets(socket_enabled: None) -> None:
    """Let these tests talk to servers of this machine."""


@asynccontextmanager
async def serving(answer: Answering) -> AsyncIterator[str]:
    """Run a server that answers every request so; yield its address."""
    app = web.Application(client_max_size=10_000_000)
    app.router.add_route("*", "/{path:.*}", answer)
    server = TestServer(app)
    await server.start_server()
    try:
        yield str(server.make_url("")).rstrip("/")
    finally:
        await server.close()
