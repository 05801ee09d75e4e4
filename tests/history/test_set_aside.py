"""A damaged file is set aside, and the history goes on where it ended."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
import random
import sqlite3

import pytest

from custom_components.wattwise.history import open_file
from custom_components.wattwise.history.damage import replacement
from custom_components.wattwise.history.damage.set_aside import SetAside, set_aside
from custom_components.wattwise.history.errors import DamagedHistoryError, HistoryError
from custom_components.wattwise.history.history import History
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

from .files_at_risk import GRID, PAGE, ZONE, KeptFile, grid_energy, overwrite, pages_of
from .readings import METER, counter, now_ms, power


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> KeptFile:
    """Return a history of some hours."""
    return KeptFile(tmp_path_factory.mktemp("kept"), 12, packed=True)


async def _replaced(history: History) -> None:
    """Wait until a damaged file was replaced."""
    history._file.replacement.begin("by a test")
    await history._file.replacement.over()


async def _goes_on(history: History, kept: KeptFile) -> None:
    """Expect the grid meter's register to go on as if nothing had happened."""
    latest = await history.latest("grid")
    assert latest[Channel.ENERGY_IMPORT].register_wh == pytest.approx(kept.shown_wh)
    at = kept.last_ms + 10_000
    receipt = await history.append(
        GRID, [counter(at, kept.shown_wh + 5), power(at, 1_800)]
    )
    assert receipt.accepted == 2
    register = receipt.latest[Channel.ENERGY_IMPORT].register_wh
    assert register == pytest.approx(kept.shown_wh + 5)
    # What flowed in between belongs to the new file, and nothing else does.
    assert await grid_energy(history, kept) == pytest.approx(5)


@pytest.mark.parametrize(
    ("start", "data"),
    [(0, b"x" * PAGE), (0, bytes(100)), (60, bytes(4)), (0, bytes(PAGE))],
    ids=["text", "header", "version", "page"],
)
async def test_a_file_without_a_beginning(
    start: int, data: bytes, kept: KeptFile, tmp_path: Path
) -> None:
    """It is kept as it is; meters and registers are found in what is left of it."""
    path = kept.copy_to(tmp_path)
    content = bytearray(path.read_bytes())
    content[start : start + len(data)] = data
    path.write_bytes(content)
    history = History(path, ZONE)
    await history.open()
    (entry,) = await history.set_aside()
    assert (tmp_path / entry.file).read_bytes() == content
    await _goes_on(history, kept)
    await history.close()


