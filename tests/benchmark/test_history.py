"""The benchmark of keeping readings measures what it says."""

from array import array
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import gc
import os
from pathlib import Path
import sqlite3
import time

import pytest

from custom_components.wattwise.metering.quantity import Channel
from wattwise_dev.benchmark.history.asking import ask
from wattwise_dev.benchmark.history.bare_tables import ask_bare_tables, fill_bare_tables
from wattwise_dev.benchmark.history.durable_rates import measure_rates
from wattwise_dev.benchmark.history.filling import FILE, fill
from wattwise_dev.benchmark.history.heap import HOME_OBJECTS
from wattwise_dev.benchmark.history.measuring import apart
from wattwise_dev.benchmark.history.meters import (
    METERS,
    Measurements,
    readings,
    rows,
    simulate_meter,
)
from wattwise_dev.benchmark.history.plan import DAY_MS, QUICK
from wattwise_dev.benchmark.history.questions import ask_history
from wattwise_dev.benchmark.history.recorder_filling import record_states
from wattwise_dev.benchmark.history.space import measure_space
from wattwise_dev.benchmark.history.span import span_of
from wattwise_dev.benchmark.history.watch import watched
from wattwise_dev.benchmark.load import MeasurementError

PLAN = replace(
    QUICK, coarse_days=1, rounds=1, commits={1: 6, 100: 6, 1_000: 3}, cold=1, warm=2
)
# A recorder that begins looks for what it missed in the last minutes.
END = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
END_MS = round(END.timestamp() * 1000)


def write_rows(path: Path, start_ms: int, end_ms: int, step_ms: int) -> Path:
    """Write what a meter showed: something else each time, and a counter that counts."""
    shown = array("d")
    for time_ms in range(start_ms, end_ms, step_ms):
        step = time_ms // step_ms % 7
        hours = (time_ms - END_MS) / 3_600_000
        shown.extend((time_ms, 700 + step, 1_000 + 0.7 * hours, 230 + step, 3 + step))
    with path.open("wb") as file:
        shown.tofile(file)
    return path


@pytest.fixture
def measurements(tmp_path: Path) -> list[Measurements]:
    """Return a coarse day and a fine one of each meter."""
    fine_ms = END_MS - DAY_MS
    return [
        Measurements(
            meter,
            write_rows(
                tmp_path / f"{meter.meter_id}-c", fine_ms - DAY_MS, fine_ms, 900_000
            ),
            write_rows(tmp_path / f"{meter.meter_id}-f", fine_ms, END_MS, 10_000),
        )
        for meter in METERS
    ]


def test_meters_measure_what_the_simulator_says(tmp_path: Path) -> None:
    """A meter shows its digits, at rising times, and no gap parts coarse from fine."""
    plan = replace(QUICK, coarse_days=1, fine_days=1)
    clamp = next(meter for meter in METERS if meter.stamped_on_arrival)

    measured = simulate_meter(tmp_path, METERS.index(clamp), plan, END)

    coarse, fine = list(rows(measured.coarse)), list(rows(measured.fine))
    assert (len(coarse), len(fine)) == (96, 8_640)
    times = [row[0] for row in coarse + fine]
    assert times == sorted(set(times))
    assert any(time_ms % 1_000 for time_ms in times)
    counter = [row[2] for row in coarse + fine]
    assert counter == sorted(counter)
    assert counter[-1] > counter[0]
    for shown, column in zip(
        clamp.channels, list(zip(*fine, strict=True))[1:], strict=True
    ):
        assert list(column) == [round(value, shown.digits) for value in column]
        assert len(set(column)) > 100
    power, energy, *_ = readings(clamp, measured.fine)
    assert (power.channel, power.value) == (Channel.POWER, fine[0][1])
    assert energy.value == fine[0][2] * 1000
    assert energy.time_ms == fine[0][0]


