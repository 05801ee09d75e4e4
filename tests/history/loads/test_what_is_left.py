"""What stands in the way of taking a load back, and what is said of it before."""

from dataclasses import replace
from functools import partial
from pathlib import Path
import sqlite3

import pytest

from custom_components.wattwise.history import database
from custom_components.wattwise.history.deletion import delete_some, find_remains
from custom_components.wattwise.history.errors import (
    LoadGoneError,
    RecoveryAwaitedError,
)
from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.loads import records
from custom_components.wattwise.history.loads.prospect import prospect_of
from custom_components.wattwise.history.loads.records import (
    KEPT_DAYS,
    leaving,
    loads_of,
)
from custom_components.wattwise.history.loads.taking_back import (
    begin_taking_back,
    take_back,
)
from custom_components.wattwise.history.loads.times import pack_times, unpack_times
from custom_components.wattwise.history.outbox.outbox import PAST_READINGS
from custom_components.wattwise.history.outbox.targets import set_target
from custom_components.wattwise.history.periods.calendar import Period
from custom_components.wattwise.history.readings.retention import (
    channels_to_prune,
    prune_readings,
)
from custom_components.wattwise.metering.quantity import Channel

from ..readings import BY_AMOUNT, METER, counter, now_ms
from .files import NOTES, counts, everything, load, take_all_back
from .test_taking_back import differences

HOUR = 3_600_000
HOURLY = replace(BY_AMOUNT, interval_s=3600.0)


async def pack_and_prune(history: History, before_ms: int) -> None:
    """Pack all that is old, and prune it."""
    await history.refresh_rollups()
    while await history.run(lambda t: t.ledger.raw.pack(now_ms())):
        pass
    for channel in await history.run(channels_to_prune):
        hour: int | None = 0
        while hour is not None:
            hour = await history.run(
                partial(prune_readings, of=channel, before_ms=before_ms, from_hour=hour)
            )


