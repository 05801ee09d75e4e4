"""The floor of an HTTP interface: aiohttp alone, in a process of its own.

Prints its port, answers what meters push, and stores nothing.
"""

import asyncio
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
import sys
from typing import Any, Final

from aiohttp import web

from wattwise_dev.home_assistant.configuration import REPOSITORY

from ..load import MeasurementError
from .wattwise_probe.views import answer

_HOST: Final = "127.0.0.1"
_START_TIMEOUT_S: Final = 30.0


@asynccontextmanager
async def bare_server() -> AsyncIterator[str]:
    """Run the server in a child process and yield the address to push to."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", __name__, stdout=PIPE, cwd=REPOSITORY
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), _START_TIMEOUT_S)
        if not line:
            raise MeasurementError("The bare server did not start")
        yield f"http://{_HOST}:{int(line)}/data"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _post(request: web.Request) -> web.Response:
    parsed: Any = await request.json()
    return web.json_response(answer(parsed), status=HTTPStatus.ACCEPTED)


async def _serve() -> None:
    app = web.Application(client_max_size=2**20)
    app.router.add_post("/data", _post)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, _HOST, 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
