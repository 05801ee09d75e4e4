"""Asking devices over HTTP: passwords, limits, and what goes wrong."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import replace
import time
from typing import override

from aiohttp import web
import pytest

from custom_components.wattwise.dialects.contract.dialect import HttpAuth
from custom_components.wattwise.sources.device_errors import (
    DeviceAuthError,
    DeviceError,
    DeviceUnreachableError,
    OtherCertificateError,
    UnreadableAnswerError,
)
from custom_components.wattwise.sources.device_settings import HttpEndpoint
from custom_components.wattwise.sources.http import client as http_client
from custom_components.wattwise.sources.http.certificate import async_trust
from custom_components.wattwise.sources.http.client import DeviceClient
from homeassistant.core import HomeAssistant
from tests.http_devices.passwords import Guard, basic, bearer, digest, query
from tests.http_devices.plain import EVENTS, PlainDevice, PlainHttp
from tests.http_devices.server import LOOPBACK, Fault

pytestmark = pytest.mark.usefixtures("socket_enabled")


class EncryptedDevice(PlainDevice):
    """A device with a certificate of its own making."""

    encrypted = True

    def __init__(self, guard: Guard) -> None:
        """Remember how it is asked."""
        super().__init__(self._note_headers)
        self.headers: Mapping[str, str] = {}
        self._allows = guard

    def _note_headers(self, request: web.Request) -> web.Response | None:
        self.headers = request.headers
        return self._allows(request)


class TextDevice(PlainDevice):
    """A device that answers with some text, and calls it a page."""

    def __init__(self, text: str) -> None:
        """Answer with the text."""
        super().__init__()
        self._text = text

    @override
    async def stream(self, request: web.Request) -> web.StreamResponse | None:
        return web.Response(text=self._text, content_type="text/html")


class RedirectingDevice(PlainDevice):
    """A device that sends everybody to another path."""

    @override
    async def stream(self, request: web.Request) -> web.StreamResponse | None:
        return web.Response(status=302, headers={"Location": "/login"})


def client(
    hass: HomeAssistant,
    device: PlainDevice,
    auth: HttpAuth = HttpAuth.NONE,
    username: str | None = None,
    password: str | None = None,
    token: str | None = None,
    fingerprint: str | None = None,
) -> DeviceClient:
    """Return a client that knows these secrets."""
    port = device.endpoint.port
    endpoint = HttpEndpoint(
        LOOPBACK, port, username, password, token, fingerprint=fingerprint
    )
    http = PlainHttp(auth=auth, uses_tls=device.encrypted)
    return DeviceClient(hass, endpoint, http, {"X-Api-Version": "2"})


async def test_answer(hass: HomeAssistant) -> None:
    """An answer has the time of the middle of the request."""
    async with PlainDevice() as device:
        device.delay_s = 0.2
        before = time.time()
        answer = await client(hass, device).get("/who")
    assert answer.body == {"mac": "AABBCCDDEE01"}
    assert 0.2 <= answer.seconds < 1
    assert answer.time_ms / 1000 == pytest.approx(before + answer.seconds / 2, abs=1.0)


@pytest.mark.parametrize(
    ("auth", "guard", "username"),
    [
        (HttpAuth.BASIC, basic("me", "s3cret: %&ü"), "me"),
        (HttpAuth.BASIC, basic("admin", "s3cret: %&ü"), None),
        (HttpAuth.BASIC, digest("admin", "s3cret: %&ü"), None),
        (HttpAuth.DIGEST, digest("admin", "s3cret: %&ü"), None),
        (HttpAuth.QUERY, query("admin", "s3cret: %&ü"), None),
        (HttpAuth.QUERY, query("admin", "s3cret: %&ü", status=200), None),
    ],
)
async def test_password(
    hass: HomeAssistant, auth: HttpAuth, guard: Guard, username: str | None
) -> None:
    """The right password opens; a wrong one, none, and an impossible name do not."""
    async with PlainDevice(guard) as device:
        right = client(hass, device, auth, username, "s3cret: %&ü")
        for _ in range(3):
            assert (await right.get("/who")).body == {"mac": device.mac}
        for wrong in (
            client(hass, device, auth, username, "wrong"),
            client(hass, device, auth, username, None),
            client(hass, device, auth, "na:me", "s3cret: %&ü"),
        ):
            with pytest.raises(DeviceAuthError):
                await wrong.get("/who")


async def test_challenge_is_remembered(hass: HomeAssistant) -> None:
    """A device that wants digests has to refuse only the first request."""
    async with PlainDevice(digest("admin", "secret")) as device:
        asking = client(hass, device, HttpAuth.DIGEST, "admin", "secret")
        for _ in range(4):
            await asking.get("/values?of=[a%20b]&d=1")
        assert device.refused == 1
        # It was restarted, and knows nothing of what it had asked.
        device.guard = digest("admin", "secret")
        await asking.get("/who")
        assert device.refused == 2


async def test_token(hass: HomeAssistant) -> None:
    """A token is shown over an encrypted connection that nobody has vouched for."""
    async with EncryptedDevice(bearer("t0ken")) as device:
        trusted = await async_trust(hass, replace(device.endpoint, uses_tls=True))
        fingerprint = trusted.fingerprint
        assert fingerprint is not None
        assert not device.headers
        right = client(
            hass, device, HttpAuth.BEARER, token="t0ken", fingerprint=fingerprint
        )
        assert (await right.get("/who")).body == {"mac": device.mac}
        assert device.headers["X-Api-Version"] == "2"
        for token in ("wrong", None):
            with pytest.raises(DeviceAuthError):
                await client(
                    hass,
                    device,
                    HttpAuth.BEARER,
                    token=token,
                    fingerprint=fingerprint,
                ).get("/who")


async def test_other_certificate(hass: HomeAssistant) -> None:
    """What shows another certificate, or one that nobody knows, learns no token."""
    async with EncryptedDevice(bearer("t0ken")) as device:
        trusted = await async_trust(hass, replace(device.endpoint, uses_tls=True))
        assert await async_trust(hass, trusted) == trusted
        known = client(
            hass,
            device,
            HttpAuth.BEARER,
            token="t0ken",
            fingerprint=trusted.fingerprint,
        )
        await known.get("/who")
        await device.switch_off()
        await device.switch_on()
        device.headers = {}
        with pytest.raises(OtherCertificateError):
            await known.get("/who")
        with pytest.raises(DeviceUnreachableError):
            await client(hass, device, HttpAuth.BEARER, token="t0ken").get("/who")
        assert not device.headers
    with pytest.raises(DeviceUnreachableError):
        await async_trust(hass, replace(trusted, fingerprint=None))


async def test_encryption_that_was_asked_for(hass: HomeAssistant) -> None:
    """Nothing goes unencrypted to an address that was entered with https."""
    async with PlainDevice() as device:
        endpoint = replace(device.endpoint, uses_tls=True, fingerprint="00" * 32)
        with pytest.raises(DeviceUnreachableError):
            await DeviceClient(hass, endpoint, PlainHttp(), {}).get("/who")
        assert device.asked == []
    assert HttpEndpoint("meter", 443, uses_tls=True).place == "meter"
    assert HttpEndpoint("fe80::1", 443).place == "[fe80::1]:443"


@pytest.mark.parametrize("fault", [Fault.HANGING, Fault.BROKEN, Fault.CUT_OFF, None])
async def test_queries_are_not_told(
    hass: HomeAssistant, fault: Fault | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path may hold a password, so errors do not name all of it."""
    monkeypatch.setattr(http_client, "REQUEST_SECONDS", 0.2)
    async with PlainDevice() as device:
        device.fault = fault
        asking = client(hass, device)
        if fault is None:
            await device.switch_off()
        with pytest.raises(DeviceError) as failed:
            await asking.get("/values?token=s3cret")
    assert "s3cret" not in str(failed.value)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.HANGING, DeviceUnreachableError),
        (Fault.BROKEN, UnreadableAnswerError),
        (Fault.HALF, UnreadableAnswerError),
        (Fault.CUT_OFF, UnreadableAnswerError),
        (Fault.WEB_PAGE, UnreadableAnswerError),
        (Fault.ENDLESS, UnreadableAnswerError),
    ],
)
async def test_faults(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
    error: type[Exception],
) -> None:
    """Each fault has its error, and the next answer is taken."""
    async with PlainDevice() as device:
        device.fault = fault
        asking = client(hass, device)
        with monkeypatch.context() as patch:
            patch.setattr(http_client, "REQUEST_SECONDS", 0.3)
            with pytest.raises(error):
                await asking.get("/who")
        device.fault = None
        assert (await asking.get("/who")).body == {"mac": device.mac}


