"""A way to Home Assistant that can be closed, as when a router is switched off."""

import asyncio
from typing import Final

from wattwise_dev.home_assistant.configuration import HOST

_CHUNK_BYTES: Final = 65_536


class Gate:
    """Passes connections on to a port of this computer while it is open."""

    def __init__(self, target_port: int) -> None:
        """Prepare a gate to a port."""
        self.port = 0
        self._target_port = target_port
        self._server: asyncio.Server | None = None
        self._passing: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        """Let connections through, always on the same port."""
        self._server = await asyncio.start_server(self._connected, HOST, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Cut all connections and refuse new ones."""
        if self._server:
            self._server.close()
            for writer in tuple(self._passing):
                writer.transport.abort()
            await self._server.wait_closed()
            self._server = None

    async def _connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass on what comes from either side until one of them ends."""
        try:
            far_reader, far_writer = await asyncio.open_connection(
                HOST, self._target_port
            )
        except OSError:
            writer.transport.abort()
            return
        self._passing |= {writer, far_writer}
        try:
            await asyncio.gather(
                _pass_on(reader, far_writer), _pass_on(far_reader, writer)
            )
        except OSError:
            # One side was cut: so is the other.
            pass
        finally:
            for side in (writer, far_writer):
                self._passing.discard(side)
                side.transport.abort()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(_CHUNK_BYTES):
        writer.write(chunk)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
