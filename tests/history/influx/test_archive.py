"""What was delivered is read back in order and in pieces, on a real server."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
import json
import re

import pytest

from custom_components.wattwise.history.influx import server as server_module
from custom_components.wattwise.history.influx.archive import InfluxArchive
from custom_components.wattwise.history.influx.delivery import deliver
from custom_components.wattwise.history.influx.errors import (
    FileLimitError,
    NoDeleteError,
    UnreachableError,
)
from custom_components.wattwise.history.influx.points import ReadingPoint, SlotPoint
from custom_components.wattwise.history.influx.server import InfluxServer
from custom_components.wattwise.history.influx.settings import InfluxVersion
from custom_components.wattwise.history.periods.bucket import Bucket
from custom_components.wattwise.history.periods.calendar import SLOT_MS
from custom_components.wattwise.history.readings.raw_readings import RawReading
from wattwise_dev.influxdb.influx_server import InfluxServer as RealServer

from .conftest import settings_for
from .http_server import Answer, HttpServer, Request

DAY_MS = 86_400_000
NOW_MS = 1_790_000_000_000 // SLOT_MS * SLOT_MS
EVER = (-(10**15), 10**15)


@pytest.fixture
def archive(server: InfluxServer) -> Iterator[InfluxArchive]:
    """Return the archive of a database that knows two meters for two hours."""
    points: list[ReadingPoint | SlotPoint] = []
    for meter, level in (("grid", 100.0), ("heat pump", 2_000.0)):
        for number in range(720):
            at = NOW_MS + number * 10_000
            points += [
                ReadingPoint(meter, "power", at, level + number, 10_000, None),
                ReadingPoint(meter, "energy_import", at, None, 10_000, 2.5),
            ]
        for number in range(24):
            at = NOW_MS + number * SLOT_MS
            bucket = Bucket(at, at + SLOT_MS, 30, level, energy_wh=75.0)
            points.append(SlotPoint(meter, "energy_import", bucket))
    assert deliver(server, points) == []
    return InfluxArchive(server)


def test_readings(archive: InfluxArchive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one meter and channel, from the start up to, not including, the end."""
    monkeypatch.setattr(server_module, "CHUNK_ROWS", 100)
    pages = list(archive.raw("heat pump", "power", NOW_MS + 10_000, NOW_MS + 7_190_000))
    assert {len(page) for page in pages} <= {100, 18}
    readings = [reading for page in pages for reading in page]
    assert readings == [
        RawReading(NOW_MS + number * 10_000, 2_000.0 + number, 10_000, None)
        for number in range(1, 719)
    ]


def test_nothing_there(archive: InfluxArchive) -> None:
    """Of a meter, a channel or a time that is not known."""
    assert list(archive.raw("attic", "power", *EVER)) == []
    assert list(archive.raw("grid", "voltage_l1", *EVER)) == []
    assert list(archive.raw("grid", "power", *EVER[:1], NOW_MS)) == []
    assert list(archive.raw("grid", "power", NOW_MS, NOW_MS)) == []
    assert list(archive.five_minutes("grid", "power", *EVER)) == []
    assert archive.latest("attic") == {}


def test_all_times(archive: InfluxArchive) -> None:
    """Bounds beyond what can be stored mean everything."""
    (page,) = archive.raw("grid", "power", *EVER)
    assert len(page) == 720
    (slots,) = archive.five_minutes("grid", "energy_import", *EVER)
    assert len(slots) == 24
    assert slots[-1].end_ms == NOW_MS + 7_200_000
    assert sum(slot.energy_wh for slot in slots) == 1_800.0


def test_neighbours(archive: InfluxArchive) -> None:
    """The reading before a time, and that at it or after it, however far away."""
    before = archive.before("grid", "power", NOW_MS + 400 * DAY_MS)
    assert before == RawReading(NOW_MS + 7_190_000, 819.0, 10_000, None)
    assert archive.before("grid", "power", NOW_MS) is None
    first = RawReading(NOW_MS, 100.0, 10_000, None)
    assert archive.after("grid", "power", NOW_MS) == first
    assert archive.after("grid", "power", NOW_MS - 400 * DAY_MS) == first
    assert archive.after("grid", "power", NOW_MS + 7_190_001) is None


def test_latest(archive: InfluxArchive) -> None:
    """The newest value of each channel; an amount of energy has none."""
    assert archive.latest("grid") == {
        "power": (NOW_MS + 7_190_000, 819.0),
        "energy_import": (NOW_MS + 7_190_000, None),
    }


def test_purge(archive: InfluxArchive) -> None:
    """All of the meter goes; the other one stays."""
    archive.purge("grid")
    assert list(archive.raw("grid", "power", *EVER)) == []
    assert list(archive.five_minutes("grid", "energy_import", *EVER)) == []
    (page,) = archive.raw("heat pump", "power", *EVER)
    assert len(page) == 720


