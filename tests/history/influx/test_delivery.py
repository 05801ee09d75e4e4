"""Everything is delivered, whatever is wrong with some points, on a real server."""

from collections.abc import Iterator
from pathlib import Path
import random
import time
from typing import override

import pytest

from custom_components.wattwise.history.influx.delivery import deliver
from custom_components.wattwise.history.influx.errors import (
    ConnectionCutError,
    InfluxError,
    ServerError,
    UnreachableError,
)
from custom_components.wattwise.history.influx.points import ReadingPoint, to_line
from custom_components.wattwise.history.influx.server import InfluxServer
from custom_components.wattwise.history.influx.settings import InfluxVersion
from wattwise_dev.influxdb.influx_server import (
    ADMIN,
    PASSWORD,
    InfluxServer as RealServer,
)

from .conftest import settings_for, start
from .http_server import Answer, HttpServer, Request
from .v2_shim import v2_shim

NOW_MS = int(time.time() * 1000)
COUNT = 'SELECT count("value"), sum("value") FROM "wattwise_reading"'


class CountingServer(InfluxServer):
    """Counts requests and lines."""

    def __init__(self, server: InfluxServer) -> None:
        """Write to the same database as another connection."""
        super().__init__(server.settings)
        self.requests = self.lines = 0

    @override
    def write(self, lines: list[str]) -> None:  # type: ignore[override]
        self.requests += 1
        self.lines += len(lines)
        super().write(lines)


def points(count: int, start_ms: int = NOW_MS) -> list[ReadingPoint]:
    """Return readings of 0, 1, 2 ... in each second before a time."""
    return [
        ReadingPoint("grid", "power", start_ms - number * 1000, number, 1000, None)
        for number in range(count)
    ]


def poison(time_ms: int) -> ReadingPoint:
    """Return a reading at a time no server can store."""
    return ReadingPoint("grid", "power", time_ms, 1.0, 0, None)


BEYOND_TIME = 10**16


@pytest.fixture(params=["/write", "/api/v2/write"])
def route(
    request: pytest.FixtureRequest, influx: RealServer, database: str
) -> Iterator[InfluxServer]:
    """Return a connection by each of the two ways to write."""
    if request.param == "/write":
        yield InfluxServer(settings_for(influx.url, database))
        return
    with HttpServer(v2_shim(influx.port, "v2.7.12")) as shim:
        yield InfluxServer(
            settings_for(
                shim.url,
                f"{database}/autogen",
                token="admin:admin",
                org="home",
                version=InfluxVersion.V2,
            )
        )


def stored(influx: RealServer, database: str) -> list[float]:
    """Return how many readings the database has, and their sum."""
    series = influx.run(COUNT, database)
    values: list[float] = series[0]["values"][0][1:] if series else [0, 0]
    return values


def test_all_is_well(influx: RealServer, database: str, route: InfluxServer) -> None:
    """One request is enough."""
    counting = CountingServer(route)
    assert deliver(counting, points(5_000)) == []
    assert stored(influx, database) == [5_000, 4_999 * 2_500]
    assert counting.requests == 1


def test_nothing(server: InfluxServer) -> None:
    """Nothing to deliver is delivered."""
    assert deliver(server, []) == []


def test_the_same_again_and_corrected(
    influx: RealServer, database: str, route: InfluxServer
) -> None:
    """A delivery repeated changes nothing; a new value takes the place of the old."""
    assert deliver(route, points(100)) == []
    assert deliver(route, points(100)) == []
    assert stored(influx, database) == [100, 4_950]
    assert deliver(route, [ReadingPoint("grid", "power", NOW_MS, 50.0, 1, 2.0)]) == []
    assert stored(influx, database) == [100, 5_000]


def test_poison_is_set_aside(
    influx: RealServer, database: str, route: InfluxServer
) -> None:
    """Each poisonous line is named with its reason; all others are stored."""
    batch: list[ReadingPoint] = points(4_995)
    random.seed(4)
    places = sorted(random.sample(range(5_000), 5))
    for place in places:
        batch.insert(place, poison(BEYOND_TIME))
    counting = CountingServer(route)
    rejected = deliver(counting, batch)
    assert [item.position for item in rejected] == places
    for item in rejected:
        assert item.line == to_line(poison(BEYOND_TIME))
        assert "time" in item.reason
    assert stored(influx, database) == [4_995, 4_994 * 4_995 / 2]
    assert counting.requests < 130


