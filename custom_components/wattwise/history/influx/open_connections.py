"""Connections that can be ended while somebody waits for an answer on them.

A thread that waits for a server cannot be told to stop, and Home Assistant waits for its
threads when it ends. But it can be told that no answer will come.
"""

from contextlib import suppress
import socket
from typing import Any, override
from weakref import WeakSet

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection


class OpenConnections:
    """All connections that a manager opened and that are still in use."""

    def __init__(self, manager: PoolManager) -> None:
        """Follow what the manager opens from now on."""
        self._connections: WeakSet[HTTPConnection] = WeakSet()
        self._ended = False
        note = self._note

        class Plain(HTTPConnection):
            @override
            def connect(self) -> None:
                super().connect()
                note(self)

        class Encrypted(HTTPSConnection):
            @override
            def connect(self) -> None:
                super().connect()
                note(self)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class EncryptedPool(HTTPSConnectionPool):
            ConnectionCls = Encrypted

        pools: dict[str, Any] = {"http": PlainPool, "https": EncryptedPool}
        manager.pool_classes_by_scheme = pools

    def end(self) -> None:
        """End them all, and those that are being opened; may be called by any thread.

        Whoever waits for an answer hears at once that the connection is over.
        """
        self._ended = True
        for connection in list(self._connections):
            _end(connection)

    def _note(self, connection: HTTPConnection) -> None:
        self._connections.add(connection)
        if self._ended:
            _end(connection)


def _end(connection: HTTPConnection) -> None:
    sock = connection.sock
    if isinstance(sock, socket.socket):
        with suppress(OSError):
            # Not that of an encrypted socket, which belongs to the thread that waits.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