def test_status(archive: InfluxArchive, influx: RealServer) -> None:
    """From when to when there are roll-ups, or why that cannot be said."""
    status = archive.status()
    assert status.error is None
    assert status.version is InfluxVersion.V1
    assert (status.oldest_ms, status.newest_ms) == (NOW_MS, NOW_MS + 23 * SLOT_MS)
    influx.kill()
    try:
        assert isinstance(archive.status().error, UnreachableError)
    finally:
        influx.start()


def test_status_of_an_empty_database(server: InfluxServer) -> None:
    """There is nothing wrong with it."""
    status = InfluxArchive(server).status()
    assert (status.error, status.oldest_ms, status.newest_ms) == (None, None, None)


class Core:
    """InfluxDB 3 Core, with a file for each hour and a limit of files."""

    def __init__(self, limit: int) -> None:
        """Limit the number of files."""
        self._limit = limit
        self.spans: list[float] = []

    def __call__(self, request: Request) -> Answer:
        """Answer as v3.9.6 does (core/iox_v1_query_api, influxdb3_query_executor)."""
        bounds = re.findall(r"'([-\d]+T[\d:.]+)Z'", request.query["q"])
        since, until = (
            datetime.fromisoformat(bound).replace(tzinfo=UTC).timestamp()
            for bound in bounds
        )
        hours = (until - since) / 3600
        if hours > self._limit:
            text = (
                f"error while planning query: External error: Query would scan"
                f" {hours:.0f} Parquet files, exceeding the file limit. InfluxDB 3 Core"
                " caps file access to prevent performance degradation and memory issues."
            )
            error = {"results": [{"statement_id": 0, "error": text}]}
            return Answer(200, json.dumps(error) + "\n")
        self.spans.append(hours)
        rows = [
            [int(hour * 3_600_000), 1, 3_600, None]
            for hour in range(int(since // 3600), int(until // 3600))
            if hour % 6 == 0
        ]
        series = {
            "name": "wattwise_reading",
            "columns": ["time", "value", "span_s", "energy_wh"],
            "values": rows,
        }
        found = {"statement_id": 0} | ({"series": [series]} if rows else {})
        return Answer(200, json.dumps({"results": [found]}) + "\n")


@pytest.mark.parametrize("limit", [10_000, 72, 5, 1])
def test_the_file_limit(limit: int) -> None:
    """InfluxDB 3 Core is asked for ever shorter times; nothing is missing or twice."""
    start_ms = NOW_MS // DAY_MS * DAY_MS
    with HttpServer(Core(limit)) as core:
        settings = settings_for(core.url, "energy", token="t", version=InfluxVersion.V3)
        archive = InfluxArchive(InfluxServer(settings))
        pages = list(archive.raw("grid", "power", start_ms, start_ms + 10 * DAY_MS))
    times = [reading.time_ms for page in pages for reading in page]
    assert times == [start_ms + n * 6 * 3_600_000 for n in range(40)]


def test_a_file_limit_of_nothing() -> None:
    """When even ten minutes are too long, it is said."""
    with HttpServer(Core(0)) as core:
        settings = settings_for(core.url, "energy", token="t", version=InfluxVersion.V3)
        archive = InfluxArchive(InfluxServer(settings))
        with pytest.raises(FileLimitError):
            list(archive.raw("grid", "power", NOW_MS, NOW_MS + DAY_MS))


def test_version_3_is_asked_for_some_days_only() -> None:
    """Questions without an end in time would meet the limit of files."""
    core = Core(72)
    with HttpServer(core) as fake:
        settings = settings_for(fake.url, "energy", token="t", version=InfluxVersion.V3)
        archive = InfluxArchive(InfluxServer(settings))
        archive.before("grid", "power", NOW_MS)
        archive.after("grid", "power", NOW_MS)
        assert core.spans == [72, 72]
        with pytest.raises(NoDeleteError):
            archive.purge("grid")
        for request in fake.requests:
            assert request.query["db"] == "energy"


def test_a_retention_policy_of_version_2(server: InfluxServer) -> None:
    """Is named in a deletion, which goes to the default one otherwise."""
    # v2.9.1 v1/coordinator/statement_executor.go, executeDeleteSeriesStatement.
    with HttpServer(lambda _: Answer(200, '{"results":[{}]}')) as fake:
        settings = replace(
            server.settings,
            url=fake.url,
            database="energy/ten years",
            version=InfluxVersion.V2,
        )
        InfluxArchive(InfluxServer(settings)).purge("grid")
    first = fake.requests[0]
    assert first.method == "POST"
    assert first.query["q"] == (
        'DELETE FROM "ten years"."wattwise_reading" WHERE "meter" = $meter'
    )
