"""Power cuts and backups: what was acknowledged before is there afterwards."""

import asyncio
from pathlib import Path
import random
import shutil
from typing import Final

import pytest

from custom_components.wattwise.history.history import History
from custom_components.wattwise.metering.quantity import Channel

from .files_at_risk import ZONE
from .readings import METER, counter, now_ms

LOG: Final = "wattwise.db-wal"
STEP_WH: Final = 5.0


async def _write(history: History, start_ms: int, stored: list[int]) -> None:
    """Append one counter reading after the other; note those that are acknowledged."""
    for number in range(100_000):
        at = start_ms + number * 1_000
        await history.append(METER, [counter(at, 1e6 + number * STEP_WH)])
        stored.append(at)
        await asyncio.sleep(0)


def _cut_power(path: Path, to: Path) -> bool:
    """Copy file and log as they are at one moment; False when it was not one.

    Nothing but a checkpoint changes the file or begins the log anew.
    """
    log = path.with_name(LOG)
    before = path.stat().st_mtime_ns, log.read_bytes()[:32]
    to.mkdir(exist_ok=True)
    shutil.copy(path, to / path.name)
    shutil.copy(log, to / LOG)
    return before == (path.stat().st_mtime_ns, (to / LOG).read_bytes()[:32])


async def _expect(path: Path, acknowledged: int, written: int) -> None:
    """Open a copy and find all that was acknowledged, and only whole commits."""
    history = History(path, ZONE)
    await history.open()
    assert await history.set_aside() == []
    assert await history.check() is None
    pages = [
        page async for page in history.raw("meter", Channel.ENERGY_IMPORT, 0, 2**42)
    ]
    times = [reading.time_ms for page in pages for reading in page]
    assert acknowledged <= len(times) <= written + 1
    latest = (await history.latest("meter"))[Channel.ENERGY_IMPORT]
    assert latest.time_ms == times[-1]
    buckets = await history.buckets(
        "meter", Channel.ENERGY_IMPORT, times[0] - 3_600_000, times[-1] + 1, 300
    )
    # Reading, register and roll-up are of the same commit.
    expected = (len(times) - 1) * STEP_WH
    assert sum(bucket.energy_wh for bucket in buckets) == pytest.approx(expected)
    assert latest.register_wh == pytest.approx(1e6 + expected)
    assert sum(bucket.count for bucket in buckets) == len(times)
    await history.close()


@pytest.fixture
def start_ms() -> int:
    """Return when the readings begin: all of them are of the past."""
    return now_ms() - 100_000_000


async def test_power_cuts_during_heavy_writing(tmp_path: Path, start_ms: int) -> None:
    """Whenever the power fails, nothing acknowledged is missing and nothing is half."""
    rng = random.Random(3)
    history = History(tmp_path / "wattwise.db", ZONE)
    await history.open()
    stored: list[int] = []
    writing = asyncio.create_task(_write(history, start_ms, stored))
    cuts: list[tuple[Path, int, int]] = []
    while len(cuts) < 8:
        await asyncio.sleep(rng.random() / 5)
        if not stored:
            continue
        acknowledged = len(stored)
        copy = tmp_path / f"cut{len(cuts)}"
        if await asyncio.to_thread(_cut_power, history.path, copy):
            await asyncio.sleep(0.01)
            cuts.append((copy, acknowledged, len(stored)))
    writing.cancel()
    await asyncio.wait([writing])
    await history.close()
    for copy, acknowledged, written in cuts:
        await _expect(copy / "wattwise.db", acknowledged, written)


async def test_a_log_that_ends_anywhere(tmp_path: Path, start_ms: int) -> None:
    """A log that was torn off holds its whole commits up to there."""
    rng = random.Random(4)
    history = History(tmp_path / "wattwise.db", ZONE)
    await history.open()
    for number in range(100):
        at = start_ms + number * 1_000
        await history.append(METER, [counter(at, 1e6 + number * STEP_WH)])
    await history.begin_backup()
    sizes: list[int] = []
    for number in range(100, 200):
        sizes.append(history.path.with_name(LOG).stat().st_size)
        at = start_ms + number * 1_000
        await history.append(METER, [counter(at, 1e6 + number * STEP_WH)])
    copies = []
    for number in range(8):
        copy = tmp_path / f"torn{number}"
        assert _cut_power(history.path, copy)
        log = (copy / LOG).read_bytes()
        end = rng.randrange(len(log))
        (copy / LOG).write_bytes(log[:end])
        # What was acknowledged before the log had grown to where it ends now.
        acknowledged = 100 + sum(size <= end for size in sizes[1:])
        copies.append((copy, acknowledged))
    await history.end_backup()
    await history.close()
    for copy, acknowledged in copies:
        await _expect(copy / "wattwise.db", acknowledged, 200)


@pytest.mark.parametrize("order", [("wattwise.db", LOG), (LOG, "wattwise.db")])
async def test_a_backup_in_either_order(
    order: tuple[str, str], tmp_path: Path, start_ms: int
) -> None:
    """Copied file by file while readings arrive, the backup holds what came before."""
    history = History(tmp_path / "wattwise.db", ZONE)
    await history.open()
    stored: list[int] = []
    writing = asyncio.create_task(_write(history, start_ms, stored))
    await asyncio.sleep(0.5)
    await history.begin_backup()
    acknowledged = len(stored)
    copy = tmp_path / "backup"
    copy.mkdir()
    for name in order:
        await asyncio.to_thread(shutil.copy, tmp_path / name, copy / name)
        await asyncio.sleep(0.1)
    await history.end_backup()
    writing.cancel()
    await asyncio.wait([writing])
    await history.close()
    await _expect(copy / "wattwise.db", acknowledged, len(stored))
