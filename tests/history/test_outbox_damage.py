"""An outbox that cannot be read, or was rolled back, harms nothing else."""

import asyncio
from functools import partial
from pathlib import Path
import sqlite3

import pytest

from custom_components.wattwise.history.errors import DamagedHistoryError
from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.outbox import parcel
from custom_components.wattwise.history.outbox.targets import end_exports, set_target
from custom_components.wattwise.history.writer import Transaction
from custom_components.wattwise.metering.quantity import Channel

from .files_at_risk import PAGE, overwrite
from .readings import METER, now_ms, power

HOME = "home"


async def _exported(history: History) -> None:
    await history.add_meter("meter", "Grid")
    await history.run(
        partial(set_target, household=HOME, server="server", meters={"meter": "grid"})
    )
    start = now_ms() - 5_000_000
    await history.append(METER, [power(start + n * 1000, n) for n in range(2_000)])


def _damage_index(path: Path) -> None:
    """Overwrite the last page of what finds the readings of a target."""
    connection = sqlite3.connect(path)
    try:
        ((page,),) = connection.execute(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'outbox_reading_target'"
        )
    finally:
        connection.close()
    root = path.read_bytes()[(page - 1) * PAGE :]
    assert root[0] == 2, "an interior page of an index"
    overwrite(path, [int.from_bytes(root[8:12]) - 1])


async def test_a_damaged_outbox_is_set_aside_at_the_start(tmp_path: Path) -> None:
    """The history opens, notices the damage with a reading, and begins a new file."""
    path = tmp_path / "wattwise.db"
    history = History(path, "UTC")
    await history.open()
    await _exported(history)
    await history.close()
    _damage_index(path)
    await history.open()
    if not await history.set_aside():
        with pytest.raises(DamagedHistoryError):
            await history.append(METER, [power(now_ms(), 1)])
    assert (await history.append(METER, [power(now_ms() + 1, 2)])).accepted == 1
    assert len(await history.set_aside()) == 1
    await history.close()


async def test_a_damaged_outbox_does_not_end_the_writer(tmp_path: Path) -> None:
    """Damage that is met while the history is open begins a new file, too."""
    path = tmp_path / "wattwise.db"
    history = History(path, "UTC")
    await history.open()
    await _exported(history)
    await history.run_alone(
        lambda t: t.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    )
    _damage_index(path)
    await history.run_alone(lambda t: t.connection.execute("PRAGMA shrink_memory"))
    with pytest.raises(DamagedHistoryError):
        await history.append(METER, [power(now_ms(), 1)])
    assert (await history.append(METER, [power(now_ms() + 1, 2)])).accepted == 1
    assert len(await history.set_aside()) == 1
    await history.close()


async def test_an_end_that_was_rolled_back_ends_nothing(tmp_path: Path) -> None:
    """A household whose export could not be ended is exported on."""
    history = History(tmp_path / "wattwise.db", "UTC")
    await history.open()
    await _exported(history)

    def end(transaction: Transaction) -> None:
        end_exports(transaction, HOME, ["meter"])
        raise sqlite3.OperationalError("disk I/O error")

    with pytest.raises(Exception, match="disk I/O"):
        await history.run(end)
    before = await history.ask(partial(parcel.waiting, household=HOME))
    await history.append(METER, [power(now_ms(), 5)])
    after = await history.ask(partial(parcel.waiting, household=HOME))
    assert after.readings == before.readings + 1
    await asyncio.sleep(0)
    assert (await history.latest("meter"))[Channel.POWER].value == 5
    await history.close()
