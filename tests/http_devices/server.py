"""What all devices over HTTP have in common: answers by path, faults, a count."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from ipaddress import ip_address
import json
from pathlib import Path
import ssl
from tempfile import TemporaryDirectory
from typing import Any, Final, Self

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from custom_components.wattwise.sources.device_settings import HttpEndpoint

from .passwords import Guard

LOOPBACK: Final = "127.0.0.1"


class Fault(Enum):
    """What devices do instead of answering well."""

    HANGING = auto()
    """Takes the request and says nothing."""
    BROKEN = auto()
    """Status 500."""
    HALF = auto()
    """Half of the JSON, as if that were all."""
    CUT_OFF = auto()
    """Half of the JSON, and the connection ends."""
    WEB_PAGE = auto()
    ENDLESS = auto()
    """Never stops answering."""
    EMPTY = auto()
    """JSON that holds nothing of what it should."""


class HttpDevice:
    """A device with a web server; `answers` says what it knows.

    What is asked without being known is answered with status 404, as devices do.
    """

    encrypted: bool = False
    open_paths: tuple[str, ...] = ()
    """What may be asked without a password."""

    def __init__(self, guard: Guard | None = None) -> None:
        """Be switched off, and let nobody ask whom the guard refuses."""
        self.guard = guard
        self.mac = "AABBCCDDEE01"
        self.power = 412.0
        self.energy_wh = 1_234_500.0
        self.fault: Fault | None = None
        self.delay_s = 0.0
        self.content_type = "application/json"
        self.asked: list[str] = []
        """Paths with their query, without user and password."""
        self.refused = 0
        """How often somebody asked who may not."""
        self.most_at_once = 0
        self._at_once = 0
        self._port = 0
        self._runner: web.AppRunner | None = None
        self._connections: set[asyncio.Transport] = set()

    def answers(self) -> Mapping[str, Any]:
        """Return what is answered to which path."""
        return {}

    def answer_to(self, path: str) -> Any:
        """Return what is answered to a path; None if nothing is there."""
        return self.answers().get(path)

    @property
    def endpoint(self) -> HttpEndpoint:
        """Where the device answers."""
        return HttpEndpoint(LOOPBACK, self._port)

    async def __aenter__(self) -> Self:
        """Switch the device on."""
        await self.switch_on()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Switch the device off."""
        await self.switch_off()

    async def switch_on(self) -> None:
        """Answer, at the port that was answered at before."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(
            app, shutdown_timeout=0.01, handler_cancellation=True
        )
        await self._runner.setup()
        certificate = _certificate() if self.encrypted else None
        if self.encrypted:
            _bear_plain_requests()
        site = web.TCPSite(
            self._runner,
            LOOPBACK,
            self._port,
            ssl_context=certificate,
            reuse_address=True,
        )
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def switch_off(self) -> None:
        """Be gone, with all connections."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def stream(self, request: web.Request) -> web.StreamResponse | None:
        """Answer with a stream; None if the path is none of one."""
        return None

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        query = {k: v for k, v in request.query.items() if k not in _LOGIN}
        path = request.path
        if query:
            path += "?" + "&".join(f"{k}={v}" for k, v in query.items())
        if (
            self.guard
            and request.path not in self.open_paths
            and (refusal := self.guard(request))
        ):
            self.refused += 1
            return refusal
        self.asked.append(path)
        if streamed := await self.stream(request):
            return streamed
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            if wrong := await self._answer_wrongly(request):
                return wrong
            return await self._answer(request, path)
        finally:
            self._at_once -= 1

    async def _answer_wrongly(self, request: web.Request) -> web.StreamResponse | None:
        """Return what a device says that has nothing right to say."""
        match self.fault:
            case Fault.HANGING:
                await asyncio.sleep(3600)
            case Fault.BROKEN:
                return web.Response(status=500, text="Internal Server Error")
            case Fault.WEB_PAGE:
                page = "<!doctype html><title>Device</title>"
                return web.Response(text=page, content_type="text/html")
            case Fault.EMPTY:
                return web.json_response({})
            case Fault.ENDLESS:
                return await self._answer_without_end(request)
        return None

    async def _answer(self, request: web.Request, path: str) -> web.StreamResponse:
        answer = self.answer_to(path)
        if answer is None:
            return web.Response(status=404, text="Not Found")
        text = json.dumps(answer)
        if self.fault is Fault.CUT_OFF:
            return await self._cut_off(request, text.encode())
        if self.fault is Fault.HALF:
            text = text[: len(text) // 2]
        return web.Response(text=text, content_type=self.content_type)

    async def _cut_off(self, request: web.Request, data: bytes) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(data))})
        await response.prepare(request)
        await response.write(data[: len(data) // 2])
        assert request.transport is not None
        request.transport.close()
        return response

    async def _answer_without_end(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"[" * 65_536)


_LOGIN: Final = ("user", "password")


def _bear_plain_requests() -> None:
    """Have devices bear connections that are not encrypted, or not wanted any more."""
    loop = asyncio.get_running_loop()
    handle = loop.get_exception_handler()

    def handle_others(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        problem = context.get("exception")
        if isinstance(problem, ssl.SSLError) and problem.reason == "HTTP_REQUEST":
            return
        # Who does not like the certificate hangs up.
        if isinstance(problem, ConnectionResetError):
            return
        if handle:
            handle(loop, context)
        else:
            loop.default_exception_handler(context)

    loop.set_exception_handler(handle_others)


def _certificate() -> ssl.SSLContext:
    """Return a certificate of the device's own making, as nobody else signs one."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "appliance/p1dongle")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("192.0.2.1"))]),
            critical=False,
        )
        .sign(key, SHA256())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "device.pem"
        path.write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            + certificate.public_bytes(Encoding.PEM)
        )
        context.load_cert_chain(path)
    return context
