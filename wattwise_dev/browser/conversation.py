"""What a page has asked Home Assistant and is still waiting for."""

from collections.abc import Iterator
import json
from typing import Any, Final

from playwright.async_api import Frame, Page, Request, WebSocket

# No words depend on them, and some come from the internet.
_PICTURES: Final = ("font", "image", "media")


class Conversation:
    """Requests and commands of one page that are not answered yet.

    A page that waits for an answer shows what it knew before, however long that takes on
    a busy computer: what stands still on the screen is not yet what will stand there.
    """

    def __init__(self, page: Page) -> None:
        """Listen to a page that has not opened anything yet."""
        self._requests: set[Request] = set()
        self._commands: dict[WebSocket, set[int]] = {}
        page.on("request", self._asked)
        page.on("requestfinished", self._answered)
        page.on("requestfailed", self._answered)
        page.on("websocket", self._follow)
        page.on("framenavigated", self._begin_anew)

    @property
    def is_over(self) -> bool:
        """Whether everything is answered."""
        return not self._requests and not any(self._commands.values())

    def _asked(self, request: Request) -> None:
        if request.resource_type not in _PICTURES:
            self._requests.add(request)

    def _answered(self, request: Request) -> None:
        self._requests.discard(request)

    def _begin_anew(self, frame: Frame) -> None:
        """Forget the page that was left, but not what the new one loads already."""
        if frame.parent_frame is None:
            self._commands.clear()

    def _follow(self, socket: WebSocket) -> None:
        commands = self._commands[socket] = set()

        def sent(data: str | bytes) -> None:
            commands.update(m["id"] for m in _messages(data) if "id" in m)

        def received(data: str | bytes) -> None:
            for message in _messages(data):
                # Events of a subscription come without end; pongs answer pings.
                if message.get("type") in {"result", "pong"}:
                    commands.discard(message["id"])

        def closed(_socket: WebSocket) -> None:
            self._commands.pop(socket, None)

        socket.on("framesent", sent)
        socket.on("framereceived", received)
        socket.on("close", closed)


def _messages(data: str | bytes) -> Iterator[dict[str, Any]]:
    """Yield the messages of a frame; Home Assistant may send several at once."""
    decoded = json.loads(data)
    yield from decoded if isinstance(decoded, list) else (decoded,)
