"""Damage is told from other trouble, and found without disturbing anything."""

import asyncio
from collections.abc import Callable
from pathlib import Path
import sqlite3

import pytest

from custom_components.wattwise.history.damage.integrity import (
    Check,
    history_error,
    is_damage,
    open_whole,
)
from custom_components.wattwise.history.database import connect_writer
from custom_components.wattwise.history.errors import DamagedHistoryError, HistoryError
from custom_components.wattwise.history.history import History

from .files_at_risk import PAGE, ZONE, KeptFile, overwrite, pages_of
from .readings import METER, now_ms, power


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> KeptFile:
    """Return a history of some hours."""
    return KeptFile(tmp_path_factory.mktemp("kept"), 6, packed=False)


def _locked(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("BEGIN IMMEDIATE")
        connection = sqlite3.connect(path, timeout=0)
        try:
            connection.execute("BEGIN IMMEDIATE")
        finally:
            connection.close()


def _full(path: Path) -> None:
    connection = connect_writer(path)
    try:
        connection.execute("PRAGMA max_page_count = 1")
        connection.execute("CREATE TABLE x AS SELECT randomblob(1000000)")
    finally:
        connection.close()


def _read_only(path: Path) -> None:
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        connection.execute("DELETE FROM meter")
    finally:
        connection.close()


def _not_there(path: Path) -> None:
    sqlite3.connect(path / "no" / "folder.db")


@pytest.mark.parametrize("trouble", [_locked, _full, _read_only, _not_there])
def test_other_trouble_is_no_damage(
    trouble: Callable[[Path], None], kept: KeptFile, tmp_path: Path
) -> None:
    """A disk that is full, locked, read-only or away leaves the file as good as it was."""
    with pytest.raises(sqlite3.Error) as caught:
        trouble(kept.copy_to(tmp_path))
    assert not is_damage(caught.value)
    assert type(history_error(caught.value)) is HistoryError


@pytest.mark.parametrize(
    ("start", "data"),
    [
        (0, b"no database at all, but some text".ljust(PAGE, b".")),
        (0, bytes(100)),
        (60, bytes(4)),
        (100, b"\xff" * 2_000),
        (100, bytes(8)),
    ],
    ids=["text", "header", "version", "schema", "tables"],
)
def test_a_torn_beginning_is_noticed_at_once(
    start: int, data: bytes, kept: KeptFile, tmp_path: Path
) -> None:
    """What cannot be the file of a history is not opened, and not changed either."""
    path = kept.copy_to(tmp_path)
    content = bytearray(path.read_bytes())
    content[start : start + len(data)] = data
    path.write_bytes(content)
    with pytest.raises((DamagedHistoryError, sqlite3.Error)) as caught:
        open_whole(path)
    assert isinstance(history_error(caught.value), DamagedHistoryError)
    assert path.read_bytes() == content


def test_a_file_that_was_cut_off_is_noticed_at_once(
    kept: KeptFile, tmp_path: Path
) -> None:
    """Half a file is no history."""
    path = kept.copy_to(tmp_path)
    half = path.read_bytes()[: pages_of(path) // 2 * PAGE]
    path.write_bytes(half)
    with pytest.raises(sqlite3.Error) as caught:
        open_whole(path)
    assert is_damage(caught.value)
    assert path.read_bytes() == half


def test_the_check_reads_every_page(kept: KeptFile, tmp_path: Path) -> None:
    """Damage in the middle, which opening does not meet, is found."""
    path = kept.copy_to(tmp_path)
    assert Check(path).run() is None
    open_whole(path).close()
    overwrite(path, [pages_of(path) * 2 // 3])
    open_whole(path).close()
    assert Check(path).run()


def test_the_check_can_be_ended(kept: KeptFile, tmp_path: Path) -> None:
    """Whoever closes the history need not wait for the check."""
    check = Check(kept.copy_to(tmp_path))
    check.stop()
    with pytest.raises(HistoryError, match="interrupted"):
        check.run()


async def test_a_check_is_noted(kept: KeptFile, tmp_path: Path) -> None:
    """It is known when the file was found to be whole, also after a restart."""
    history = History(kept.copy_to(tmp_path), ZONE)
    await history.open()
    assert await history.last_check_ms() is None
    before = now_ms()
    assert await history.check() is None
    checked = await history.last_check_ms()
    assert checked is not None
    assert checked >= before
    await history.close()
    await history.open()
    assert await history.last_check_ms() == checked
    await history.close()


async def test_a_close_ends_the_check(
    kept: KeptFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A close in the middle of a check leaves one tidy file."""
    monkeypatch.setattr("custom_components.wattwise.history.damage.integrity._STEPS", 1)
    history = History(kept.copy_to(tmp_path), ZONE)
    await history.open()
    check = asyncio.create_task(history.check())
    await asyncio.sleep(0.05)
    async with asyncio.timeout(5):
        await history.close()
    with pytest.raises(HistoryError):
        await check
    assert [path.name for path in tmp_path.iterdir()] == ["wattwise.db"]


async def test_damage_that_a_check_finds_begins_a_new_file(
    kept: KeptFile, tmp_path: Path
) -> None:
    """The history goes on by itself, in a file that is whole."""
    path = kept.copy_to(tmp_path)
    overwrite(path, [pages_of(path) * 2 // 3])
    history = History(path, ZONE)
    await history.open()
    assert await history.check()
    assert (await history.append(METER, [power(now_ms(), 5)])).accepted == 1
    (entry,) = await history.set_aside()
    assert (tmp_path / entry.file).exists()
    assert await history.last_check_ms() is None
    assert await history.check() is None
    await history.close()


async def test_an_unclean_end_is_known(tmp_path: Path) -> None:
    """A close takes the write-ahead log away; a power cut leaves it."""
    history = History(tmp_path / "wattwise.db", ZONE)
    await history.open()
    assert not history.ended_uncleanly
    await history.append(METER, [power(now_ms(), 5)])
    cut = tmp_path / "cut"
    cut.mkdir()
    for file in ("wattwise.db", "wattwise.db-wal"):
        (cut / file).write_bytes((tmp_path / file).read_bytes())
    await history.close()
    await history.open()
    assert not history.ended_uncleanly
    await history.close()
    after_cut = History(cut / "wattwise.db", ZONE)
    await after_cut.open()
    assert after_cut.ended_uncleanly
    await after_cut.close()