async def test_nobody_there(hass: HomeAssistant) -> None:
    """A device that is off, and an address that is none, cannot be reached."""
    async with PlainDevice() as device:
        asking = client(hass, device)
    with pytest.raises(DeviceUnreachableError):
        await asking.get("/who")
    for host in ("[", ""):
        nowhere = DeviceClient(hass, HttpEndpoint(host), PlainHttp(), {})
        with pytest.raises(DeviceUnreachableError):
            await nowhere.get("/who")


async def test_no_http(hass: HomeAssistant) -> None:
    """What speaks something else is not understood, and its password not told."""

    def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.9\r\n")
        writer.close()

    server = await asyncio.start_server(answer, LOOPBACK, 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        endpoint = HttpEndpoint(LOOPBACK, port, None, "s3cret")
        asking = DeviceClient(hass, endpoint, PlainHttp(auth=HttpAuth.QUERY), {})
        with pytest.raises(UnreadableAnswerError) as error:
            await asking.get("/who")
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ('\ufeff{"a": 1}', {"a": 1}),
        (" 412.5\n", 412.5),
        ("+7", 7.0),
        ("[1]", [1]),
    ],
)
async def test_bodies(hass: HomeAssistant, text: str, body: object) -> None:
    """JSON is JSON whatever it is called, and a number alone is an answer."""
    async with TextDevice(text) as device:
        assert (await client(hass, device).get("/text")).body == body


