"""Asking a device over HTTP: one request at a time, with its password, and limits."""

import asyncio
from asyncio import Lock
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
import time
from typing import Final
from urllib.parse import quote, urlencode
from weakref import WeakValueDictionary

from aiohttp import (
    ClientError,
    ClientMiddlewareType,
    ClientPayloadError,
    ClientResponse,
    ClientResponseError,
    ClientTimeout,
    DigestAuthMiddleware,
    ServerFingerprintMismatch,
    encode_basic_auth,
)
from aiohttp.hdrs import METH_GET, METH_POST
from yarl import URL

from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.util.hass_dict import HassKey

from ...const import DOMAIN, SMALL_BYTES
from ...dialects.contract.dialect import HttpAuth, HttpDialect
from ...dialects.contract.number import number, parse_json
from ..device_errors import (
    DeviceAuthError,
    DeviceUnreachableError,
    OtherCertificateError,
    UnreadableAnswerError,
)
from ..device_settings import HttpEndpoint
from .certificate import accepted_certificates
from .event_stream import EventStreamParser, EventTooLongError

# Small devices take seconds when they are busy; one that takes longer is away.
CONNECT_SECONDS: Final = 5.0
REQUEST_SECONDS: Final = 10.0
# Streams of events show at least every few seconds that they are alive.
QUIET_STREAM_SECONDS: Final = 60.0
# Devices begin a stream with all that they know, in a rush.
EVENT_PAUSE_SECONDS: Final = 1.0
# A house full of clamps answers with a tenth of this.
MAX_ANSWER_BYTES: Final = 262_144

# Who asks where nothing else is set: the name that Shelly and Tasmota give.
_DEFAULT_USERNAME: Final = "admin"

