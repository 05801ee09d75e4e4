"""A small HTTP server for tests, in a thread of its own."""

from collections.abc import Callable
from dataclasses import dataclass, field
import gzip
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import ssl
from threading import Thread
import time
from typing import Any, Final, Self, override
from urllib.parse import parse_qsl, urlsplit

HOST: Final = "127.0.0.1"


@dataclass(frozen=True)
class Request:
    """What came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Answer:
    """What goes back; `cut` promises more than comes."""

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    cut: bool = False


type Respond = Callable[[Request], Answer]


class _Server(ThreadingHTTPServer):
    # Closing it waits for the last answers.
    daemon_threads = False

    @override
    def handle_error(self, *_args: Any) -> None:
        """Say nothing of a connection that ended early, as some are meant to."""


class HttpServer:
    """Answers each request by asking a function, and notes what came."""

    def __init__(self, respond: Respond, tls: ssl.SSLContext | None = None) -> None:
        """Prepare a server on a free port."""
        requests = self.requests = list[Request]()

        class Handler(BaseHTTPRequestHandler):
            # Headers and body in one packet, lest each answer wait for the client.
            wbufsize = 65_536

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                request = Request(
                    self.command,
                    parts.path,
                    dict(parse_qsl(parts.query, keep_blank_values=True)),
                    dict(self.headers),
                    body.decode(),
                )
                requests.append(request)
                answer = respond(request)
                time.sleep(answer.delay_s)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                content = answer.body.encode()
                if answer.status != 204:
                    length = len(content) + (100 if answer.cut else 0)
                    self.send_header("Content-Length", str(length))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET  # noqa: N815

            @override
            def log_message(self, *_args: Any) -> None:
                pass

        self._server = _Server((HOST, 0), Handler)
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)

    @property
    def url(self) -> str:
        """The address of the server."""
        return f"{self._scheme}://{HOST}:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Listen."""
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_args: object) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
