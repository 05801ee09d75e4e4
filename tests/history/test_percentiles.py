"""Percentiles of voltage in hours, days and months."""

from bisect import bisect_left
from collections.abc import Awaitable, Callable
from itertools import pairwise
import random

import pytest

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.periods.bucket import Bucket
from custom_components.wattwise.history.periods.calendar import Period
from custom_components.wattwise.history.periods.distribution import BIN_WIDTH
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

from .pruning import mark_stale, prune_five_minutes, prune_readings
from .readings import METER, counter, now_ms, power
from .test_distribution import exact_percentile

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def voltage(time_ms: int, value: float) -> Reading:
    """Return a voltage [V]."""
    return Reading(Channel.VOLTAGE_L1, time_ms, value)


def restless_days(start_ms: int, days: int, seed: int = 5) -> list[Reading]:
    """Return voltages at uneven steps, with gaps of up to hours."""
    rng = random.Random(seed)
    readings, at, level = [], start_ms, 230.0
    while at < start_ms + days * DAY_MS:
        level += rng.gauss(0, 0.3) + (230 - level) / 50
        readings.append(voltage(at, level))
        at += rng.choice([1_000, 10_000, 20_000, 60_000, 299_999])
        if rng.random() < 0.01:
            at += rng.randrange(4 * HOUR_MS)
    return readings


def held_in(readings: list[Reading], bucket: Bucket) -> list[tuple[float, int]]:
    """Return each value with the time for which it was held in a period."""
    held = []
    first = bisect_left(
        readings, bucket.start_ms - METER.hold_ms, key=lambda reading: reading.time_ms
    )
    for earlier, later in pairwise(readings[first:]):
        if earlier.time_ms >= bucket.end_ms:
            break
        until = min(later.time_ms, earlier.time_ms + METER.hold_ms, bucket.end_ms)
        duration = until - max(earlier.time_ms, bucket.start_ms)
        if duration > 0:
            held.append((earlier.value, duration))
    return held


async def voltages(history: History, period: Period | int) -> list[Bucket]:
    """Return all that is known of the voltage."""
    end = now_ms() + HOUR_MS
    return await history.buckets(
        "meter", Channel.VOLTAGE_L1, end - 80 * DAY_MS, end, period
    )


@pytest.mark.parametrize("refreshed", [False, True])
async def test_percentiles_weigh_values_by_their_time(
    history: History, *, refreshed: bool
) -> None:
    """Hours, days and months agree with the exact values to half a bin."""
    readings = restless_days(now_ms() - 40 * DAY_MS, 40)
    for at in range(0, len(readings), 5_000):
        await history.append(METER, readings[at : at + 5_000])
    if refreshed:
        await history.refresh_rollups()
    for period in Period:
        buckets = await voltages(history, period)
        assert (
            len(buckets) >= {Period.HOUR: 600, Period.DAY: 40, Period.MONTH: 2}[period]
        )
        for bucket in buckets:
            held = held_in(readings, bucket)
            assert sum(duration for _, duration in held) == bucket.covered_ms
            if not held:
                assert bucket.distribution is None
                assert (bucket.p05, bucket.p50, bucket.p95) == (None, None, None)
                continue
            assert bucket.distribution is not None
            assert bucket.distribution.known_ms == bucket.covered_ms
            exact = [exact_percentile(held, percent) for percent in (5, 50, 95)]
            assert [bucket.p05, bucket.p50, bucket.p95] == pytest.approx(
                exact, abs=BIN_WIDTH / 2 + 1e-9
            )


@pytest.mark.parametrize("order", ["reversed", "shuffled", "late"])
async def test_percentiles_do_not_depend_on_the_order_of_readings(
    tmp_path_factory: pytest.TempPathFactory, order: str
) -> None:
    """Whatever comes late ends in the same bytes, in the hours it touches too."""
    readings = restless_days(now_ms() - 3 * DAY_MS, 2)
    pieces = [readings[at : at + 100] for at in range(0, len(readings), 100)]
    if order == "reversed":
        pieces.reverse()
    elif order == "shuffled":
        mixed = readings.copy()
        random.Random(2).shuffle(mixed)
        pieces = [mixed[at : at + 100] for at in range(0, len(mixed), 100)]
    elif order == "late":
        pieces = [readings[::2], readings[1::2]]
    found = []
    for parts in ([readings], pieces):
        path = tmp_path_factory.mktemp("history") / "wattwise.db"
        history = History(path, "Europe/Berlin")
        await history.open()
        for part in parts:
            await history.append(METER, part)
            await history.refresh_rollups()
        found.append(
            [
                (bucket.start_ms, bucket.distribution)
                for period in Period
                for bucket in await voltages(history, period)
            ]
        )
        await history.close()
    assert found[0] == found[1]


async def test_only_voltages_have_percentiles(history: History) -> None:
    """Power spans four decades, energy is a sum: their histograms would be large."""
    start = now_ms() - 5 * HOUR_MS
    for number in range(240):
        at = start + number * 60_000
        await history.append(METER, [power(at, number), counter(at, number)])
    await history.refresh_rollups()
    for channel in (Channel.POWER, Channel.ENERGY_IMPORT):
        for period in Period:
            buckets = await history.buckets(
                "meter", channel, start - 40 * DAY_MS, start + DAY_MS, period
            )
            assert buckets
            assert all(bucket.distribution is None for bucket in buckets)


@pytest.mark.parametrize("prune", [prune_readings, prune_five_minutes])
async def test_percentiles_outlive_the_readings(
    history: History, prune: Callable[[History, int], Awaitable[None]]
) -> None:
    """Where readings were pruned nothing changes any more, whatever is marked stale."""
    readings = restless_days(now_ms() - 6 * DAY_MS, 6)
    await history.append(METER, readings)
    await history.refresh_rollups()
    before = {period: await voltages(history, period) for period in Period}
    border = history.day_start_ms() - 2 * DAY_MS
    await prune(history, border)
    await mark_stale(history)
    for _ in range(2):
        assert {period: await voltages(history, period) for period in Period} == before
        await history.refresh_rollups()


async def test_late_reading_changes_the_hours_it_touches(history: History) -> None:
    """A value that fills a gap counts in its hour and in those it was held in."""
    start = now_ms() // HOUR_MS * HOUR_MS - 10 * HOUR_MS
    await history.append(
        METER, [voltage(start, 230), voltage(start + 5 * HOUR_MS, 230)]
    )
    await history.refresh_rollups()
    late = start + 2 * HOUR_MS - 60_000
    await history.append(METER, [voltage(late, 250)])
    for _ in range(2):
        hours = {
            (bucket.start_ms - start) // HOUR_MS: bucket.distribution.held_ms()
            for bucket in await voltages(history, Period.HOUR)
            if bucket.distribution
        }
        assert hours == {
            0: {2_300: METER.hold_ms},
            1: {2_500: 60_000},
            2: {2_500: METER.hold_ms - 60_000},
        }
        await history.refresh_rollups()
