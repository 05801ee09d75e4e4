"""A store that asks InfluxDB answers as the history's own file does."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
import math
from pathlib import Path
from typing import Any

import pytest

from custom_components.wattwise.history.errors import HistoryError
from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.influx import server as server_module
from custom_components.wattwise.history.influx.archive import InfluxArchive
from custom_components.wattwise.history.influx.delivery import deliver
from custom_components.wattwise.history.influx.points import ReadingPoint, SlotPoint
from custom_components.wattwise.history.influx.server import InfluxServer
from custom_components.wattwise.history.influx.store import InfluxStore
from custom_components.wattwise.history.periods.bucket import Bucket
from custom_components.wattwise.history.periods.calendar import SLOT_MS, Period
from custom_components.wattwise.history.questions.queries import TooManyBucketsError
from custom_components.wattwise.history.readings.raw_readings import RawReading
from custom_components.wattwise.history.store import HistoryStore
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from tests.history.readings import METER
from wattwise_dev.influxdb.influx_server import InfluxServer as RealServer

STEP_MS = 197_000
CHANNELS = (Channel.POWER, Channel.ENERGY_IMPORT)
# The hour that is there twice, the one that is not, and one of which half is not.
CHANGES = [
    ("Europe/Berlin", "2026-10-25T01:00"),
    ("America/New_York", "2026-03-08T07:00"),
    ("Australia/Lord_Howe", "2025-10-04T15:30"),
]


def milliseconds(time: str) -> int:
    """Return a time in UTC."""
    return int(datetime.fromisoformat(time).replace(tzinfo=UTC).timestamp() * 1000)


def readings(start_ms: int, end_ms: int) -> list[Reading]:
    """Return power and counter of a restless home, with a gap."""
    told, shown = [], 1e6
    for at in range(start_ms, end_ms, STEP_MS):
        watts = 500 + 400 * math.sin(at / 3e6)
        shown += watts * STEP_MS / 3_600_000
        if not start_ms + 8_000_000 < at < start_ms + 17_000_000:
            told.append(Reading(Channel.POWER, at, watts))
            told.append(Reading(Channel.ENERGY_IMPORT, at, shown))
    return told


@pytest.fixture(params=CHANGES, ids=lambda change: change[0])
async def both(
    request: pytest.FixtureRequest, tmp_path: Path, server: InfluxServer
) -> AsyncGenerator[tuple[History, InfluxStore, int, int]]:
    """Return the two stores, and from when to when they know the same."""
    zone, change = request.param
    middle_ms = milliseconds(change)
    start_ms, end_ms = middle_ms - 333 * SLOT_MS, middle_ms + 333 * SLOT_MS
    history = History(tmp_path / "wattwise.db", zone)
    await history.open()
    store = InfluxStore(history, InfluxArchive(server), {"meter": "Grid"}.get, zone)
    receipt = await store.append(METER, readings(start_ms, end_ms), live=False)
    assert receipt.accepted > 1_800
    for channel in CHANNELS:
        span = METER.meter_id, channel, start_ms, end_ms
        async for page in history.raw(*span):
            points: list[ReadingPoint | SlotPoint] = [
                ReadingPoint(
                    "Grid", channel, r.time_ms, r.value, r.span_ms, r.energy_wh
                )
                for r in page
            ]
            assert deliver(server, points) == []
        slots = await history.buckets(*span, 300)
        assert deliver(server, [SlotPoint("Grid", channel, s) for s in slots]) == []
    yield history, store, start_ms, end_ms
    await history.close()


def assert_alike(found: list[Bucket], expected: list[Bucket]) -> None:
    """Compare buckets; sums may differ by rounding."""
    assert [b.start_ms for b in found] == [b.start_ms for b in expected]
    for one, other in zip(found, expected, strict=True):
        assert (one.end_ms, one.count) == (other.end_ms, other.count)
        assert one.covered_ms == other.covered_ms
        for name in ("first", "last", "min", "max", "integral", "energy_wh"):
            value = getattr(other, name)
            # Of what is nearly nothing, what is left is rounding.
            close: Any = pytest.approx(value, rel=1e-12, abs=1e-6)
            assert getattr(one, name) == (value if value is None else close)


async def test_the_same_answers(
    both: tuple[History, InfluxStore, int, int],
) -> None:
    """In all periods and widths, also when the clock is changed."""
    history, store, start_ms, end_ms = both
    for channel in CHANNELS:
        for resolution in (*Period, 300, 900, 3_600):
            span = METER.meter_id, channel, start_ms, end_ms
            expected = await history.buckets(*span, resolution)
            assert_alike(await store.buckets(*span, resolution), expected)
            if resolution is not Period.MONTH:
                assert expected
        span = METER.meter_id, channel, start_ms + 41_000, start_ms + 90_000_000
        for width in (10, 60, 240):
            expected = await history.buckets(*span[:3], start_ms + 9_041_000, width)
            found = await store.buckets(*span[:3], start_ms + 9_041_000, width)
            assert expected
            assert_alike(found, expected)
    months = await store.buckets("meter", Channel.POWER, 0, end_ms, Period.MONTH)
    expected = await history.buckets("meter", Channel.POWER, 0, end_ms, Period.MONTH)
    assert_alike(months, expected)
    assert months


async def test_the_same_readings(
    both: tuple[History, InfluxStore, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page by page, however large the pages are."""
    monkeypatch.setattr(server_module, "CHUNK_ROWS", 300)
    history, store, start_ms, end_ms = both

    async def all_of(one: HistoryStore | History) -> list[RawReading]:
        found = []
        async for page in one.raw("meter", Channel.POWER, start_ms, end_ms):
            found += page
        return found

    assert await all_of(store) == await all_of(history)
    latest = await store.latest("meter")
    for channel, newest in (await history.latest("meter")).items():
        assert latest[channel].time_ms == newest.time_ms
        assert latest[channel].value == newest.value
    # One page is enough for who wants no more.
    async for page in store.raw("meter", Channel.POWER, start_ms, end_ms):
        assert len(page) == 300
        break


