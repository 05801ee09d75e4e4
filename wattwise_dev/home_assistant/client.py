"""A client of Home Assistant's REST and WebSocket interfaces."""

import asyncio
import time
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import ClientSession, ClientTimeout, ClientWebSocketResponse, WSMsgType

_TIMEOUT: Final = ClientTimeout(total=120)
# The states of a large home are one message.
_MAX_MESSAGE_BYTES: Final = 64 * 1024 * 1024
# Home Assistant closes a WebSocket whose pings are not answered for some 80 s, and we
# answer only while we wait for something.
_FRESH_S: Final = 30.0


class RestError(Exception):
    """Home Assistant answered a request with an error."""

    def __init__(self, method: str, path: str, status: int, body: str) -> None:
        """Keep the status for callers that expect some."""
        super().__init__(f"{method} {path}: {status} {body[:500]}")
        self.status = status


class CommandError(Exception):
    """Home Assistant refused a WebSocket command."""

    def __init__(self, command: str, code: str, message: str) -> None:
        """Keep the code for callers that expect some."""
        super().__init__(f"{command}: {code}: {message}")
        self.code = code


class Client:
    """Talks to one Home Assistant; open it with `async with`."""

    def __init__(self, url: str, token: str | None = None) -> None:
        """Talk to the Home Assistant at this address."""
        self.url = url
        self.token = token
        self._session: ClientSession | None = None
        self._socket: ClientWebSocketResponse | None = None
        self._socket_lock = asyncio.Lock()
        self._last_id = 0
        self._used_at = 0.0

    async def __aenter__(self) -> Self:
        """Open the client."""
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the client."""
        await self.close()

    async def close(self) -> None:
        """Close all connections; the next call opens them again."""
        socket, self._socket = self._socket, None
        session, self._session = self._session, None
        if socket is not None:
            await socket.close()
        if session is not None:
            await session.close()

    async def rest(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        form: dict[str, str] | None = None,
    ) -> Any:
        """Return the decoded answer to a request; raises RestError from 400 on.

        A JSON answer is decoded, any other is returned as text.
        """
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self._http().request(
            method, self.url + path, json=json, data=form, headers=headers
        ) as response:
            if response.status >= 400:
                raise RestError(method, path, response.status, await response.text())
            if response.content_type == "application/json":
                return await response.json()
            return await response.text()

    async def command(self, command: str, **fields: Any) -> Any:
        """Return the result of a WebSocket command; raises CommandError."""
        async with self._socket_lock:
            socket = await self._open_socket()
            self._last_id += 1
            await socket.send_json({"id": self._last_id, "type": command, **fields})
            answer = await self._receive(socket, self._last_id)
            self._used_at = time.monotonic()
        if not answer["success"]:
            error = answer["error"]
            raise CommandError(command, error["code"], error["message"])
        return answer["result"]

    async def states(self) -> dict[str, dict[str, Any]]:
        """Return all states by entity id."""
        return {
            state["entity_id"]: state for state in await self.rest("GET", "/api/states")
        }

    async def action(
        self, domain: str, action: str, *, response: bool = False, **data: Any
    ) -> Any:
        """Call an action; return its response when one is asked for, else None."""
        query = "?return_response" if response else ""
        answer = await self.rest(
            "POST", f"/api/services/{domain}/{action}{query}", data
        )
        return answer["service_response"] if response else None

    def _http(self) -> ClientSession:
        if self._session is None or self._session.closed:
            self._session = ClientSession(timeout=_TIMEOUT)
        return self._session

    async def _open_socket(self) -> ClientWebSocketResponse:
        if self._socket is not None:
            is_fresh = time.monotonic() - self._used_at < _FRESH_S
            if is_fresh and not self._socket.closed:
                return self._socket
            await self._socket.close()
        socket = await self._http().ws_connect(
            f"{self.url}/api/websocket", max_msg_size=_MAX_MESSAGE_BYTES
        )
        await socket.receive_json()
        await socket.send_json({"type": "auth", "access_token": self.token})
        answer = await socket.receive_json()
        if answer["type"] != "auth_ok":
            await socket.close()
            raise CommandError("auth", answer["type"], answer.get("message", ""))
        self._socket, self._last_id = socket, 0
        return socket

    @staticmethod
    async def _receive(socket: ClientWebSocketResponse, wanted: int) -> dict[str, Any]:
        while True:
            message = await socket.receive()
            if message.type is not WSMsgType.TEXT:
                raise ConnectionError("Home Assistant closed the WebSocket")
            answer: dict[str, Any] = message.json()
            if answer["id"] == wanted and answer["type"] == "result":
                return answer
