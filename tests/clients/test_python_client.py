"""The Python client against the real push endpoint of a real Home Assistant."""

from pathlib import Path
import time

from aiohttp import ClientSession, web
from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from wattwise_push import Answer, Client, Reading, ReadingQueue, Refused, Verdict
from wattwise_push.client import LONGEST_PAUSE

from custom_components.wattwise.metering.quantity import Channel
from homeassistant.core import HomeAssistant

from ..homes import KEY, async_add_household, only_meter, push_meter
from .conftest import serving


class Device:
    """A client whose requests are made beside the event loop, with a clock to turn."""

    def __init__(
        self, hass: HomeAssistant, url: str, path: Path, key: str = KEY, **options: int
    ) -> None:
        """Open the queue."""
        self.now = 0.0
        self.queue = ReadingQueue(path)
        self.client = Client(
            url, key, self.queue, timeout=5, clock=lambda: self.now, **options
        )
        self._hass = hass

    async def send(self) -> Answer | None:
        """Send a batch."""
        return await self._hass.async_add_executor_job(self.client.send)

    async def send_all(self) -> Answer | None:
        """Send until nothing is left, or is taken."""
        return await self._hass.async_add_executor_job(self.client.send_all)

    def add(self, count: int) -> None:
        """Add readings that rise by the second and end now."""
        now = int(time.time())
        self.queue.add(
            *(
                Reading.of({"power": 100 + i % 900}, now - count + i)
                for i in range(count)
            )
        )