async def test_young_files_are_not_pruned(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until a bill has come readings of a file stay, whatever the retention says."""
    start = now_ms() - 5_000 * HOUR
    rows = [counter(start + n * HOUR, 100.0) for n in range(200)]
    load_id, _ = await load(history, HOURLY, rows)
    await pack_and_prune(history, now_ms())
    expected = await history.ask(lambda q: prospect_of(q.connection, "meter", load_id))
    assert expected
    assert (expected.removable, expected.left) == (200, 0)

    later = now_ms() + (KEPT_DAYS + 1) * 24 * HOUR
    monkeypatch.setattr(records, "_now_ms", lambda: later)
    await pack_and_prune(history, start + 100 * HOUR)
    expected = await history.ask(lambda q: prospect_of(q.connection, "meter", load_id))
    assert expected
    # The readings at both ends stay, for those who come later.
    assert 95 < expected.removable < 105
    assert expected.removable + expected.left == 200
    assert expected.left_from_ms == start
    assert expected.left_until_ms is not None
    assert abs(expected.left_until_ms - start - 100 * HOUR) <= 2 * HOUR
    energy = await history.buckets(
        "meter", Channel.ENERGY_IMPORT, start - 2 * HOUR, now_ms(), Period.HOUR
    )
    assert await take_all_back(history, load_id, HOURLY) == expected.removable
    left = await history.buckets(
        "meter", Channel.ENERGY_IMPORT, start - 2 * HOUR, now_ms(), Period.HOUR
    )
    assert sum(b.energy_wh for b in energy) == pytest.approx(20_000)
    assert sum(b.energy_wh for b in left) == pytest.approx(
        20_000 - 100 * expected.removable
    )
    assert await history.ask(lambda q: loads_of(q.connection, ["meter"])) == []


async def test_what_lies_beside_a_young_file_is_not_pruned_into_it(
    history: History, control: History
) -> None:
    """No stretch that was pruned ends in a reading of the file, which must leave."""
    now = now_ms() // HOUR * HOUR
    start = now - 80 * 24 * HOUR
    again = start + 5 * 24 * HOUR
    own = [counter(start + n * 600_000, 1_000.0 + n * 10) for n in range(288)]
    own += [counter(again + n * 600_000, 9_000.0 + n * 10) for n in range(288)]
    rows = [
        counter(time_ms, 4_000.0 + n * 2)
        for n, time_ms in enumerate(range(own[287].time_ms + 600_000, again, 600_000))
    ]
    for each in (history, control):
        await each.append(METER, own)
        await pack_and_prune(each, now - 60 * 24 * HOUR)
    load_id, (receipt,) = await load(history, METER, rows)
    assert receipt.accepted == len(rows)
    await pack_and_prune(history, now - 60 * 24 * HOUR)
    assert await take_all_back(history, load_id, METER) == len(rows)
    known = await everything(history, "meter")
    assert differences(known, await everything(control, "meter")) == []


async def test_what_the_meter_told_between_two_steps_is_sent(history: History) -> None:
    """Readings that waited between rows that leave are sent from the history."""
    await history.add_meter("meter", "Grid")
    await history.run(lambda t: set_target(t, "home", "server", {"meter": "Grid"}))
    start = now_ms() - 400 * HOUR
    load_id, _ = await load(
        history, METER, [counter(start + n * HOUR, 100.0 + n) for n in range(300)]
    )
    own = [counter(start + n * HOUR + 600_000, 100.5 + n) for n in (99, 199)]
    await history.append(METER, own)
    await history.run(partial(begin_taking_back, load_id=load_id))
    sent: set[int] = set()
    while True:
        past = await history.ask(
            lambda q: q.connection.execute(
                "SELECT start_ms, end_ms FROM outbox_past WHERE level = ?",
                (PAST_READINGS,),
            ).fetchall()
        )
        sent |= {r.time_ms for r in own for a, b in past if a <= r.time_ms < b}
        # What a step left to send is written before the next.
        await history.run(lambda t: t.connection.execute("DELETE FROM outbox_past"))
        step = partial(take_back, load_id=load_id, profile=METER)
        if await history.run(step) < 0:
            break
    assert sent == {reading.time_ms for reading in own}


async def test_recovery_comes_first(tmp_path: Path) -> None:
    """A damaged file that is recovered later would bring back what was taken back."""
    history = History(tmp_path / "wattwise.db", "UTC")
    await history.open()
    await history.add_meter("meter", "Grid")
    start = now_ms() - 30 * HOUR
    await history.append(METER, [counter(now_ms() - HOUR, 5_000.0)])
    rows = [counter(start + n * 60_000, 100.0 + n) for n in range(300)]
    load_id, _ = await load(history, METER, rows)
    history._file.replacement.begin("damaged")
    await history._file.replacement.over()
    expected = await history.ask(lambda q: prospect_of(q.connection, "meter", load_id))
    assert expected
    assert expected.awaits_recovery
    with pytest.raises(RecoveryAwaitedError):
        await take_all_back(history, load_id, METER)
    (known,) = await history.ask(lambda q: loads_of(q.connection, ["meter"]))
    assert not known.is_leaving

    (entry,) = await history.set_aside()
    await history.salvage(entry).run(lambda _: None)
    expected = await history.ask(lambda q: prospect_of(q.connection, "meter", load_id))
    assert expected
    assert not expected.awaits_recovery
    assert await take_all_back(history, load_id, METER) == 300
    left = await everything(history, "meter")
    assert [r.value for r in left["energy_import readings"]] == [5_000.0]
    await history.close()


async def test_a_meter_is_deleted_while_a_file_is_loaded(history: History) -> None:
    """The rest of the file is refused: nobody could take it back."""
    await history.add_meter("meter", "Grid")
    load_id = await history.run(
        lambda t: records.begin_load(t.connection, "meter", "file.csv")
    )
    rows = [counter(now_ms() - 50 * HOUR + n * 60_000, 100.0 + n) for n in range(20)]
    await history.append(METER, rows[:10], live=False, load_id=load_id)
    await history.delete_meters(["meter"])
    with pytest.raises(LoadGoneError):
        await history.append(METER, rows[10:], live=False, load_id=load_id)
    assert history.last_error is None
    remains = await history.run(find_remains)
    while remains:
        remains = await history.run(partial(delete_some, remains=remains))
    assert await counts(history, "reading", *NOTES) == [0] * (1 + len(NOTES))


async def test_a_load_that_ended_before_its_first_row_is_forgotten(
    tmp_path: Path,
) -> None:
    """The note of a file of which nothing came in goes with the next start."""
    for kept in (1, 0):
        history = History(tmp_path / "wattwise.db", "UTC")
        await history.open()
        assert await counts(history, "load") == [0]
        if kept:
            await history.run(
                lambda t: records.begin_load(t.connection, "meter", "broken.csv")
            )
            assert await counts(history, "load") == [1]
        await history.close()


async def test_a_restart_goes_on_where_it_ended(tmp_path: Path) -> None:
    """A load that is half gone says so, and the other half follows."""
    path = tmp_path / "wattwise.db"
    history = History(path, "UTC")
    await history.open()
    start = now_ms() - 2_000 * HOUR
    await history.append(METER, [counter(start - HOUR, 5.0)])
    rows = [counter(start + n * HOUR, 1_000.0 + n) for n in range(1_000)]
    load_id, _ = await load(history, METER, rows)
    await history.append(METER, [counter(now_ms(), 2_500.0)])
    await history.run(partial(begin_taking_back, load_id=load_id))
    removed = await history.run(partial(take_back, load_id=load_id, profile=METER))
    await history.close()
    assert 0 < removed < 1_000

    history = History(path, "UTC")
    await history.open()
    assert await history.ask(lambda q: leaving(q.connection, "meter")) == [load_id]
    (known,) = await history.ask(lambda q: loads_of(q.connection, ["meter"]))
    assert known.is_leaving
    assert known.count == 1_000 - removed
    assert await take_all_back(history, load_id, METER) == 1_000 - removed
    known_now = await everything(history, "meter")
    assert len(known_now["energy_import readings"]) == 2
    total = sum(b.energy_wh for b in known_now["energy_import day"])
    assert total == pytest.approx(2_495)
    await history.close()


async def test_nothing_that_waits_is_sent(history: History) -> None:
    """Rows that wait for InfluxDB leave the outbox; what is left is sent again."""
    await history.add_meter("meter", "Grid")
    await history.run(lambda t: set_target(t, "home", "server", {"meter": "Grid"}))
    start = now_ms() - 50 * HOUR
    own = counter(start + 30 * 60_000, 7.0)
    await history.append(HOURLY, [own])
    rows = [counter(start + n * HOUR, 100.0) for n in range(2, 40)]
    load_id, _ = await load(history, HOURLY, rows)
    await take_all_back(history, load_id, HOURLY)
    waiting, past = await history.ask(
        lambda q: (
            q.connection.execute("SELECT time_ms FROM outbox_reading").fetchall(),
            q.connection.execute("SELECT start_ms, end_ms FROM outbox_past").fetchall(),
        )
    )
    assert waiting == [(own.time_ms,)]
    assert set(past) == {(rows[0].time_ms, rows[-1].time_ms + 1)}
    expected = await history.ask(
        lambda q: q.connection.execute("SELECT count(*) FROM rollup_5min").fetchone()
    )
    assert expected[0] <= 13


@pytest.mark.parametrize(
    ("version", "missing"), [(2, (*NOTES, "damaged_hour")), (3, ("load_register",))]
)
async def test_a_file_from_before_learns_of_loads(
    tmp_path: Path, version: int, missing: tuple[str, ...]
) -> None:
    """A history from before has no notes of loads, and takes them from now on."""
    path = tmp_path / "wattwise.db"
    history = History(path, "UTC")
    await history.open()
    await history.append(METER, [counter(now_ms() - HOUR, 5.0)])
    await history.close()
    with sqlite3.connect(path) as file:
        for table in missing:
            file.execute(f"DROP TABLE {table}")
        file.execute(f"PRAGMA user_version = {version}")
    history = History(path, "UTC")
    await history.open()
    (now,) = await history.ask(
        lambda q: q.connection.execute("PRAGMA user_version").fetchone()
    )
    assert now == database.SCHEMA_VERSION
    load_id, _ = await load(history, METER, [counter(now_ms() - 3 * HOUR, 4.0)])
    assert await take_all_back(history, load_id, METER) == 1
    assert (await history.latest("meter"))[Channel.ENERGY_IMPORT].value == 5.0
    await history.close()


async def test_a_file_that_brought_nothing_is_not_listed(history: History) -> None:
    """Only what can be taken back is offered, and of these meters only."""
    await load(history, METER, [counter(now_ms() + 900 * HOUR, 4.0)])
    await load(history, replace(METER, meter_id="other"), [counter(now_ms(), 4.0)])
    assert await history.ask(lambda q: loads_of(q.connection, ["meter"])) == []
    (known,) = await history.ask(lambda q: loads_of(q.connection, ["meter", "other"]))
    assert (known.meter_id, known.file, known.count) == ("other", "file.csv", 1)


async def test_deleting_a_meter_deletes_its_notes(history: History) -> None:
    """Of a meter that is deleted no note stays."""
    await history.add_meter("meter", "Grid")
    start = now_ms() - 50 * HOUR
    await history.append(HOURLY, [counter(start + 90 * 60_000, 4.0)])
    await load(history, HOURLY, [counter(start + n * HOUR, 4.0) for n in range(9)])
    await history.delete_meters(["meter"])
    assert await history.ask(lambda q: loads_of(q.connection, ["meter"])) == []
    remains = await history.run(find_remains)
    while remains:
        remains = await history.run(partial(delete_some, remains=remains))
    assert await counts(history, *NOTES) == [0] * len(NOTES)


@pytest.mark.parametrize(
    "times", [[5], [5, 9], [0, 1, 3, 1_000_000_000_000], list(range(0, 9_000, 3))]
)
def test_times_come_back(times: list[int]) -> None:
    """What is packed is unpacked."""
    assert unpack_times(pack_times(times)) == times