async def test_another_clock(both: tuple[History, InfluxStore, int, int]) -> None:
    """Days of another time zone than the home's hold the same energy."""
    _, store, start_ms, end_ms = both
    span = "meter", Channel.ENERGY_IMPORT, start_ms - 10**8, end_ms, Period.DAY
    sums = [
        sum(day.energy_wh for day in await store.buckets(*span, zone))
        for zone in (None, "UTC", "Asia/Kathmandu", "Australia/Lord_Howe")
    ]
    assert sums == [pytest.approx(sums[0])] * 4
    assert sums[0] > 20_000


async def test_too_many(both: tuple[History, InfluxStore, int, int]) -> None:
    """Nobody is given more buckets than from the history's file."""
    _, store, start_ms, _ = both
    year_ms = 366 * 86_400_000
    for span_ms, resolution in (
        (year_ms, 300),
        (2 * year_ms, Period.HOUR),
        (3 * 86_400_000, 60),
    ):
        with pytest.raises(TooManyBucketsError):
            await store.buckets(
                "meter", Channel.POWER, start_ms, start_ms + span_ms, resolution
            )


async def test_purge_and_status(
    server: InfluxServer, influx: RealServer, history: History
) -> None:
    """What is purged is gone; a server that is away is said to be away."""
    store = InfluxStore(history, InfluxArchive(server), str, "UTC")
    bucket = Bucket(0, 300_000, 1, 1.0, 1.0, 1.0, 1.0)
    points = [
        SlotPoint("meter", "power", bucket),
        ReadingPoint("meter", "power", 300_000, 1.0, 0, None),
        ReadingPoint("meter", "of another version", 300_000, 1.0, 0, None),
    ]
    assert deliver(server, points) == []
    assert (await store.status()).oldest_ms == 0
    assert list(await store.latest("meter")) == [Channel.POWER]
    await store.purge("meter")
    assert await store.latest("meter") == {}
    influx.kill()
    try:
        assert (await store.status()).error
        with pytest.raises(HistoryError):
            await store.latest("meter")
        with pytest.raises(HistoryError):
            async for _ in store.raw("meter", Channel.POWER, 0, 1):
                pass
    finally:
        influx.start()