async def test_history_takes_and_answers_all_of_it(
    measurements: list[Measurements], tmp_path: Path
) -> None:
    """Rates, sizes and answers are of the readings that were sent."""
    rates = await measure_rates(tmp_path, measurements, PLAN)
    for size, rate in rates.items():
        sent = PLAN.commits[size] * size
        assert rate.in_turn.values == rate.at_once.values == sent
        assert rate.bare.values == 2 * sent
    filled = await fill(tmp_path, measurements, lambda text: None)
    assert (filled.coarse, filled.fine) == (3 * 4 * 96, 3 * 4 * 8_640)
    assert filled.before.used < filled.packed.used < filled.booked.used
    span = span_of(PLAN, END)
    bare = tmp_path / "bare.db"
    fill_bare_tables(bare, measurements, span)

    answers = await ask_history(tmp_path / FILE, span, PLAN)
    floor = await ask_bare_tables(bare, span, PLAN)

    for name, answer in answers.items():
        assert (len(answer.cold_ms), len(answer.warm_ms)) == (1, 2), name
        assert min(answer.cold_ms + answer.warm_ms) > 0
    assert [answer.rows for answer in answers.values()] == [
        pytest.approx(48, abs=1),
        8_640,
        1,
        pytest.approx(24, abs=1),
    ]
    assert floor.keys() == answers.keys()


async def test_recorder_is_told_the_same(
    measurements: list[Measurements], tmp_path: Path
) -> None:
    """It records each state that differs from the one before, and makes statistics."""
    folder = tmp_path / "recorder"
    folder.mkdir()
    start_ms = END_MS - 1_200_000

    recorded = await apart(record_states, folder, measurements, start_ms)

    assert recorded.readings == 3 * 4 * 120
    # Every value differs from the one before.
    assert recorded.states == recorded.readings
    with closing(sqlite3.connect(folder / "home-assistant_v2.db")) as connection:
        first, last, ids = connection.execute(
            "SELECT min(last_updated_ts), max(last_updated_ts), count(DISTINCT"
            " metadata_id) FROM states"
        ).fetchone()
        (attributes,) = connection.execute(
            "SELECT count(*) FROM state_attributes"
        ).fetchone()
    assert start_ms / 1000 <= first < last < END_MS / 1000
    assert (ids, attributes) == (12, 12)
    assert recorded.space.of("state") > 100 * recorded.states


async def test_answers_that_differ_are_no_measurement(tmp_path: Path) -> None:
    """Who is asked the same twice must say the same twice, and something."""
    path = tmp_path / "file"
    path.write_bytes(bytes(10))
    told = iter([1, 1, 2, 0])

    @asynccontextmanager
    async def opener() -> AsyncIterator[None]:
        yield

    async def question(opened: None) -> int:
        return next(told)

    answers = await ask(path, opener, question, 1, 1)
    assert answers.rows == 1
    with pytest.raises(MeasurementError):
        await ask(path, opener, question, 1, 1)


async def test_watch_sees_stalls_and_memory() -> None:
    """A blocked loop is late, and what was held for a while was in memory."""
    held_bytes = 64 * 2**20
    async with watched() as cost:
        await asyncio.sleep(0.02)
        gc.collect()
        held = os.urandom(held_bytes)
        del held
        time.sleep(0.05)  # noqa: ASYNC251  (that is what must be seen)

    assert cost.seconds > 0.07
    assert cost.lag_worst_ms > 39
    assert cost.rss_peak - cost.rss_before > 0.9 * held_bytes
    assert cost.rss_after < cost.rss_peak
    assert cost.full_collections >= 1
    assert cost.garbage_ms > 0


async def test_work_is_measured_among_the_objects_of_a_home() -> None:
    """A process of the benchmark is as large as a running Home Assistant."""
    assert await apart(_old_objects) > 0.98 * HOME_OBJECTS


async def _old_objects() -> int:
    return len(gc.get_objects(generation=2))


def test_space_knows_free_pages(tmp_path: Path) -> None:
    """What was deleted is not used any more; indexes belong to their table."""
    path = tmp_path / "file.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE kept (value)")
        connection.execute("CREATE INDEX by_value ON kept (value)")
        connection.execute("CREATE TABLE dropped (value)")
        connection.execute("INSERT INTO kept VALUES (zeroblob(100000))")
        connection.execute("INSERT INTO dropped VALUES (zeroblob(100000))")
        connection.execute("DELETE FROM dropped")

    space = measure_space(path)

    assert space.file == path.stat().st_size
    assert 90_000 < space.file - space.used < 110_000
    assert space.of("kept") >= 200_000
    assert space.of("dropped") == 4_096
    assert sum(space.tables.values()) == space.used
