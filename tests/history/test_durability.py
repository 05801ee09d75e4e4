"""The file: threads, commits, failures, backups, deletion."""

import asyncio
from pathlib import Path
import sqlite3
import threading

import pytest

from custom_components.wattwise.history.database import (
    SCHEMA_VERSION,
    NewerSchemaError,
)
from custom_components.wattwise.history.errors import HistoryClosedError, HistoryError
from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.periods.calendar import SLOT_MS
from custom_components.wattwise.metering.profile import (
    MeterProfile,
)
from custom_components.wattwise.metering.quantity import Channel

from .readings import METER, counter, now_ms, power


async def test_batched_readings_are_committed_together(history: History) -> None:
    """Readings nobody waits for are on disk after a flush, or by themselves."""
    start = now_ms() - 3_600_000
    for number in range(10):
        history.enqueue(METER, power(start + number * 1_000, number))
    assert await history.latest("meter") == {}
    await history.flush()
    assert (await history.latest("meter"))[Channel.POWER].value == 9


async def test_enqueued_readings_are_committed_at_close(tmp_path: Path) -> None:
    """A stop of Home Assistant loses nothing."""
    history = History(tmp_path / "wattwise.db", "UTC")
    await history.open()
    history.enqueue(METER, power(now_ms(), 5))
    await history.close()
    await history.open()
    assert Channel.POWER in await history.latest("meter")
    await history.close()
    # Who copies this file alone has everything.
    assert [path.name for path in tmp_path.iterdir()] == ["wattwise.db"]


async def test_failing_disk_keeps_batches_and_refuses_appends(
    history: History, tmp_path: Path
) -> None:
    """While another process locks the file nothing is acknowledged or lost."""
    with sqlite3.connect(history.path) as other:
        other.execute("PRAGMA busy_timeout = 0")
        await history.run_alone(
            lambda t: t.connection.execute("PRAGMA busy_timeout = 0")
        )
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(HistoryError, match="locked"):
            await history.append(METER, [power(now_ms(), 5)])
        assert history.last_error
        history.enqueue(METER, power(now_ms(), 6))
        await history.flush()
        other.execute("ROLLBACK")
    await history.flush()
    assert (await history.latest("meter"))[Channel.POWER].value == 6
    assert history.last_error is None


async def test_a_failing_job_does_not_harm_its_neighbours(history: History) -> None:
    """Jobs that share a commit fail or succeed each by itself."""

    def broken(_transaction: object) -> None:
        raise RuntimeError("broken job")

    first = asyncio.create_task(history.append(METER, [power(now_ms(), 1)]))
    failing = asyncio.create_task(history.run(broken))
    last = asyncio.create_task(history.append(METER, [power(now_ms() + 1_000, 2)]))
    results = await asyncio.gather(first, failing, last, return_exceptions=True)
    assert isinstance(results[1], RuntimeError)
    assert (await history.latest("meter"))[Channel.POWER].value == 2
    buckets = await history.buckets(
        "meter", Channel.POWER, now_ms() - 1, now_ms() + SLOT_MS, 300
    )
    assert sum(bucket.count for bucket in buckets) == 2


async def test_the_event_loop_never_touches_the_database(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All statements run in the writer's thread or the reader's."""
    loop_thread = threading.get_ident()
    threads: set[int] = set()

    def trace(_statement: str) -> None:
        threads.add(threading.get_ident())

    await history.run_alone(lambda t: t.connection.set_trace_callback(trace))
    await history.ask(lambda q: q.connection.set_trace_callback(trace))
    await history.append(METER, [power(now_ms(), 1)])
    await history.energy_totals("meter", Channel.ENERGY_IMPORT)
    await history.buckets("meter", Channel.POWER, 0, 1_000, 1)
    await history.refresh_rollups()
    assert len(threads) == 2
    assert loop_thread not in threads


async def test_commits_are_durable(history: History) -> None:
    """The settings that make a commit mean: it is on the disk."""
    settings = await history.run_alone(
        lambda t: [
            t.connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous")
        ]
    )
    assert settings == ["wal", 2]


async def test_newer_file_is_left_alone(tmp_path: Path) -> None:
    """After a downgrade the file is not touched, and the error says why."""
    path = tmp_path / "wattwise.db"
    with sqlite3.connect(path) as file:
        file.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    history = History(path, "UTC")
    with pytest.raises(NewerSchemaError):
        await history.open()
    with pytest.raises(HistoryClosedError):
        await history.latest("meter")


async def test_deleting_and_keeping(history: History) -> None:
    """Only meters that are not in use are offered; deleting leaves no row."""
    other = MeterProfile("other")
    for profile, name in ((METER, "Grid"), (other, "Old meter")):
        await history.add_meter(profile.meter_id, name)
        await history.append(profile, [power(now_ms(), 1), counter(now_ms(), 2)])
    (kept,) = await history.kept_meters({"meter"})
    assert (kept.meter_id, kept.name) == ("other", "Old meter")
    await history.delete_meters(["other"])
    assert await history.kept_meters({"meter"}) == []
    assert await history.latest("other") == {}
    assert len(await history.latest("meter")) == 2
    await history.append(other, [power(now_ms(), 3)])
    assert (await history.latest("other"))[Channel.POWER].value == 3


async def test_backup_is_consistent_while_readings_arrive(
    history: History, tmp_path: Path
) -> None:
    """A copy made file by file during commits opens and holds what came before."""
    start = now_ms() - 3_600_000
    await history.append(METER, [power(start, 1)])
    await history.begin_backup()
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "wattwise.db").write_bytes(history.path.read_bytes())
    for number in range(1, 200):
        await history.append(METER, [power(start + number * 1_000, number)])
    wal = history.path.with_name("wattwise.db-wal").read_bytes()
    # The log is copied while it grows: the copy may end within a commit.
    (copy / "wattwise.db-wal").write_bytes(wal[: len(wal) * 2 // 3])
    await history.end_backup()
    restored = History(copy / "wattwise.db", "Europe/Berlin")
    await restored.open()
    value = (await restored.latest("meter"))[Channel.POWER].value
    assert value is not None
    assert 50 < value < 199
    await restored.close()
