"""The instruments of the benchmark show what is there."""

import asyncio
import gc
import json
import time

from wattwise_dev.benchmark.ingest.readings import batch, item, readings
from wattwise_dev.benchmark.ingest.wattwise_probe.lag import LagSampler
from wattwise_dev.benchmark.ingest.wattwise_probe.loop_time import measured_loop_time
from wattwise_dev.benchmark.ingest.wattwise_probe.views import answer
from wattwise_dev.benchmark.report import Figure, Findings, Report, percentile


def keep_busy(seconds: float) -> None:
    """Block the event loop."""
    time.sleep(seconds)


async def test_lag_counts_every_moment_of_a_block() -> None:
    """A block of 55 ms is late for the five or six samples due within it."""
    sampler = LagSampler(asyncio.get_running_loop())
    sampler.start()
    await asyncio.sleep(0.05)
    sampler.take()

    keep_busy(0.055)
    await asyncio.sleep(0)  # Collects what is due ...
    await asyncio.sleep(0)  # ... and runs it.
    lags_ms = sampler.take()
    sampler.stop()

    assert 5 <= len(lags_ms) <= 6
    assert max(lags_ms) > 44
    assert sorted(lags_ms, reverse=True) == lags_ms


async def test_loop_time_is_that_of_the_work_and_its_children() -> None:
    """Other tasks, and the time in which the loop was free, do not count."""

    async def other() -> None:
        keep_busy(0.1)

    async def child() -> None:
        await asyncio.sleep(0.05)
        keep_busy(0.02)

    others = asyncio.create_task(other())
    with measured_loop_time() as spent:
        await asyncio.gather(child(), child())
        keep_busy(0.01)
        gc.collect()
        asyncio.get_running_loop().call_soon(keep_busy, 0.01)
        await asyncio.sleep(0.01)
    await others

    assert spent.garbage_ms > 0
    # A busy machine adds to it; the sleep would add 50 ms, and the others 100.
    assert 59 < spent.busy_ms - spent.garbage_ms < 100
    assert spent.longest_ms > 20
    assert spent.wall_ms > 150
    assert spent.cpu_ms - spent.garbage_ms < 10


def test_percentile_is_the_nearest_rank() -> None:
    """It is a value that occurred."""
    values = [float(value) for value in range(1, 101)]
    assert percentile(values, 50) == 50
    assert percentile(values, 99) == 99
    assert percentile([3.0], 99) == 3


def test_report_says_what_was_missed_and_how_far_the_floor_is() -> None:
    """Ratios are of time, also where the figure is a rate."""
    figures = (
        Figure("latency", "ms", 20, target=15, floor=5),
        Figure("rate", "/s", 1_000, target=500, at_least=True, floor=4_000),
        Figure("size", "MiB", 7, details={"before": 3}),
    )
    report = Report({"Python": "3"}, Findings("Test", (), figures))

    told = json.loads(report.as_json())["figures"]

    assert [figure["met"] for figure in told] == [False, True, None]
    assert [figure["ratio"] for figure in told] == [4, 4, None]
    text = report.as_text()
    assert "MISSED" in text
    assert ">= 500" in text
    assert "size [MiB]: before 3.00" in text


def test_bodies_hold_what_the_history_holds() -> None:
    """Pushed items and offline readings are the same measurements."""
    start_ms = 1_700_000_000_000
    body = json.loads(batch(1, start_ms, 3))

    assert body["readings"][2] == item(1, start_ms + 20_000)
    assert answer(body)["accepted"] == 12
    values = [reading.value for reading in readings(1, start_ms, start_ms + 1, 10_000)]
    first = body["readings"][0]
    assert values == [
        first["power"],
        first["energy_import"] * 1000,
        first["voltage_l1"],
        first["current_l1"],
    ]
