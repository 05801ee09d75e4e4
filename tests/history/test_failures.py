"""What goes wrong, and questions asked while something else happens."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
import sqlite3
import threading
from typing import Any, Never

import pytest

from custom_components.wattwise.history import (
    history as history_module,
    open_file,
)
from custom_components.wattwise.history.errors import HistoryClosedError, HistoryError
from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.ledger import Ledger
from custom_components.wattwise.history.periods.calendar import HOUR_MS
from custom_components.wattwise.history.questions.queries import (
    Queries,
    TooManyBucketsError,
)
from custom_components.wattwise.history.receipt import Receipt
from custom_components.wattwise.history.writer import Transaction, Writer
from custom_components.wattwise.metering.profile import MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

from .readings import METER, counter, now_ms, power

DAY_MS = 24 * HOUR_MS
HOUSEHOLD = MeterProfile("household")


def _raises(error: BaseException) -> Callable[..., Never]:
    def fail(*_args: object, **_kwargs: object) -> Never:
        raise error

    return fail


def _threads() -> set[threading.Thread]:
    return {t for t in threading.enumerate() if t.name.startswith("wattwise")}


async def test_a_question_sees_one_state_of_the_file(history: History) -> None:
    """A commit between two statements of a question is not half seen."""
    await history.append(METER, [power(now_ms() - 2_000, 1)])
    asked, committed = threading.Event(), threading.Event()

    def question(queries: Queries) -> list[object]:
        first = queries.latest("meter")
        asked.set()
        assert committed.wait(10)
        return [first, queries.latest("meter")]

    answer = asyncio.create_task(history.ask(question))
    await asyncio.to_thread(asked.wait, 10)
    await history.append(METER, [power(now_ms() - 1_000, 2)])
    committed.set()
    first, second = await answer
    assert first == second
    assert (await history.latest("meter"))[Channel.POWER].value == 2


async def test_a_failing_question_ends_its_snapshot(history: History) -> None:
    """After an error the next question sees the newest state."""
    with pytest.raises(HistoryError, match="broken"):
        await history.ask(_raises(sqlite3.OperationalError("broken")))
    await history.append(METER, [power(now_ms(), 1)])
    assert Channel.POWER in await history.latest("meter")


async def test_a_failing_commit_does_not_end_the_writer(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever a commit fails with, its jobs are told and the next ones work."""
    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "write", _raises(MemoryError()))
        async with asyncio.timeout(5):
            with pytest.raises(HistoryError, match="MemoryError"):
                await history.append(METER, [power(now_ms(), 1)])
    async with asyncio.timeout(5):
        receipt = await history.append(METER, [power(now_ms(), 2)])
    assert receipt.accepted == 1
    assert (await history.latest("meter"))[Channel.POWER].value == 2


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_nobody_waits_for_a_writer_that_ended(tmp_path: Path) -> None:
    """Jobs in work, queued and put later fail when the thread ends."""
    history = History(tmp_path / "wattwise.db", "UTC")
    await history.open()
    begun, go_on = threading.Event(), threading.Event()

    def ends(_transaction: Transaction) -> None:
        begun.set()
        assert go_on.wait(10)
        raise SystemExit

    first = asyncio.create_task(history.run(ends))
    await asyncio.to_thread(begun.wait, 10)
    second = asyncio.create_task(history.run_alone(lambda _: None))
    await asyncio.sleep(0)
    go_on.set()
    async with asyncio.timeout(5):
        for task in (first, second):
            with pytest.raises(HistoryClosedError):
                await task
        with pytest.raises(HistoryClosedError):
            await history.append(METER, [power(now_ms(), 1)])
        await history.close()
        await history.open()
        await history.append(METER, [power(now_ms(), 1)])
        await history.close()


async def test_jobs_before_a_close_are_done(tmp_path: Path) -> None:
    """Jobs of both kinds that were put before the close are finished."""
    history = History(tmp_path / "wattwise.db", "UTC")
    await history.open()
    writer, go_on = history._file.writer, threading.Event()
    jobs = [
        asyncio.create_task(writer.run_alone(lambda _: go_on.wait(10))),
        asyncio.create_task(writer.run(lambda _: "first")),
        asyncio.create_task(writer.run_alone(lambda _: "alone")),
    ]
    await asyncio.sleep(0)
    closing = asyncio.create_task(history.close())
    await asyncio.sleep(0.05)
    go_on.set()
    async with asyncio.timeout(5):
        assert await asyncio.gather(*jobs) == [True, "first", "alone"]
        await closing


async def test_only_readings_that_cannot_be_stored_are_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected error costs the reading it is about, and no later close."""
    before = _threads()
    history = History(tmp_path / "wattwise.db", "UTC")
    await history.open()
    append = Ledger.append

    def picky(
        self: Ledger,
        profile: MeterProfile,
        readings: list[Reading],
        *,
        now_ms: int,
        **rest: Any,
    ) -> Receipt:
        if any(reading.value == 3 for reading in readings):
            raise OverflowError("too large")
        return append(self, profile, readings, now_ms=now_ms, **rest)

    monkeypatch.setattr(Ledger, "append", picky)
    start = now_ms() - 60_000
    for number in range(6):
        history.enqueue(METER, power(start + number * 1_000, number))
    history._batches._start_commit()
    await history.begin_backup()
    await history.end_backup()
    assert history._batches._commit is None
    buckets = await history.buckets("meter", Channel.POWER, start, start + 6_000, 1)
    assert [bucket.first for bucket in buckets if bucket.count] == [0, 1, 2, 4, 5]
    assert "too large" in caplog.text
    await history.close()
    assert _threads() == before


async def test_close_ends_the_threads_whatever_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A close that cannot commit still closes the file."""
    before = _threads()
    history = History(tmp_path / "wattwise.db", "UTC")
    await history.open()
    monkeypatch.setattr(
        history._batches, "_commit_all", _raises(RuntimeError("broken"))
    )
    with pytest.raises(RuntimeError, match="broken"):
        await history.close()
    assert _threads() == before