@pytest.fixture
async def endpoint(
    wattwise: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> TestClient:
    """Return the server of a Home Assistant with WattWise."""
    return await hass_client_no_auth()


@pytest.fixture
def url(endpoint: TestClient) -> str:
    """Return the address of that Home Assistant."""
    return str(endpoint.make_url("/"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the file of the queue."""
    return tmp_path / "readings.db"


async def test_readings_arrive(wattwise: HomeAssistant, url: str, path: Path) -> None:
    """A backlog goes out in batches and stands in the history."""
    entry = await async_add_household(wattwise, push_meter())
    device = Device(wattwise, url, path)
    device.add(2_500)
    assert device.client.waiting == 2_500
    first = await device.send()
    assert first == Answer(Verdict.SETTLED, 202, accepted=1_000)
    last = await device.send_all()
    assert last == Answer(Verdict.SETTLED, 202, accepted=500)
    assert device.client.waiting == 0
    assert await device.send_all() is None
    latest = only_meter(entry).coordinator.latest[Channel.POWER]
    assert latest.value == 100 + 2_499 % 900


async def test_an_answer_that_gets_lost(
    wattwise: HomeAssistant, url: str, path: Path
) -> None:
    """What was stored without the client knowing is sent again and counts once."""
    await async_add_household(wattwise, push_meter())
    cut = True

    async def forward(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        async with (
            ClientSession() as session,
            session.post(
                url.rstrip("/") + request.path,
                data=body,
                headers={
                    name: request.headers[name]
                    for name in ("X-API-Key", "Content-Type")
                },
            ) as response,
        ):
            answer = await response.read()
        if cut:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(
            body=answer, status=response.status, content_type="application/json"
        )

    async with serving(forward) as address:
        device = Device(wattwise, address, path)
        device.add(10)
        lost = await device.send_all()
        assert lost is not None
        assert (lost.verdict, lost.status) == (Verdict.LATER, None)
        assert device.client.waiting == 10
        cut = False
        device.now += device.client.pause
        again = await device.send_all()
    assert again == Answer(Verdict.SETTLED, 202, duplicate=10)
    assert device.client.waiting == 0


async def test_a_household_that_is_not_ready(
    wattwise: HomeAssistant, url: str, path: Path
) -> None:
    """Readings wait as long as Home Assistant says, and are stored afterwards."""
    entry = await async_add_household(wattwise, push_meter())
    await wattwise.config_entries.async_unload(entry.entry_id)
    device = Device(wattwise, url, path)
    device.add(3)
    answer = await device.send_all()
    assert answer is not None
    assert (answer.verdict, answer.status) == (Verdict.LATER, 503)
    assert answer.retry_after is not None
    assert device.client.pause == answer.retry_after > 0
    assert await device.send_all() is None
    assert device.client.waiting == 3
    await wattwise.config_entries.async_setup(entry.entry_id)
    device.now += answer.retry_after
    assert await device.send_all() == Answer(Verdict.SETTLED, 202, accepted=3)


async def test_too_many_requests(
    wattwise: HomeAssistant, url: str, path: Path, endpoint: TestClient
) -> None:
    """A client that is told to slow down does, and loses nothing."""
    await async_add_household(wattwise, push_meter())
    device = Device(wattwise, url, path, batch=1)
    device.add(400)
    answer = await device.send_all()
    assert answer is not None
    assert (answer.verdict, answer.status) == (Verdict.LATER, 429)
    assert device.client.pause == answer.retry_after
    assert device.client.pause >= 1
    settled = 400 - device.client.waiting
    assert settled > 0
    response = await endpoint.get("/api/wattwise/status", headers={"X-API-Key": KEY})
    assert response.status == 200


async def test_a_wrong_key(wattwise: HomeAssistant, url: str, path: Path) -> None:
    """Readings wait for the right key, which a client tries rarely."""
    await async_add_household(wattwise, push_meter())
    wrong = Device(wattwise, url, path, key="wrong")
    wrong.add(2)
    answer = await wrong.send_all()
    assert answer is not None
    assert (answer.verdict, answer.status) == (Verdict.WRONG_KEY, 401)
    assert wrong.client.pause == 120
    wrong.queue.close()
    right = Device(wattwise, url, path)
    assert await right.send_all() == Answer(Verdict.SETTLED, 202, accepted=2)


async def test_a_refused_value_is_named(
    wattwise: HomeAssistant, url: str, path: Path
) -> None:
    """One wrong value holds up no others; its place in the request is told."""
    await async_add_household(wattwise, push_meter())
    device = Device(wattwise, url, path)
    device.add(1)
    device.client.add({"power": 99_999_999})
    assert await device.send_all() == Answer(
        Verdict.SETTLED, 202, accepted=1, refused=(Refused(1, "power", "out_of_range"),)
    )
    assert device.client.waiting == 0


async def test_an_outage(wattwise: HomeAssistant, url: str, path: Path) -> None:
    """Without a server, pauses grow up to the longest, and readings go on piling up."""
    await async_add_household(wattwise, push_meter())
    away = Device(wattwise, "http://127.0.0.1:1", path)
    pauses = []
    for _ in range(8):
        away.add(1)
        answer = await away.send_all()
        assert answer is not None
        assert answer.status is None
        pauses.append(away.client.pause)
        away.now += away.client.pause
    assert pauses == [5, 10, 20, 40, 80, 160, LONGEST_PAUSE, LONGEST_PAUSE]
    assert away.client.waiting == 8
    away.queue.close()
    # After a restart of the program, it all goes out.
    back = Device(wattwise, url, path)
    assert back.client.waiting == 8
    answer = await back.send_all()
    assert answer is not None
    assert answer.verdict is Verdict.SETTLED
    assert answer.accepted + answer.duplicate == 8
    assert back.client.pause == 0


async def test_a_body_that_is_never_taken(wattwise: HomeAssistant, path: Path) -> None:
    """It is dropped and counted, so that the next ones get through."""

    async def refuse(request: web.Request) -> web.Response:
        return web.json_response({"message": "makes no sense"}, status=400)

    async with serving(refuse) as address:
        device = Device(wattwise, address, path, batch=2)
        device.add(3)
        answer = await device.send()
        assert answer == Answer(Verdict.REJECTED, 400, message="makes no sense")
        assert (device.client.waiting, device.client.rejected) == (1, 2)
        assert device.client.pause == 0


async def test_too_large_a_body(wattwise: HomeAssistant, path: Path) -> None:
    """It is halved until it fits; a single reading that does not is dropped."""
    sizes = []

    async def take_three(request: web.Request) -> web.Response:
        items = await request.json()
        sizes.append(len(items))
        if len(items) > 3 or items[0]["power"] == 103:
            return web.json_response({"message": "too large"}, status=413)
        return web.json_response({"accepted": len(items)}, status=202)

    async with serving(take_three) as address:
        device = Device(wattwise, address, path)
        device.add(10)
        await device.send_all()
    assert sizes[:4] == [10, 5, 3, 3]
    assert device.client.waiting == 0
    assert device.client.rejected == 1
    assert min(sizes) == 1


@pytest.mark.parametrize(
    "response",
    [
        web.Response(text="<html>It works!</html>", content_type="text/html"),
        web.Response(text="<html>Portal</html>", status=202, content_type="text/html"),
        web.json_response([], status=202),
        web.json_response({"accepted": "all"}, status=404),
        web.json_response({"message": {}}, status=500),
        web.Response(
            text="\udcff".encode("utf-8", "surrogateescape").hex(), status=502
        ),
        web.Response(status=503, headers={"Retry-After": "Sun, 01 Mar 2026 07:00 GMT"}),
        web.Response(status=429, headers={"Retry-After": "-5"}),
        web.Response(status=503, headers={"Retry-After": "nan"}),
        web.Response(status=302, headers={"Location": "/elsewhere"}),
        web.Response(status=307, headers={"Location": "/elsewhere"}),
    ],
    ids=lambda response: str(response.status),
)
async def test_servers_that_are_not_wattwise(
    wattwise: HomeAssistant, path: Path, response: web.Response
) -> None:
    """Whatever answers, readings are kept, and the key goes to one address only."""
    asked = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(
            body=response.body, status=response.status, headers=response.headers
        )

    async with serving(answer) as address:
        device = Device(wattwise, address, path)
        device.add(1)
        told = await device.send_all()
    assert told is not None
    assert told.verdict is Verdict.LATER
    assert device.client.waiting == 1
    assert device.client.pause == 5
    assert asked == ["/api/wattwise/data"]


async def test_an_answer_that_breaks_off(wattwise: HomeAssistant, path: Path) -> None:
    """Half an answer is none."""

    async def break_off(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=202)
        response.content_length = 1_000
        await response.prepare(request)
        await response.write(b'{"accepted": 1')
        assert request.transport is not None
        request.transport.close()
        return response

    async with serving(break_off) as address:
        device = Device(wattwise, address, path)
        device.add(1)
        answer = await device.send_all()
    assert answer is not None
    assert answer.verdict is Verdict.LATER
    assert device.client.waiting == 1


def test_an_address_needs_a_scheme(path: Path) -> None:
    """Other addresses than those of a server are refused at once."""
    with ReadingQueue(path) as queue:
        for url in ("homeassistant.local:8123", "file:///etc/passwd", ""):
            with pytest.raises(ValueError, match="does not begin with http"):
                Client(url, KEY, queue)
