"""The player against a real server that is not always well."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from aiohttp import web
from aiohttp.test_utils import TestServer
import pytest

from wattwise_dev.simulator import SimulatorError, household_named, pushing
from wattwise_dev.simulator.payload import Dialect
from wattwise_dev.simulator.player import Player, PlayerError
from wattwise_dev.simulator.pushing import Pusher, Tally, retry_after_s
from wattwise_dev.simulator.sample import Sample

pytestmark = pytest.mark.usefixtures("socket_enabled")

FAMILY = household_named("family")
YEAR_BEGINS = datetime(2026, 1, 3, tzinfo=UTC)
type Answer = tuple[int, dict[str, str]]


@dataclass
class Wattwise:
    """What WattWise would answer, and what it was sent."""

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    """Given first, one by one; then everything is accepted."""
    bodies: list[dict[str, object]] = field(default_factory=list)
    """All that was answered with success."""
    keys: list[str] = field(default_factory=list)
    attempts: int = 0

    @property
    def readings(self) -> list[dict[str, object]]:
        """All readings that arrived."""
        found = []
        for body in self.bodies:
            several = body.get("readings", [body])
            assert isinstance(several, list)
            assert len(several) <= 1000
            found += several
        return found

    async def handle(self, request: web.Request) -> web.Response:
        """Answer a push."""
        self.attempts += 1
        if self.answers:
            status, headers = self.answers.pop(0)
            return web.Response(status=status, headers=headers, text="not now")
        self.keys.append(request.headers["X-API-Key"])
        body = await request.json()
        self.bodies.append(body)
        refused = [{"index": 0, "channel": "power", "reason": "out_of_range"}]
        answer = {"accepted": 8, "duplicate": 1, "held": 2, "refused": refused}
        return web.json_response(answer, status=202)


@pytest.fixture(name="wattwise")
async def wattwise_fixture() -> AsyncIterator[Wattwise]:
    """Return a server with WattWise's endpoint."""
    wattwise = Wattwise()
    app = web.Application(client_max_size=16 * 2**20)
    app.router.add_post("/api/wattwise/data", wattwise.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        wattwise.url = str(server.make_url("/"))
        yield wattwise


@pytest.fixture(name="quick", autouse=True)
def quick_fixture(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less between attempts."""
    monkeypatch.setattr(pushing, "_FIRST_WAIT_S", 0.02)
    monkeypatch.setattr(pushing, "_LONGEST_WAIT_S", 0.05)


async def play_until(player: Player, done: Callable[[], bool]) -> None:
    """Run a player until something is reached."""
    running = asyncio.create_task(player.run())
    async with asyncio.timeout(15):
        while not done() and not running.done():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    player.stop()
    await running


def past_player(wattwise: Wattwise, **options: object) -> Player:
    """Return a player that plays the beginning of the year at full speed."""
    settings: dict[str, object] = {
        "start": YEAR_BEGINS,
        "speed": 1e9,
        "interval_s": 60,
        "backlog": 1100,
        **options,
    }
    keys = {"grid": "secret"}
    return Player(wattwise.url, keys, FAMILY, **settings)  # type: ignore[arg-type]


async def test_live(wattwise: Wattwise) -> None:
    """All meters push with their keys, at the clock's pace and never ahead of it."""
    keys = {"grid": "one", "pv": "two"}
    home = replace(FAMILY, counters_start=datetime.now(UTC).date())
    player = Player(wattwise.url, keys, home, interval_s=1)
    await play_until(player, lambda: len(wattwise.bodies) >= 6)
    assert set(wattwise.keys) == {"one", "two"}
    now = datetime.now(UTC)
    for reading in wattwise.readings:
        time = datetime.fromisoformat(str(reading["time"]))
        assert now - timedelta(seconds=20) < time <= now
    grid = [r for r in wattwise.readings if "voltage_l1" in r]
    times = [str(reading["time"]) for reading in grid]
    assert times == sorted(set(times))
    assert grid[0].keys() == {"time", *FAMILY.meter("grid").channels(3)}
    tally = player.tallies["grid"]
    assert tally.sent == len(grid)
    assert tally.accepted == 8 * tally.requests
    assert tally.refused == {"power: out_of_range": tally.requests}


async def test_faster_than_time(wattwise: Wattwise) -> None:
    """The past is sent in order, in batches, without loss."""
    player = past_player(wattwise)
    await play_until(player, lambda: len(wattwise.readings) > 1500)
    times = [datetime.fromisoformat(str(r["time"])) for r in wattwise.readings]
    assert times[0] == YEAR_BEGINS
    assert {later - time for time, later in pairwise(times)} == {timedelta(minutes=1)}
    assert player.tallies["grid"].overflowed == 0


@pytest.mark.parametrize(
    ("status", "headers"),
    [(429, {"Retry-After": "0.05"}), (503, {"Retry-After": "0"}), (500, {}), (404, {})],
)
async def test_backlog(
    wattwise: Wattwise,
    caplog: pytest.LogCaptureFixture,
    status: int,
    headers: dict[str, str],
) -> None:
    """What cannot be sent now is sent later, once and in order."""
    wattwise.answers = [(status, headers)] * 4
    player = past_player(wattwise)
    await play_until(player, lambda: len(wattwise.readings) > 1010)
    times = [str(reading["time"]) for reading in wattwise.readings]
    assert times[0] == "2026-01-03T00:00:00Z"
    assert times == sorted(set(times))
    assert player.tallies["grid"].rejected == 0
    messages = [record.message for record in caplog.records]
    assert sum(f"HTTP {status}" in message for message in messages) == 1
    assert "grid: sending again" in messages


async def test_server_away(wattwise: Wattwise, unused_tcp_port: int) -> None:
    """A connection that is refused is no reason to give up."""
    nobody = Wattwise(url=f"http://127.0.0.1:{unused_tcp_port}")
    player = past_player(nobody)
    await play_until(
        player, lambda: any(t.requests > 3 for t in player.tallies.values())
    )
    assert player.tallies["grid"].sent == 0
    assert player.tallies["grid"].waiting > 0


@pytest.mark.parametrize("status", [401, 403])
async def test_unknown_key(wattwise: Wattwise, status: int) -> None:
    """The player stops and says which key is wrong."""
    wattwise.answers = [(status, {})]
    with pytest.raises(PlayerError, match=r"key of meter 'grid' \(HTTP 40"):
        await past_player(wattwise).run()
    assert wattwise.attempts == 1


async def test_wrong_body(wattwise: Wattwise, caplog: pytest.LogCaptureFixture) -> None:
    """What is called wrong is dropped, and said so; the rest goes on."""
    wattwise.answers = [(400, {})]
    player = past_player(wattwise)
    await play_until(player, lambda: len(wattwise.readings) > 10)
    tally = player.tallies["grid"]
    assert tally.rejected >= 1
    assert wattwise.readings[0]["time"] != "2026-01-03T00:00:00Z"
    assert "called wrong (HTTP 400): not now" in caplog.text


async def test_facility(wattwise: Wattwise) -> None:
    """The earlier platform's body, with energies that add up."""
    player = past_player(wattwise, dialect=Dialect.FACILITY, interval_s=300)
    await play_until(player, lambda: player.tallies["grid"].sent >= 280)
    assert wattwise.bodies[0].keys() == {
        "energy_produced",
        "energy_consumed",
        "current_load",
        "voltage",
        "current1",
        "current2",
        "current3",
        "frequency",
        "power_factor",
        "facility_id",
    }
    consumed = sum(float(str(body["energy_consumed"])) for body in wattwise.bodies)
    assert 3 < consumed < 80


async def test_faults(wattwise: Wattwise) -> None:
    """Faults happen within the first day and are on record."""
    player = past_player(wattwise, faults=("sag", "nan"))
    await play_until(player, lambda: len(wattwise.readings) > 1500)
    assert {event.fault for event in player.fault_events} == {"sag", "nan"}
    lows = [
        reading
        for reading in wattwise.readings
        if isinstance(volts := reading["voltage_l1"], float) and volts < 200
    ]
    sags = [e for e in player.fault_events if e.fault == "sag" and e.times]
    assert len(lows) == sum(len(event.times) for event in sags)


async def test_backlog_is_bounded(wattwise: Wattwise) -> None:
    """A live meter drops its oldest samples, one that catches up waits."""

    async def put(count: int, *, patient: bool) -> None:
        for n in range(count):
            await pusher.put(Sample(n, n, {"power": 1.0}), patient=patient)

    pusher = Pusher(
        None,  # type: ignore[arg-type]
        wattwise.url,
        "grid",
        "key",
        FAMILY,
        Dialect.WATTWISE,
        Tally(),
        backlog=5,
    )
    await put(8, patient=False)
    assert (pusher.tally.waiting, pusher.tally.overflowed) == (5, 3)
    await _times_out(lambda: put(1, patient=True))
    assert pusher.tally.overflowed == 3


async def _times_out(call: Callable[[], Awaitable[None]]) -> None:
    """Check that something does not come to an end."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await call()


async def test_cancelled(wattwise: Wattwise) -> None:
    """Cancelling the player ends it and all it started."""
    before = asyncio.all_tasks()
    running = asyncio.create_task(past_player(wattwise).run())
    await asyncio.sleep(0.1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await asyncio.sleep(0)
    leftover = {task for task in asyncio.all_tasks() - before if not task.done()}
    assert not any("simulator" in repr(task) for task in leftover)


def test_retry_after_may_be_a_date() -> None:
    """Servers may name the moment instead of the seconds."""
    soon = (datetime.now(UTC) + timedelta(seconds=20)).strftime(
        "%a, %d %b %Y %H:%M:%S GMT"
    )
    seconds = retry_after_s(soon)
    assert seconds is not None
    assert 15 < seconds <= 20
    assert retry_after_s("tomorrow") is None
    assert retry_after_s("99999") == 600
    assert retry_after_s(None) is None


@pytest.mark.parametrize(
    ("keys", "options", "message"),
    [
        ({}, {}, "no meter"),
        ({"gas": "k"}, {}, "'gas'"),
        ({"grid": "k"}, {"interval_s": 0}, "interval"),
        ({"grid": "k"}, {"speed": 0}, "speed"),
        ({"ac": "k"}, {"faults": ("sag",)}, "'sag' needs a grid meter"),
        ({"grid": "k"}, {"faults": ("gremlin",)}, "Unknown fault"),
    ],
)
def test_what_cannot_be_played(
    keys: dict[str, str], options: dict[str, object], message: str
) -> None:
    """Mistakes are found before anything starts."""
    with pytest.raises(SimulatorError, match=message):
        Player("http://x", keys, FAMILY, **options)  # type: ignore[arg-type]