def test_a_type_of_somebody_else(
    influx: RealServer, database: str, route: InfluxServer
) -> None:
    """Where a week has integers, its readings are set aside; others are stored."""
    week_ms = 7 * 86_400_000
    at = NOW_MS - 10 * week_ms
    route.write([f"wattwise_reading,channel=power,meter=x value=1i {at}"])
    batch = [*points(20), *points(3, at), *points(20, NOW_MS - 20 * week_ms)]
    rejected = deliver(route, batch)
    assert [item.position for item in rejected] == [20, 21, 22]
    assert "already exists as type integer" in rejected[0].reason
    # When all are refused for one reason, they need not be tried one by one.
    counting = CountingServer(route)
    assert len(deliver(counting, points(500, at))) == 500
    assert counting.requests == 1
    count = f"{COUNT} WHERE meter = 'grid'"
    assert influx.run(count, database)[0]["values"][0][1] == 40


def test_too_old_to_keep(influx: RealServer, database: str) -> None:
    """What a server is told not to keep counts as delivered, without bisecting it."""
    influx.run(
        f"CREATE RETENTION POLICY short ON {database} DURATION 1h"
        " REPLICATION 1 SHARD DURATION 1h DEFAULT"
    )
    counting = CountingServer(InfluxServer(settings_for(influx.url, database)))
    old = NOW_MS - 86_400_000
    assert deliver(counting, points(1_000, old)) == []
    assert counting.requests == 1
    assert stored(influx, database) == [0, 0]
    # A poisonous line among them is not named by the server, but found.
    batch = [*points(500, old), poison(BEYOND_TIME), *points(10)]
    rejected = deliver(counting, batch)
    assert [item.position for item in rejected] == [500]
    assert stored(influx, database) == [10, 45]
    assert counting.requests < 50


def test_a_request_that_is_too_large(tmp_path: Path) -> None:
    """It is divided, however the server says so; a line too large for it is named."""
    random.seed(1)
    batch = [
        ReadingPoint("grid", "power", NOW_MS - number, random.random(), 1, None)
        for number in range(1_000)
    ]
    batch[77] = ReadingPoint(random.randbytes(4_000).hex(), "power", 1, 1.0, 1, None)
    influx = start(RealServer, tmp_path, largest_request=2_000)
    try:
        influx.run("CREATE DATABASE energy")
        server = InfluxServer(settings_for(influx.url, "energy"))
        (rejected,) = deliver(server, batch)
        assert rejected.position == 77
        assert "too large" in rejected.reason.lower()
        assert stored(influx, "energy")[0] == 999
    finally:
        influx.kill()


def test_a_server_that_cuts_large_requests() -> None:
    """It is given smaller ones; one that cuts all is not served."""
    taken = []

    def respond(request: Request) -> Answer:
        lines = request.body.splitlines()
        if len(lines) > 100:
            raise ConnectionResetError
        taken.extend(lines)
        return Answer(204)

    with HttpServer(respond) as cutting:
        server = InfluxServer(settings_for(cutting.url, "energy"))
        assert deliver(server, points(500)) == []
        assert len(set(taken)) == 500

    def cut(request: Request) -> Answer:
        raise ConnectionResetError

    with HttpServer(cut) as cutting:
        server = InfluxServer(settings_for(cutting.url, "energy"))
        with pytest.raises(ConnectionCutError):
            deliver(server, points(500))


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503, 429, 507, 302])
def test_nothing_is_set_aside_for_another_reason(status: int) -> None:
    """Whatever else a server answers, all points stay to be delivered."""
    with HttpServer(lambda _: Answer(status)) as server, pytest.raises(InfluxError):
        deliver(InfluxServer(settings_for(server.url, "energy")), points(3))


