"""What a damaged file still holds is recovered, and nothing is counted twice."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing, suppress
from functools import partial
from pathlib import Path
import random
import shutil
import sqlite3

import pytest

from custom_components.wattwise.history.damage.loose_pages import LoosePages
from custom_components.wattwise.history.damage.set_aside import SetAside
from custom_components.wattwise.history.database import schema
from custom_components.wattwise.history.deletion import delete_some, find_remains
from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.periods.calendar import HOUR_MS, Period
from custom_components.wattwise.history.readings.packed_hours import LAST_HOUR
from custom_components.wattwise.history.readings.packing import unpack
from custom_components.wattwise.history.readings.raw_readings import RawReadings
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Refusal

from .files_at_risk import (
    DAY_MS,
    GRID,
    PAGE,
    PLUG,
    ZONE,
    KeptFile,
    grid_energy,
    overwrite,
    pages_of,
    roots_of,
)
from .readings import counter, power

type Found = set[tuple[int, int]]
"""Channels and times [ms] of readings."""


@pytest.fixture(scope="module", params=[True, False], ids=["packed", "rows"])
def kept(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> KeptFile:
    """Return a history of some hours, in both forms that readings have."""
    return KeptFile(tmp_path_factory.mktemp("kept"), 16, packed=request.param)


@asynccontextmanager
async def _damaged(path: Path) -> AsyncGenerator[History]:
    """Open a history whose file is taken for damaged."""
    history = History(path, ZONE)
    await history.open()
    if not await history.set_aside():
        history._file.replacement.begin("by a test")
        await history._file.replacement.over()
    try:
        yield history
    finally:
        await history.close()


async def _recover(history: History) -> SetAside:
    entry = (await history.set_aside())[-1]
    done = await history.salvage(entry).run(lambda _: None)
    await history.refresh_rollups()
    return done


def _on_page(path: Path, page: int) -> Found:
    """Return the readings on a page, counted from 0, of a file that is whole."""
    alone = path.with_name("alone.db")
    alone.write_bytes(bytes(PAGE))
    with path.open("rb") as file, alone.open("ab") as out:
        file.seek(page * PAGE)
        out.write(file.read(PAGE))
    found: Found = set()
    tables = [schema()["reading"], schema()["packed_hour"]]
    for table, rows in LoosePages(alone).rows(tables):
        for row in rows:
            if table == "reading":
                found.add((row[1], row[0] * 300_000 + row[2]))
            else:
                hour = row[0] & LAST_HOUR
                times = unpack(hour * HOUR_MS, row[1])
                found |= {(row[0] // (LAST_HOUR + 1), time[0]) for time in times}
    alone.unlink()
    return found


async def _all(history: History, kept: KeptFile) -> Found:
    """Return all readings of the time of a file."""

    def read(connection_of: object) -> Found:
        connection = connection_of.connection  # type: ignore[attr-defined]
        numbers = connection.execute("SELECT channel_id FROM channel").fetchall()
        return {
            (number, reading.time_ms)
            for (number,) in numbers
            for reading in RawReadings(connection).between(number, 0, kept.end_ms)
        }

    return await history.ask(read)


@pytest.mark.parametrize("seed", range(6))
async def test_all_that_can_be_read_is_found(
    seed: int, kept: KeptFile, tmp_path: Path
) -> None:
    """Every reading on a page that is whole comes back, whatever led to that page."""
    path = kept.copy_to(tmp_path)
    pages = pages_of(path)
    count = [1, 3, 10, pages // 10, 1, 2][seed]
    hit = random.Random(seed).sample(range(pages), count)
    if seed >= 4:
        # The page of the schema, and those that lead to all others.
        hit += [0] if seed == 4 else roots_of(path)
    lost: Found = set()
    for page in hit:
        lost |= _on_page(path, page)
    async with _damaged(kept.copy_to(_folder(tmp_path, "whole"))) as whole:
        await _recover(whole)
        expected = await _all(whole, kept)
    overwrite(path, hit, seed)
    async with _damaged(path) as history:
        await _recover(history)
        found = await _all(history, kept)
        assert found <= expected
        assert expected - lost <= found
        assert await grid_energy(history, kept) <= kept.energy_wh + 0.01
        assert await history.check() is None


def _folder(path: Path, name: str) -> Path:
    folder = path / name
    folder.mkdir()
    return folder


async def test_nothing_is_counted_twice(kept: KeptFile, tmp_path: Path) -> None:
    """Sums over the incident are those the meter itself counted."""
    path = kept.copy_to(tmp_path)
    async with _damaged(path) as history:
        shown, at = kept.shown_wh, kept.last_ms
        for _ in range(200):
            at += 10_000
            shown += 2
            await history.append(GRID, [counter(at, shown), power(at, 720)])
            await history.append(PLUG, [power(at, 36)])
        await history.refresh_rollups()
        done = await _recover(history)
        assert done.readings == sum(
            len(kept.rows(*of))
            for of in (
                (Channel.POWER, "grid"),
                (Channel.ENERGY_IMPORT, "grid"),
                (Channel.POWER, "plug"),
            )
        )
        assert done.lost == ()
        expected = pytest.approx(shown - kept.first_shown_wh)
        assert await grid_energy(history, kept) == expected
        for period in Period:
            buckets = await history.buckets(
                "grid",
                Channel.ENERGY_IMPORT,
                kept.start_ms - 40 * DAY_MS,
                kept.end_ms + DAY_MS,
                period,
            )
            assert sum(bucket.energy_wh for bucket in buckets) == expected, period
        latest = await history.latest("grid")
        assert latest[Channel.ENERGY_IMPORT].register_wh == pytest.approx(shown)


async def test_the_same_as_without_the_damage(kept: KeptFile, tmp_path: Path) -> None:
    """Every roll-up is as if the file had never been set aside."""
    histories: list[History] = []
    for name in ("never", "damaged"):
        history = History(kept.copy_to(_folder(tmp_path, name)), ZONE)
        await history.open()
        histories.append(history)
    never, damaged = histories
    damaged._file.replacement.begin("by a test")
    await damaged._file.replacement.over()
    at, shown = kept.last_ms, kept.shown_wh
    for _ in range(100):
        at += 10_000
        shown += 3
        for history in histories:
            await history.append(GRID, [counter(at, shown), power(at, 1_000 + at % 7)])
            await history.append(PLUG, [power(at, 36)])
    await _recover(damaged)
    await never.refresh_rollups()
    for meter, channel in (
        ("grid", Channel.POWER),
        ("grid", Channel.ENERGY_IMPORT),
        ("plug", Channel.ENERGY_IMPORT),
    ):
        for resolution in (300, Period.HOUR, Period.DAY):
            span = kept.start_ms - DAY_MS, kept.end_ms + DAY_MS
            one, other = [
                await history.buckets(meter, channel, *span, resolution)
                for history in histories
            ]
            assert [b.start_ms for b in one] == [b.start_ms for b in other]
            for a, b in zip(one, other, strict=True):
                assert (a.count, a.first, a.last, a.min, a.max, a.covered_ms) == (
                    b.count,
                    b.first,
                    b.last,
                    b.min,
                    b.max,
                    b.covered_ms,
                )
                assert a.energy_wh == pytest.approx(b.energy_wh, abs=1e-6)
                assert a.integral == pytest.approx(b.integral)
    for history in histories:
        await history.close()


async def test_it_goes_on_after_an_interruption(kept: KeptFile, tmp_path: Path) -> None:
    """A restart in the middle changes nothing of the result."""
    path = kept.copy_to(tmp_path)
    async with _damaged(path) as history:
        await history.append(GRID, [counter(kept.last_ms + 10_000, kept.shown_wh + 3)])
    for number in range(40):
        history = History(path, ZONE)
        await history.open()
        (entry,) = await history.set_aside()
        if entry.done:
            break
        task = asyncio.create_task(history.salvage(entry).run(lambda _: None))
        await asyncio.sleep(0.05 + number / 10)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await history.close()
    assert entry.done
    assert number > 1
    await history.refresh_rollups()
    assert await grid_energy(history, kept) == pytest.approx(kept.energy_wh + 3)
    found = await _all(history, kept)
    assert len(found) == len(kept.rows(Channel.POWER)) * 2 + len(
        kept.rows(Channel.POWER, "plug")
    )
    await history.close()


async def test_readings_of_the_past_that_came_before_the_recovery(
    kept: KeptFile, tmp_path: Path
) -> None:
    """A file that was imported into the hole adds nothing to what is recovered."""
    path = kept.copy_to(tmp_path)
    again = kept.rows(Channel.ENERGY_IMPORT)[::6]
    async with _damaged(path) as history:
        await history.append(GRID, [counter(*row) for row in again], live=False)
        await history.refresh_rollups()
        await history.append(GRID, [counter(kept.last_ms + 10_000, kept.shown_wh + 3)])
        await _recover(history)
        assert await grid_energy(history, kept) == pytest.approx(
            kept.energy_wh + 3, abs=5
        )
        assert await grid_energy(history, kept) <= kept.energy_wh + 3.01


async def test_a_backup_that_was_restored(kept: KeptFile, tmp_path: Path) -> None:
    """What the backup and the damaged file both know is there once."""
    path = kept.copy_to(tmp_path)
    later = History(path, ZONE)
    await later.open()
    await later.append(GRID, [counter(kept.last_ms + 10_000, kept.shown_wh + 3)])
    await later.close()
    async with _damaged(path) as history:
        (entry,) = await history.set_aside()
    path.unlink()
    shutil.copy(kept.path, path)
    restored = History(path, ZONE)
    await restored.open()
    (entry,) = await restored.set_aside()
    assert entry.borders == ()
    await _recover(restored)
    assert await grid_energy(restored, kept) == pytest.approx(kept.energy_wh + 3)
    await restored.close()


async def test_what_was_lost_is_closed_in(kept: KeptFile, tmp_path: Path) -> None:
    """Sums that outlived their readings do not grow when those come again."""
    path = kept.copy_to(tmp_path)
    pages = [
        page
        for page in range(pages_of(path))
        if any(channel == 2 for channel, _ in _on_page(path, page))
    ]
    middle = len(pages) // 2
    hit = pages[middle : middle + 6]
    lost_times = sorted(
        time for page in hit for channel, time in _on_page(path, page) if channel == 2
    )
    overwrite(path, hit)
    async with _damaged(path) as history:
        done = await _recover(history)
        assert done.lost
        before = await grid_energy(history, kept)
        rows = dict(kept.rows(Channel.ENERGY_IMPORT))
        found = await _all(history, kept)
        start, end = max(done.lost, key=lambda span: span[1] - span[0])
        gone = [
            time for time in lost_times if start < time < end and (2, time) not in found
        ]
        time = gone[len(gone) // 2]
        receipt = await history.append(GRID, [counter(time, rows[time])])
        assert [item.reason for item in receipt.refused] == [Refusal.ALREADY_COVERED], (
            receipt
        )
        assert await grid_energy(history, kept) == before


async def test_a_file_of_an_older_version(tmp_path: Path) -> None:
    """Columns that did not exist then are filled in."""
    import sqlite3  # noqa: PLC0415

    kept = KeptFile(tmp_path, 3, packed=False)
    connection = sqlite3.connect(kept.path, isolation_level=None)
    for table in ("packed_hour", "pruned"):
        connection.execute(f"DROP TABLE {table}")
    connection.execute("ALTER TABLE rollup DROP COLUMN distribution")
    connection.close()
    async with _damaged(kept.path) as history:
        await _recover(history)
        assert await grid_energy(history, kept) == pytest.approx(kept.energy_wh)


async def test_an_hour_that_cannot_be_unpacked_stays_closed(
    kept: KeptFile, tmp_path: Path
) -> None:
    """Its page was whole, its readings were not: its energy is not counted again."""
    path = kept.copy_to(tmp_path)
    with closing(sqlite3.connect(path)) as connection, connection:
        hours = connection.execute(
            "SELECT hour_id FROM packed_hour WHERE hour_id >> 24 = 2 ORDER BY 1"
        ).fetchall()
        if not hours:
            pytest.skip("nothing is packed")
        connection.execute(
            "UPDATE packed_hour SET readings = x'01ff' WHERE hour_id = ?", hours[5]
        )
    async with _damaged(path) as history:
        done = await _recover(history)
        start_ms = (hours[5][0] & LAST_HOUR) * HOUR_MS
        assert done.lost == ((start_ms, start_ms + HOUR_MS),)
        before = await grid_energy(history, kept)
        assert before == pytest.approx(kept.energy_wh)
        rows = dict(kept.rows(Channel.ENERGY_IMPORT))
        time = next(at for at in rows if at > start_ms + HOUR_MS // 2)
        receipt = await history.append(GRID, [counter(time, rows[time])])
        assert [item.reason for item in receipt.refused] == [Refusal.ALREADY_COVERED]
        assert await grid_energy(history, kept) == before


def _slots_on_page(path: Path, page: int) -> Found:
    """Return the slots and channels of roll-ups on a page of a file that is whole."""
    alone = path.with_name("alone.db")
    with path.open("rb") as file:
        file.seek(page * PAGE)
        alone.write_bytes(bytes(PAGE) + file.read(PAGE))
    found = {
        (row[0], row[1])
        for _, rows in LoosePages(alone).rows([schema()["rollup_5min"]])
        for row in rows
    }
    alone.unlink()
    return found


@pytest.mark.parametrize("part", [slice(3, 9), slice(0, 2), slice(-2, None)])
async def test_roll_ups_that_were_lost_are_made_anew(
    part: slice, kept: KeptFile, tmp_path: Path
) -> None:
    """Where the readings are there, their five minutes are as they were."""
    path = kept.copy_to(tmp_path)
    whole = History(path, ZONE)
    await whole.open()
    span = kept.start_ms - DAY_MS, kept.end_ms + DAY_MS
    channels = (
        ("grid", Channel.POWER),
        ("grid", Channel.ENERGY_IMPORT),
        ("plug", Channel.POWER),
        ("plug", Channel.ENERGY_IMPORT),
    )
    before = {
        (*channel, resolution): await whole.buckets(*channel, *span, resolution)
        for channel in channels
        for resolution in (300, Period.HOUR, Period.DAY)
    }
    await whole.close()
    pages = [page for page in range(pages_of(path)) if _slots_on_page(path, page)]
    lost = {slot for page in pages[part] for slot in _slots_on_page(path, page)}
    assert len(lost) > 50
    overwrite(path, pages[part])
    async with _damaged(path) as history:
        done = await _recover(history)
        assert done.lost == ()
        assert done.lost_slots
        for key, buckets in before.items():
            found = await history.buckets(*key[:2], *span, key[2])
            assert [b.start_ms for b in found] == [b.start_ms for b in buckets], key
            for one, other in zip(found, buckets, strict=True):
                assert (one.count, one.first, one.last, one.min, one.max) == (
                    other.count,
                    other.first,
                    other.last,
                    other.min,
                    other.max,
                )
                assert one.covered_ms == other.covered_ms
                assert one.energy_wh == pytest.approx(other.energy_wh, abs=1e-6)


@pytest.mark.parametrize("begun", [False, True])
async def test_a_deleted_meter_does_not_come_back(
    begun: bool, kept: KeptFile, tmp_path: Path
) -> None:
    """Neither if it was deleted before the recovery nor while that went on."""
    path = kept.copy_to(tmp_path)
    async with _damaged(path) as history:
        (entry,) = await history.set_aside()
        if begun:
            task = asyncio.create_task(history.salvage(entry).run(lambda _: None))
            await asyncio.sleep(0.2)
            await history.delete_meters(["plug"])
            await task
        else:
            await history.delete_meters(["plug"])
            await _recover(history)
        remains = await history.run(find_remains)
        while remains:
            remains = await history.run(partial(delete_some, remains=remains))
        found = await _all(history, kept)
        assert {channel for channel, _ in found} <= {1, 2}
        assert len(found) == 2 * len(kept.rows(Channel.POWER))
        left = await history.ask(
            lambda q: q.connection.execute(
                "SELECT DISTINCT meter_id FROM channel"
            ).fetchall()
        )
        assert left == [("grid",)]