type _LocksOfHosts = WeakValueDictionary[tuple[str, int | None], Lock]
_DATA_LOCKS: HassKey[_LocksOfHosts] = HassKey(f"{DOMAIN}_http_locks")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device answered."""

    body: object
    """JSON, or a number where the answer is nothing but one."""
    time_ms: int
    """The middle of the request: UTC in milliseconds since the epoch."""
    seconds: float
    """How long the device took [s]."""
    length: int
    """How many bytes it is, or nearly so."""

    @property
    def is_small(self) -> bool:
        """Whether reading it takes so little time that nobody has to wait."""
        return self.length <= SMALL_BYTES


class DeviceClient:
    """Asks one device; requests to the same port of a host wait for one another."""

    def __init__(
        self,
        hass: HomeAssistant,
        endpoint: HttpEndpoint,
        http: HttpDialect,
        headers: Mapping[str, str],
    ) -> None:
        """Ask the device at the endpoint the way its dialect wants it."""
        if http.uses_tls:
            endpoint = replace(endpoint, uses_tls=True)
        self._hass = hass
        self._endpoint = endpoint
        self._http = http
        self._session = async_get_clientsession(hass)
        self._ssl = accepted_certificates(endpoint)
        locks = hass.data.setdefault(_DATA_LOCKS, WeakValueDictionary())
        self._lock = locks.setdefault((endpoint.host, endpoint.port), Lock())
        self._headers = dict(headers)
        self._middlewares: tuple[ClientMiddlewareType, ...] = ()
        self._prepare_login()

    async def get(self, path: str) -> Answer:
        """Return the answer to a path; of events, those that come at first, as a list.

        Raises DeviceUnreachableError, DeviceAuthError, OtherCertificateError or
        UnreadableAnswerError.
        """
        async with self._lock:
            began = time.monotonic()
            body: object
            if path == self._http.event_path:
                body, length = await self._first_events(path)
            else:
                body, length = await self._ask(path)
            seconds = time.monotonic() - began
            middle_ms = round((time.time() - seconds / 2) * 1000)
        return Answer(body, middle_ms, seconds, length)

    async def post(self, path: str, body: object) -> object:
        """Return the answer to JSON that is posted; raises what `get` raises."""
        limits = ClientTimeout(total=REQUEST_SECONDS, connect=CONNECT_SECONDS)
        async with self._lock, self._request(path, limits, body) as response:
            data = await _read(response)
        return await self._read_body(data)

    async def events(self, path: str) -> AsyncGenerator[Answer]:
        """Yield what a device sends by itself, until it ends.

        Raises what `get` raises. Events whose data is no JSON are passed over.
        """
        async with self._open_stream(path) as response:
            async for answer in self._read_events(response):
                yield answer

    async def _ask(self, path: str) -> tuple[object, int]:
        """Return the answer to a path, and how many bytes it had."""
        limits = ClientTimeout(total=REQUEST_SECONDS, connect=CONNECT_SECONDS)
        async with self._request(path, limits) as response:
            data = await _read(response)
        return await self._read_body(data), len(data)

    async def _first_events(self, path: str) -> tuple[list[object], int]:
        """Return the events with which a device begins, until there is a pause."""
        bodies: list[object] = []
        length = 0
        is_open = False
        clock = asyncio.get_running_loop().time
        end_at = clock() + REQUEST_SECONDS
        try:
            async with (
                asyncio.timeout_at(end_at) as limit,
                self._open_stream(path) as response,
            ):
                is_open = True
                async for answer in self._read_events(response):
                    bodies.append(answer.body)
                    length += answer.length
                    limit.reschedule(min(end_at, clock() + EVENT_PAUSE_SECONDS))
        except TimeoutError:
            if not is_open:
                raise DeviceUnreachableError(
                    f"{without_query(path)}: no answer in time"
                ) from None
        if not bodies:
            raise UnreadableAnswerError(f"{without_query(path)}: no events")
        return bodies, length

    @asynccontextmanager
    async def _open_stream(self, path: str) -> AsyncIterator[ClientResponse]:
        limits = ClientTimeout(
            total=None, connect=CONNECT_SECONDS, sock_read=QUIET_STREAM_SECONDS
        )
        async with self._request(path, limits) as response:
            if response.content_type != "text/event-stream":
                raise UnreadableAnswerError(
                    f"{without_query(path)}: no stream of events"
                )
            yield response

    @asynccontextmanager
    async def _request(
        self, path: str, limits: ClientTimeout, posted: object | None = None
    ) -> AsyncIterator[ClientResponse]:
        """Send a request, and say in our own words what goes wrong with it."""
        try:
            async with self._session.request(
                METH_GET if posted is None else METH_POST,
                self._url(path),
                json=posted,
                timeout=limits,
                headers=self._headers,
                allow_redirects=False,
                middlewares=self._middlewares,
                ssl=self._ssl,
            ) as response:
                self._check_status(response)
                yield response
        except TimeoutError as err:
            raise DeviceUnreachableError(_problem(path, err)) from err
        except ServerFingerprintMismatch as err:
            raise OtherCertificateError(_problem(path, err)) from err
        except (ClientPayloadError, ClientResponseError, EventTooLongError) as err:
            raise UnreadableAnswerError(_problem(path, err)) from err
        except (ClientError, OSError, ValueError) as err:
            raise DeviceUnreachableError(_problem(path, err)) from err

    def _check_status(self, response: ClientResponse) -> None:
        status = response.status
        # A device that knows no passwords forbids for another reason.
        if status == 401 or (status == 403 and self._http.auth is not HttpAuth.NONE):
            raise DeviceAuthError(f"{response.url.path}: status {status}")
        if status != 200:
            raise UnreadableAnswerError(f"{response.url.path}: status {status}")

    async def _read_body(self, data: bytes) -> object:
        """Return what an answer holds; raises UnreadableAnswerError."""
        if len(data) <= SMALL_BYTES:
            return self._body(data)
        return await self._hass.async_add_executor_job(self._body, data)

    async def _read_events(self, response: ClientResponse) -> AsyncIterator[Answer]:
        parser = EventStreamParser()
        async for chunk in response.content.iter_any():
            now_ms = round(time.time() * 1000)
            for data in parser.feed(chunk):
                if len(data) <= SMALL_BYTES:
                    body = parse_json(data)
                else:
                    body = await self._hass.async_add_executor_job(parse_json, data)
                if body is not None:
                    yield Answer(body, now_ms, 0.0, len(data))

    def _body(self, data: bytes) -> object:
        text = data.decode("utf-8-sig", "replace")
        body = parse_json(text)
        if body is None:
            body = number(text)
        if body is None:
            raise UnreadableAnswerError("neither JSON nor a number")
        if self._http.auth is HttpAuth.QUERY and _is_warning(body):
            raise DeviceAuthError("user and password are missing or wrong")
        return body

    def _url(self, path: str) -> URL:
        endpoint = self._endpoint
        if self._http.auth is HttpAuth.QUERY and endpoint.password is not None:
            login = {"user": self._username, "password": endpoint.password}
            path += ("&" if "?" in path else "?") + urlencode(login, quote_via=quote)
        return endpoint.url(path)

    @property
    def _username(self) -> str:
        return self._endpoint.username or _DEFAULT_USERNAME

    def _prepare_login(self) -> None:
        """Have each request show a name and password, or a token."""
        auth, endpoint = self._http.auth, self._endpoint
        if auth is HttpAuth.BEARER and endpoint.token is not None:
            self._headers["Authorization"] = f"Bearer {endpoint.token}"
        # No such name can be sent: without one the device asks for a password.
        if endpoint.password is None or ":" in self._username:
            return
        if auth is HttpAuth.BASIC:
            login = encode_basic_auth(self._username, endpoint.password, "utf-8")
            self._headers["Authorization"] = login
        if auth in {HttpAuth.BASIC, HttpAuth.DIGEST}:
            # Some of those that should take a password want a digest of it. The
            # middleware remembers the challenge, which spares every second request.
            digest = DigestAuthMiddleware(self._username, endpoint.password)
            self._middlewares = (digest,)


def _problem(path: str, err: Exception) -> str:
    """Return what went wrong; some errors would tell the whole URL, with a password."""
    if isinstance(err, TimeoutError):
        problem = "no answer in time"
    else:
        is_safe = isinstance(err, OSError | EventTooLongError)
        problem = str(err) if is_safe else type(err).__name__
    return f"{without_query(path)}: {problem}"


def without_query(path: str) -> str:
    """Return a path as it may be logged: a query may hold a password."""
    return path.partition("?")[0]


async def _read(response: ClientResponse) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_any():
        data += chunk
        if len(data) > MAX_ANSWER_BYTES:
            raise UnreadableAnswerError(f"more than {MAX_ANSWER_BYTES} bytes")
    return bytes(data)


def _is_warning(body: object) -> bool:
    """Whether it is what Tasmota answers instead of refusing with a status."""
    return isinstance(body, dict) and [str(key).lower() for key in body] == ["warning"]