def test_when_it_wants_to_be_asked_again() -> None:
    """A busy server says for how long it wants to be left alone."""
    # InfluxDB 2 with limits: 429 and seconds (v2.9.1 http/write_handler.go and the
    # documentation of the write API); proxies send dates too.
    for value, seconds in (("30", 30.0), ("-1", 0.0), ("soon", None)):
        busy = Answer(429, "{}", {"Retry-After": value})
        with HttpServer(lambda _, busy=busy: busy) as server:
            with pytest.raises(ServerError) as caught:
                deliver(InfluxServer(settings_for(server.url, "energy")), points(3))
            assert caught.value.retry_after_s == seconds
    busy = Answer(503, "", {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"})
    with HttpServer(lambda _: busy) as server, pytest.raises(ServerError) as caught:
        deliver(InfluxServer(settings_for(server.url, "energy")), points(3))
    assert caught.value.retry_after_s == 0.0


def test_a_whole_batch_refused_for_one_line() -> None:
    """As InfluxDB 3 Core does: nothing of a request with a bad line is stored."""
    # v3.9.6 influxdb3_server/src/http.rs writes with accept_partial = false on these
    # routes; influxdb3/tests/server/write.rs shows the body.
    taken: list[str] = []

    def respond(request: Request) -> Answer:
        lines = request.body.splitlines()
        if bad := [n for n, line in enumerate(lines, 1) if str(BEYOND_TIME) in line]:
            text = f"invalid timestamp: {BEYOND_TIME} on line {bad[0]}"
            return Answer(400, f'{{"code":"invalid","message":"{text}"}}')
        taken.extend(lines)
        return Answer(204)

    batch = points(200)
    for place in (0, 50, 201):
        batch.insert(place, poison(BEYOND_TIME))
    with HttpServer(respond) as core:
        settings = settings_for(core.url, "energy", token="t", version=InfluxVersion.V3)
        rejected = deliver(InfluxServer(settings), batch)
        assert core.requests[0].query == {
            "org": "",
            "bucket": "energy",
            "precision": "ms",
        }
        assert core.requests[0].headers["Authorization"] == "Token t"
    assert [item.position for item in rejected] == [0, 50, 201]
    assert sorted(set(taken)) == sorted(to_line(point) for point in points(200))


# v2.7.12; up to v2.7.5 it said "points beyond retention policy".
TOO_OLD = (
    "dropped 3 points outside retention policy of duration 72h0m0s - oldest point a,b=c"
    " at 2025-08-26T03:26:38Z dropped because it violates a Retention Policy Lower"
    " Bound at 2025-09-02T09:04:10Z, newest point a,b=c at 2025-08-26T03:26:38Z dropped"
    " because it violates a Retention Policy Lower Bound at 2025-09-02T09:04:10Z"
    " dropped=3 for database: 9f282d63c7d3a5c0 for retention policy: autogen"
)


@pytest.mark.parametrize("text", [TOO_OLD, "points beyond retention policy dropped=3"])
def test_too_old_in_the_words_of_version_2(text: str) -> None:
    """Counts as delivered."""
    text = f"failure writing points to database: partial write: {text}"
    answer = Answer(422, f'{{"code":"unprocessable entity","message":"{text}"}}')
    with HttpServer(lambda _: answer) as bucket:
        settings = settings_for(
            bucket.url, "energy", token="t", org="home", version=InfluxVersion.V2
        )
        assert deliver(InfluxServer(settings), points(3)) == []
        assert len(bucket.requests) == 1


def test_killed_again_and_again(tmp_path: Path) -> None:
    """What was delivered is there once, however often the server dies meanwhile."""
    influx = start(RealServer, tmp_path, users=True)
    try:
        influx.run("CREATE DATABASE energy")
        server = InfluxServer(
            settings_for(influx.url, "energy", username=ADMIN, password=PASSWORD)
        )
        everything = points(8_000)
        batches = [everything[n : n + 1_000] for n in range(0, 8_000, 1_000)]
        for number, batch in enumerate(batches):
            assert deliver(server, batch) == []
            if number % 2:
                influx.kill()
                with pytest.raises(UnreachableError):
                    deliver(server, batch)
                influx.start()
                assert deliver(server, batch) == []
        assert stored(influx, "energy") == [8_000, 7_999 * 4_000]
    finally:
        influx.kill()