@pytest.mark.parametrize("text", ["", "null", "412 W", "nan"])
async def test_no_bodies(hass: HomeAssistant, text: str) -> None:
    """Text that is neither JSON nor a number is no answer."""
    async with TextDevice(text) as device:
        with pytest.raises(UnreadableAnswerError):
            await client(hass, device).get("/text")


async def test_nothing_is_followed_elsewhere(hass: HomeAssistant) -> None:
    """A password is not carried to where a device points."""
    async with RedirectingDevice() as device:
        with pytest.raises(UnreadableAnswerError):
            await client(hass, device).get("/who")
        assert device.asked == ["/who"]
        # Nor does a path name another host.
        with pytest.raises(UnreadableAnswerError):
            await client(hass, device).get("//192.0.2.1/who")
        assert device.asked[1:] == ["//192.0.2.1/who"]


async def test_forbidden(hass: HomeAssistant) -> None:
    """A device that knows no passwords forbids for another reason."""
    async with PlainDevice(lambda _: web.Response(status=403)) as device:
        with pytest.raises(UnreadableAnswerError):
            await client(hass, device).get("/who")
        with pytest.raises(DeviceAuthError):
            await client(hass, device, HttpAuth.BASIC).get("/who")


async def test_one_request_at_a_time(hass: HomeAssistant) -> None:
    """Clients of a device wait for one another."""
    async with PlainDevice() as device:
        device.delay_s = 0.05
        clients = [client(hass, device) for _ in range(5)]
        await asyncio.gather(*(asking.get("/who") for asking in clients))
    assert len(device.asked) == 5
    assert device.most_at_once == 1


async def test_events(hass: HomeAssistant) -> None:
    """Events are told as they come, until the device hangs up."""
    async with PlainDevice() as device:
        asking = client(hass, device)
        async with aclosing(asking.events(EVENTS)) as events:
            first = asyncio.ensure_future(anext(events))
            await device.listened_to.wait()
            await device.say()
            assert (await first).body == {"values": device.values()}
            # A stream keeps nobody from asking.
            assert (await asking.get("/who")).body == {"mac": device.mac}
            await device.hang_up()
            with pytest.raises(StopAsyncIteration):
                await anext(events)


async def test_streams_that_are_none(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page is no stream, and one that falls silent has ended."""
    async with PlainDevice() as device:
        with pytest.raises(UnreadableAnswerError):
            await anext(client(hass, device).events("/who"))
        monkeypatch.setattr(http_client, "QUIET_STREAM_SECONDS", 0.1)
        with pytest.raises(DeviceUnreachableError):
            await anext(client(hass, device).events(EVENTS))