@pytest.mark.parametrize("share", [0.0005, 0.1, 0.5, 0.99])
async def test_a_file_that_was_cut_off(
    share: float, kept: KeptFile, tmp_path: Path
) -> None:
    """Whatever is left of the file, the history opens."""
    path = kept.copy_to(tmp_path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    history = History(path, ZONE)
    await history.open()
    assert len(await history.set_aside()) == 1
    assert (await history.append(METER, [power(now_ms(), 5)])).accepted == 1
    if share >= 0.5:
        await _goes_on(history, kept)
    await history.close()


@pytest.mark.parametrize("seed", range(12))
async def test_damage_anywhere(seed: int, kept: KeptFile, tmp_path: Path) -> None:
    """Opening never fails, and what the new file acknowledges it keeps."""
    path = kept.copy_to(tmp_path)
    rng = random.Random(seed)
    count = rng.choice([1, 2, 5, 40])
    overwrite(path, rng.sample(range(pages_of(path)), count), seed)
    history = History(path, ZONE)
    await history.open()
    at = kept.last_ms
    for number in range(20):
        at += 10_000
        with suppress(HistoryError):
            await history.append(METER, [power(at, number)])
    if not await history.set_aside():
        await _replaced(history)
    written = []
    for number in range(20):
        at += 10_000
        receipt = await history.append(METER, [power(at, number)])
        assert receipt.accepted == 1
        written.append(at)
    await history.close()
    await history.open()
    pages = [page async for page in history.raw("meter", Channel.POWER, 0, 2**42)]
    found = {reading.time_ms for page in pages for reading in page}
    assert set(written) <= found
    assert await history.check() is None
    await history.close()


async def test_damage_under_a_running_history(kept: KeptFile, tmp_path: Path) -> None:
    """The first who meets it is told to come back, and then finds a new file."""
    path = kept.copy_to(tmp_path)
    history = History(path, ZONE)
    await history.open()
    told: list[bool] = []
    history.on_replaced(lambda: told.append(True))
    # All but the small tables.
    overwrite(path, list(range(30, pages_of(path))))
    await history.run_alone(lambda t: t.connection.execute("PRAGMA shrink_memory"))
    at = kept.last_ms + 10_000
    with pytest.raises(DamagedHistoryError):
        await history.append(GRID, [power(at, 5), counter(at, kept.shown_wh)])
    at += 10_000
    history.enqueue(METER, power(now_ms(), 7))
    receipt = await history.append(GRID, [power(at, 5)])
    assert receipt.accepted == 1
    await history.flush()
    assert (await history.latest("meter"))[Channel.POWER].value == 7
    assert told == [True]
    assert len(await history.set_aside()) == 1
    await history.close()


async def test_a_question_that_meets_damage(kept: KeptFile, tmp_path: Path) -> None:
    """Readers notice damage as writers do."""
    path = kept.copy_to(tmp_path)
    overwrite(path, list(range(30, pages_of(path))))
    history = History(path, ZONE)
    await history.open()
    if not await history.set_aside():
        with pytest.raises(DamagedHistoryError):
            await history.ask(
                lambda q: q.connection.execute(
                    "SELECT sum(energy_wh) FROM rollup_5min"
                ).fetchall()
            )
    assert await history.latest("grid") is not None
    assert len(await history.set_aside()) == 1
    await history.close()


async def test_what_was_in_the_log_is_kept_too(kept: KeptFile, tmp_path: Path) -> None:
    """Commits that had not reached the damaged file are taken over with it."""
    path = kept.copy_to(tmp_path)
    history = History(path, ZONE)
    await history.open()
    at = kept.last_ms + 10_000
    await history.append(GRID, [counter(at, kept.shown_wh + 3)])
    await _replaced(history)
    latest = await history.latest("grid")
    assert latest[Channel.ENERGY_IMPORT].register_wh == pytest.approx(kept.shown_wh + 3)
    (entry,) = await history.set_aside()
    assert (tmp_path / f"{entry.file}-wal").stat().st_size > 0
    await history.close()


async def test_held_readings_and_counts_come_along(tmp_path: Path) -> None:
    """What is in doubt stays in doubt, and what was refused stays counted."""
    history = History(tmp_path / "wattwise.db", ZONE)
    await history.open()
    at = now_ms() - 60_000
    await history.append(METER, [counter(at, 5_000_000)])
    held = await history.append(METER, [counter(at + 10_000, 12)])
    assert held.held == 1
    refused = await history.append(METER, [power(at, 1e9)])
    assert refused.refused
    counts = await history.refused("meter")
    await _replaced(history)
    assert await history.refused("meter") == counts
    again = await history.append(METER, [counter(at + 10_000, 12)])
    assert again.duplicate == 1
    await history.close()


async def test_a_meter_of_amounts_goes_on(tmp_path: Path) -> None:
    """Amounts after a gap are spread over it, as without the damage."""
    history = History(tmp_path / "wattwise.db", ZONE)
    await history.open()
    at = now_ms() - 600_000
    await history.append(METER, [counter(at, 1_000)])
    await _replaced(history)
    await history.append(METER, [counter(at + 300_000, 1_100)])
    buckets = await history.buckets(
        "meter", Channel.ENERGY_IMPORT, at - 600_000, at + 600_000, 300
    )
    assert sum(bucket.energy_wh for bucket in buckets) == pytest.approx(100)
    await history.close()


async def test_a_restart_goes_on_with_the_new_file(
    kept: KeptFile, tmp_path: Path
) -> None:
    """Files that were set aside are taken over from once."""
    path = kept.copy_to(tmp_path)
    history = History(path, ZONE)
    await history.open()
    await _replaced(history)
    entries = await history.set_aside()
    await _goes_on(history, kept)
    await history.close()
    await history.open()
    assert await history.set_aside() == entries
    assert await grid_energy(history, kept) == pytest.approx(5)
    await history.close()


async def test_a_power_cut_between_the_two_renames(
    kept: KeptFile, tmp_path: Path
) -> None:
    """The log finds its file again."""
    path = kept.copy_to(tmp_path)
    log = path.with_name("wattwise.db-wal")
    log.write_bytes(b"the log")
    now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    log.rename(tmp_path / "wattwise.db.damaged-20261121T110000Z-wal")
    new = set_aside(path, now)
    assert new.name == "wattwise.db.damaged-20261121T110000Z"
    assert {file.name for file in tmp_path.iterdir()} == {
        new.name,
        f"{new.name}-wal",
    }


async def test_files_never_share_a_name(kept: KeptFile, tmp_path: Path) -> None:
    """Two files set aside within a second both stay."""
    now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    names = [set_aside(kept.copy_to(tmp_path), now).name for _ in range(3)]
    assert len(set(names)) == 3


async def test_a_power_cut_before_anything_was_taken_over(
    kept: KeptFile, tmp_path: Path
) -> None:
    """A damaged file that nobody noted yet is found at the next start."""
    path = kept.copy_to(tmp_path)
    set_aside(path, datetime.now(UTC))
    history = History(path, ZONE)
    await history.open()
    await _goes_on(history, kept)
    await history.close()


async def test_a_disk_that_refuses_is_tried_again(
    kept: KeptFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the file can be renamed nothing is acknowledged, and nothing is lost."""
    monkeypatch.setattr(replacement, "_RETRY_S", 0.05)
    history = History(kept.copy_to(tmp_path), ZONE)
    await history.open()
    with monkeypatch.context() as patch:

        def refuse(_path: Path, _now: datetime) -> Path:
            raise PermissionError("read-only file system")

        patch.setattr(open_file, "set_aside", refuse)
        history._file.replacement.begin("by a test")
        for _ in range(2):
            with pytest.raises(HistoryError, match="could not be replaced"):
                await history.append(GRID, [power(now_ms(), 5)])
            history.enqueue(METER, power(now_ms(), 9))
            await history.flush()
    task = history._file.replacement._task
    assert task
    async with asyncio.timeout(5):
        await task
    await history.flush()
    assert (await history.latest("meter"))[Channel.POWER].value == 9
    await history.close()


def test_notes_are_read_as_they_were_written() -> None:
    """What is noted of a file survives a restart."""
    entry = SetAside(
        "wattwise.db.damaged-20261121T110000Z",
        1,
        ((1, 2),),
        "reading",
        (1, 2, 3),
        (4,),
        5,
        ((5, 6), (7, 8)),
    )
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT)")
    entry.note(connection)
    ((text,),) = connection.execute("SELECT value FROM setting")
    assert SetAside.from_text(text) == entry
    connection.close()


async def test_several_damaged_files(kept: KeptFile, tmp_path: Path) -> None:
    """A second damage goes on from the first, and both files wait."""
    history = History(kept.copy_to(tmp_path), ZONE)
    await history.open()
    await _replaced(history)
    at = kept.last_ms + 10_000
    await history.append(GRID, [Reading(Channel.ENERGY_IMPORT, at, kept.shown_wh + 4)])
    await _replaced(history)
    latest = await history.latest("grid")
    register = latest[Channel.ENERGY_IMPORT].register_wh
    assert register == pytest.approx(kept.shown_wh + 4)
    assert len(await history.set_aside()) == 2
    await history.close()
