"""Requests to an InfluxDB server, by influxdb_client.

The only module that imports it: that takes about a second and 30 MB, so this one is
imported when a server is first spoken to, in the thread that does so. Of the client's
own writers only the synchronous one is used; the others return before anything is
sent, and lose what cannot be.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
import gzip
import json
import logging
import time
from typing import Any, Final

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.domain.write_precision import WritePrecision
from influxdb_client.rest import ApiException
from urllib3 import PoolManager
from urllib3.exceptions import (
    HTTPError,
    LocationValueError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.response import BaseHTTPResponse

from .answers import error_of_answer
from .errors import (
    ConnectionCutError,
    CredentialsError,
    InfluxError,
    InvalidAddressError,
    NotInfluxError,
    ServerError,
    TlsError,
    UnreachableError,
)
from .open_connections import OpenConnections

# No thread is to wait longer for a server than both together.
CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 20.0

# Points are text that repeats itself: more effort saves nearly nothing.
_COMPRESSION: Final = 1
_CHUNK_BYTES: Final = 65_536
_FEW_CONNECTIONS: Final = 4


@dataclass(frozen=True, slots=True)
class Login:
    """Who asks: a token, or a user of InfluxDB 1, or nobody."""

    token: str | None = None
    username: str | None = None
    password: str | None = None

    def options(self) -> dict[str, Any]:
        """Return what tells the client; raises CredentialsError.

        Not the client's own `username` and `password`: with those it opens a session
        of InfluxDB 2.
        """
        if self.token:
            # Others cannot stand in a header.
            if not (self.token.isascii() and self.token.isprintable()):
                raise CredentialsError("the token has signs that no token has")
            return {"token": self.token}
        if self.username:
            user = f"{self.username}:{self.password or ''}"
            return {"token": user, "auth_basic": True}
        return {}


class Transport:
    """Connections to one server; may be used from several threads."""

    def __init__(
        self, url: str, login: Login, *, verify_tls: bool, org: str | None = None
    ) -> None:
        """Prepare the connections; none is opened yet. Raises CredentialsError."""
        # The client would make the logs of all other users of urllib3 silent.
        logger = logging.getLogger("urllib3")
        level = logger.level
        self._client = InfluxDBClient(
            url,
            # Nothing here needs one, but the client wants to name one.
            org=org or "",
            verify_ssl=verify_tls,
            timeout=(CONNECT_SECONDS * 1000, READ_SECONDS * 1000),
            enable_gzip=True,
            retries=False,
            connection_pool_maxsize=_FEW_CONNECTIONS,
            **login.options(),
        )
        logger.setLevel(level)
        self._connections = OpenConnections(self._pools())
        self._writer = self._client.write_api(write_options=SYNCHRONOUS)

    def close(self) -> None:
        """Close the connections; who waits for an answer hears that none will come."""
        self._connections.end()
        self._pools().clear()

    def _pools(self) -> PoolManager:
        pools: PoolManager = self._client.api_client.rest_client.pool_manager
        return pools

    def ping(self) -> tuple[int, Mapping[str, str]]:
        """Return with what status and headers the server presents itself."""
        with _asking():
            _, status, headers = self._call("/ping", "GET")
            return status, headers

    def health(self) -> dict[str, Any]:
        """Return what InfluxDB 1.8 and 2 say of themselves."""
        with _asking():
            response = self._open("/health", "GET", {})
            try:
                answer = json.loads(response.data)
            finally:
                response.release_conn()
        return answer if isinstance(answer, dict) else {}

    def write_v1(self, lines: bytes, database: Mapping[str, str]) -> None:
        """Write lines with times in milliseconds to a database of InfluxDB 1."""
        with _asking():
            self._call(
                "/write",
                "POST",
                query_params=[*database.items(), ("precision", "ms")],
                header_params={
                    "Content-Type": "text/plain; charset=utf-8",
                    "Content-Encoding": "gzip",
                },
                body=gzip.compress(lines, _COMPRESSION),
            )

    def write_v2(self, lines: bytes, bucket: str) -> None:
        """Write lines with times in milliseconds to a bucket."""
        with _asking():
            self._writer.write(
                bucket,
                record=lines,
                write_precision=WritePrecision.MS,  # type: ignore[arg-type]  # a str
            )

    def query(self, parameters: Mapping[str, str], *, changes: bool) -> Iterator[Any]:
        """Yield the JSON documents of an answer to InfluxQL, as they come.

        Questions that change something must say so.
        """
        with _asking():
            response = self._open("/query", "POST" if changes else "GET", parameters)
            whole = False
            try:
                for line in _lines(response):
                    yield json.loads(line)
                whole = True
            finally:
                if not whole:
                    # The rest of the answer would be taken for the next one's.
                    response.close()
                response.release_conn()

    def _open(
        self, path: str, method: str, parameters: Mapping[str, str]
    ) -> BaseHTTPResponse:
        response: BaseHTTPResponse = self._call(
            path,
            method,
            query_params=[*parameters.items()],
            header_params={"Accept": "application/json"},
            _preload_content=False,
            _return_http_data_only=True,
        )
        return response

    def _call(self, path: str, method: str, **options: Any) -> Any:
        # Without `auth_settings` the client looks for a user it was not given.
        call: Callable[..., Any] = self._client.api_client.call_api
        return call(path, method, auth_settings=[], **options)


def _lines(response: BaseHTTPResponse) -> Iterator[bytes]:
    """Yield the lines of an answer; each must come in time."""
    rest = b""
    began = time.monotonic()
    for chunk in response.stream(_CHUNK_BYTES, decode_content=True):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line.strip():
                yield line
                began = time.monotonic()
        if time.monotonic() - began > READ_SECONDS:
            raise ServerError("the answer comes too slowly")
    if rest.strip():
        yield rest


@contextmanager
def _asking() -> Iterator[None]:
    """Say in our own errors what goes wrong with a request."""
    try:
        yield
    except InfluxError:
        raise
    except ApiException as err:
        raise _error_of_exception(err) from err
    except SSLError as err:
        raise _tls_error(str(err)) from err
    except LocationValueError as err:
        raise InvalidAddressError(str(err)) from err
    except ReadTimeoutError as err:
        raise ServerError("no answer in time") from err
    except ProtocolError as err:
        raise ConnectionCutError(str(err)) from err
    except (HTTPError, OSError) as err:
        raise UnreachableError(str(err) or repr(err)) from err
    except ValueError as err:  # Neither text nor JSON.
        raise NotInfluxError(str(err)) from err


def _error_of_exception(err: ApiException) -> InfluxError:
    if not err.status:
        return _tls_error(str(err.reason))
    body = err.body or b""
    if isinstance(body, bytes):
        body = body.decode(errors="replace")
    headers: Mapping[str, str] = err.headers or {}
    if 300 <= err.status < 400:
        return NotInfluxError(f"redirects to {headers.get('Location')}")
    return error_of_answer(err.status, body, headers.get("Retry-After"))


def _tls_error(text: str) -> InfluxError:
    if "certificate" in text.lower():
        return TlsError(text)
    # Most often a server without encryption, asked with it.
    return NotInfluxError(text)