async def test_a_failing_listener_harms_no_append(
    history: History, caplog: pytest.LogCaptureFixture
) -> None:
    """What is on disk is acknowledged, whoever stumbles over the news."""
    history.on_commit(_raises(RuntimeError("deaf")))
    assert (await history.append(METER, [power(now_ms(), 1)])).accepted == 1
    assert "deaf" in caplog.text


@pytest.mark.parametrize(
    ("owner", "name", "error"),
    [
        (open_file, "follow_time_zone", RuntimeError("broken")),
        (open_file, "connect_reader", sqlite3.OperationalError("broken")),
        (Ledger, "__init__", RuntimeError("broken")),
    ],
)
async def test_a_failed_open_leaves_nothing_behind(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    name: str,
    error: Exception,
) -> None:
    """Opening that fails half-way ends its threads and can be tried again."""
    before = _threads()
    history = History(tmp_path / "wattwise.db", "UTC")
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, _raises(error))
        async with asyncio.timeout(5):
            with pytest.raises(HistoryError):
                await history.open()
    assert _threads() == before
    with pytest.raises(HistoryClosedError):
        await history.append(METER, [power(now_ms(), 1)])
    await history.open()
    await history.append(METER, [power(now_ms(), 1)])
    await history.close()
    assert _threads() == before


async def test_each_batched_reading_keeps_its_profile(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readings from before and after a change of settings are judged by their own."""
    before = replace(METER, contracted_power_w=100_000.0)
    history.enqueue(before, power(now_ms() - 2_000, 90_000))
    history.enqueue(METER, power(now_ms() - 1_000, 90_000))
    with monkeypatch.context() as patch:
        patch.setattr(Writer, "run", _raises(HistoryError("disk full")))
        await history.flush()
        history.enqueue(METER, power(now_ms(), 500))
    assert list(history._batches._waiting) == [before, METER]
    await history.flush()
    buckets = await history.buckets(
        "meter", Channel.POWER, now_ms() - 2_000, now_ms() + 1_000, 1
    )
    assert [b.first for b in buckets if b.count] == [90_000, 500]
    assert len(await history.refused("meter")) == 1


async def test_a_time_zone_that_failed_is_tried_again(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the change is on disk the old clock goes on."""
    day = history.day_start_ms()
    with monkeypatch.context() as patch:
        patch.setattr(
            history_module, "follow_time_zone", _raises(sqlite3.OperationalError("no"))
        )
        with pytest.raises(HistoryError):
            await history.change_time_zone("Asia/Kathmandu")
    assert history.day_start_ms() == day
    await history.change_time_zone("Asia/Kathmandu")
    assert history.day_start_ms() != day


async def test_an_old_price_is_found_at_once(history: History) -> None:
    """A flat price noted long ago costs no walk through all slots since."""
    day = history.day_start_ms()
    price = Reading(Channel.PRICE, day - 300 * DAY_MS, 0.3)
    await history.append(HOUSEHOLD, [price], live=False)
    start = day - 2 * HOUR_MS
    readings = [counter(start, 1_000), counter(start + HOUR_MS, 2_000)]
    await history.append(METER, readings)
    instructions = 0

    def count() -> int:
        nonlocal instructions
        instructions += 100
        return 0

    def question(queries: Queries) -> float | None:
        queries.connection.set_progress_handler(count, 100)
        return queries.cost("meter", Channel.ENERGY_IMPORT, "household", start, day)

    assert await history.ask(question) == pytest.approx(0.3)
    assert instructions < 20_000


async def test_raw_readings_are_loaded_for_two_days_at_most(history: History) -> None:
    """Widths that no roll-up serves are refused for long periods."""
    end = now_ms()
    await history.append(METER, [power(end - 1_000, 1)])
    for width in (60, 420):
        assert await history.buckets(
            "meter", Channel.POWER, end - 2 * DAY_MS, end, width
        )
        with pytest.raises(TooManyBucketsError):
            await history.buckets("meter", Channel.POWER, end - 3 * DAY_MS, end, width)
    assert await history.buckets("meter", Channel.POWER, end - 3 * DAY_MS, end, 600)


@pytest.mark.parametrize("live", [True, False])
async def test_listeners_know_whether_a_meter_is_alive(
    history: History, live: bool
) -> None:
    """Imported readings are told apart from those that arrive."""
    receipts: list[Receipt] = []
    history.on_commit(lambda _meter_id, receipt: receipts.append(receipt))
    await history.append(METER, [power(now_ms(), 1)], live=live)
    assert [receipt.live for receipt in receipts] == [live]


@pytest.mark.parametrize("channel", [Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT])
async def test_totals_tell_their_day(history: History, channel: Channel) -> None:
    """The totals of a day come with its start, with and without readings."""
    await history.append(METER, [counter(now_ms(), 1)])
    before = history.day_start_ms()
    totals = await history.energy_totals("meter", channel)
    assert before <= totals.day_start_ms <= history.day_start_ms()
