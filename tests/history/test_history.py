"""The history on disk, driven as the integration drives it."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
import random
import sqlite3
import threading
import time

import pytest

from custom_components.wattwise.history.calendar import SLOT_MS, Period
from custom_components.wattwise.history.database import (
    SCHEMA_VERSION,
    NewerSchemaError,
)
from custom_components.wattwise.history.errors import HistoryClosedError, HistoryError
from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.queries import TooManyBucketsError
from custom_components.wattwise.metering.profile import (
    EnergyKind,
    MeterProfile,
    MeterRole,
)
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading, Refusal

METER = MeterProfile("meter")
BY_POWER = MeterProfile("meter", energy_kind=EnergyKind.POWER)
BY_AMOUNT = MeterProfile("meter", energy_kind=EnergyKind.INTERVAL)
STEP_MS = 10_000


def now_ms() -> int:
    """Return the time, to the full slot."""
    return int(time.time() * 1000) // SLOT_MS * SLOT_MS


@pytest.fixture
async def history(tmp_path: Path) -> AsyncGenerator[History]:
    """Return an open history."""
    history = History(tmp_path / "wattwise.db", "Europe/Berlin")
    await history.open()
    yield history
    await history.close()


def power(time_ms: int, value: float) -> Reading:
    """Return a power reading [W]."""
    return Reading(Channel.POWER, time_ms, value)


def counter(time_ms: int, value: float) -> Reading:
    """Return what a counter shows [Wh]."""
    return Reading(Channel.ENERGY_IMPORT, time_ms, value)


def a_day(kind: EnergyKind, start_ms: int) -> tuple[list[Reading], float]:
    """Return readings of three hours and their energy [Wh]."""
    rng = random.Random(7)
    readings, shown = [], 5_000_000.0
    for number in range(1_080):
        at = start_ms + number * STEP_MS
        watts = rng.randrange(100, 4_000)
        energy = watts * STEP_MS / 3_600_000 if number else 0.0
        shown += energy
        if kind is EnergyKind.POWER:
            readings.append(power(at, watts))
        elif kind is EnergyKind.COUNTER:
            readings.append(counter(at, shown))
        else:
            readings.append(counter(at, energy))
    if kind is EnergyKind.POWER:
        held = [reading.value for reading in readings[:-1]]
        return readings, sum(held) * STEP_MS / 3_600_000
    return readings, shown - 5_000_000.0


@pytest.mark.parametrize("kind", list(EnergyKind))
@pytest.mark.parametrize("order", ["in order", "shuffled", "reversed", "in pieces"])
async def test_roll_ups_do_not_depend_on_the_order_of_readings(
    history: History, kind: EnergyKind, order: str
) -> None:
    """Late and out-of-order readings end in the same sums as orderly ones."""
    profile = MeterProfile("meter", energy_kind=kind)
    start = now_ms() - 6 * 3_600_000
    readings, energy = a_day(kind, start)
    pieces = [readings]
    if order == "shuffled":
        shuffled = readings.copy()
        random.Random(3).shuffle(shuffled)
        pieces = [[reading] for reading in shuffled]
    elif order == "reversed":
        pieces = [[reading] for reading in reversed(readings)]
    elif order == "in pieces":
        pieces = [readings[600:], readings[:300], readings[300:600]]
    results = [await history.append(profile, piece) for piece in pieces]
    assert sum(result.accepted for result in results) == len(readings)
    assert all(not result.refused for result in results)

    async def sums(resolution: Period | int) -> list[float]:
        buckets = await history.buckets(
            "meter",
            Channel.ENERGY_IMPORT,
            start - 3_600_000,
            start + 5 * 3_600_000,
            resolution,
        )
        return [bucket.energy_wh for bucket in buckets]

    for resolution in (10, 60, 300, 900, Period.HOUR, Period.DAY, Period.MONTH):
        if resolution not in (Period.DAY, Period.MONTH):
            assert sum(await sums(resolution)) == pytest.approx(energy, abs=1e-6)
    before = await sums(Period.HOUR)
    await history.refresh_rollups()
    assert await sums(Period.HOUR) == pytest.approx(before, abs=1e-6)
    again = [await history.append(profile, piece) for piece in pieces]
    assert sum(result.duplicate for result in again) == len(readings)
    assert await sums(Period.HOUR) == pytest.approx(before, abs=1e-6)


async def test_levels_are_weighted_by_time(history: History) -> None:
    """1 kW for a minute and 2 kW for four is a mean of 1.8 kW, however it is told."""
    slot = now_ms() - 3_600_000
    readings = [power(slot, 1_000), power(slot + 60_000, 2_000)]
    readings += [power(slot + 300_000, 5), power(slot + 300_001, 6)]
    await history.append(METER, readings)
    (bucket, after) = await history.buckets(
        "meter", Channel.POWER, slot, slot + 600_000, 300
    )
    assert bucket.mean == pytest.approx(1_800)
    assert (bucket.min, bucket.max, bucket.count) == (1_000, 2_000, 2)
    assert (bucket.first, bucket.last) == (1_000, 2_000)
    assert bucket.covered_ms == 300_000
    assert after.count == 2


async def test_power_is_integrated_only_while_it_is_known(history: History) -> None:
    """Two hours of silence after 1 kW are no two kilowatt hours."""
    start = now_ms() - 4 * 3_600_000
    await history.append(
        BY_POWER, [power(start, 1_000), power(start + 7_200_000, 1_000)]
    )
    latest = await history.latest("meter")
    held_hours = BY_POWER.hold_ms / 3_600_000
    register = latest[Channel.ENERGY_IMPORT].register_wh
    assert register == pytest.approx(1_000 * held_hours)


async def test_negative_power_is_export_and_production_is_export(
    history: History,
) -> None:
    """The sign says where energy flows; a production meter only produces."""
    start = now_ms() - 3_600_000
    flows = [power(start, 3_600), power(start + 60_000, -1_800)]
    flows.append(power(start + 120_000, 0))
    await history.append(BY_POWER, flows)
    latest = await history.latest("meter")
    assert latest[Channel.ENERGY_IMPORT].register_wh == pytest.approx(60)
    assert latest[Channel.ENERGY_EXPORT].register_wh == pytest.approx(30)
    roof = MeterProfile("roof", role=MeterRole.PRODUCTION, energy_kind=EnergyKind.POWER)
    await history.append(roof, flows[:2])
    latest = await history.latest("roof")
    assert latest[Channel.ENERGY_EXPORT].register_wh == pytest.approx(60)
    assert Channel.ENERGY_IMPORT not in latest


async def test_register_shows_the_counter_and_survives_its_troubles(
    history: History, tmp_path: Path
) -> None:
    """Zero, dip, swap, duplicate, late and future: the register only ever rises."""
    at = now_ms() - 3_600_000
    shown = [215_200.0, 215_210.0, 0.0, 215_220.0, 215_120.0, 215_230.0]
    swapped = [40.0, 50.0, 60.0]
    last_register = 0.0
    for value in shown + swapped:
        await history.append(METER, [counter(at, value)])
        register = (await history.latest("meter"))[Channel.ENERGY_IMPORT].register_wh
        assert register is not None
        assert register >= last_register
        last_register = register
        at += STEP_MS
    # 30 Wh before the swap; the new meter counted 40 Wh since, then 20 Wh.
    assert last_register == pytest.approx(215_200 + 30 + 60)
    receipt = await history.append(METER, [counter(at - STEP_MS, 60.0)])
    assert receipt.duplicate == 1
    receipt = await history.append(METER, [counter(at - STEP_MS, 61.0)])
    assert receipt.refused[0].reason is Refusal.CONFLICTING_VALUE
    receipt = await history.append(METER, [counter(now_ms() + 10_000_000, 70.0)])
    assert receipt.refused[0].reason is Refusal.FUTURE_TIME
    reasons = {item.reason: item.count for item in await history.refused("meter")}
    assert reasons[Refusal.COUNTER_FELL] == 2


async def test_held_readings_survive_a_restart(tmp_path: Path) -> None:
    """A restart between the readings that confirm a swap changes nothing."""
    path = tmp_path / "wattwise.db"
    at = now_ms() - 3_600_000
    for value in (100_000.0, 100_010.0, 5.0, 15.0, 25.0):
        history = History(path, "UTC")
        await history.open()
        receipt = await history.append(METER, [counter(at, value)])
        latest = (await history.latest("meter"))[Channel.ENERGY_IMPORT]
        await history.close()
        at += STEP_MS
    assert (receipt.accepted, receipt.held) == (1, 0)
    assert latest.register_wh == pytest.approx(100_010 + 25)


async def test_late_counter_reading_moves_energy_to_its_time(history: History) -> None:
    """What was spread evenly over an outage goes where the backlog says it was."""
    start = now_ms() // 3_600_000 * 3_600_000 - 4 * 3_600_000
    await history.append(METER, [counter(start, 0), counter(start + 7_200_000, 2_000)])

    async def hours() -> list[float]:
        buckets = await history.buckets(
            "meter", Channel.ENERGY_IMPORT, start, start + 7_200_000, 1_800
        )
        return [round(bucket.energy_wh, 6) for bucket in buckets]

    assert await hours() == [500, 500, 500, 500]
    await history.append(METER, [counter(start + 3_600_000, 1_800)])
    assert await hours() == [900, 900, 100, 100]
    latest = (await history.latest("meter"))[Channel.ENERGY_IMPORT]
    assert latest.register_wh == 2_000


async def test_amounts_within_what_a_counter_covered_are_refused(
    history: History,
) -> None:
    """An import over a period the counter already told does not count twice."""
    start = now_ms() - 4 * 3_600_000
    await history.append(METER, [counter(start, 0), counter(start + 7_200_000, 2_000)])
    receipt = await history.append(
        BY_AMOUNT, [counter(start + 3_600_000, 800)], live=False
    )
    assert receipt.refused[0].reason is Refusal.ALREADY_COVERED


async def test_imported_history_does_not_move_the_register(history: History) -> None:
    """What the register shows is booked as flowing now by the Energy dashboard."""
    start = now_ms() - 40 * 3_600_000
    half_hours = [counter(start + i * 1_800_000, 250.0) for i in range(48)]
    imported = MeterProfile(
        "meter", energy_kind=EnergyKind.INTERVAL, interval_s=1_800.0
    )
    receipt = await history.append(imported, half_hours, live=False)
    assert receipt.accepted == 48
    latest = (await history.latest("meter"))[Channel.ENERGY_IMPORT]
    assert latest.register_wh is None
    await history.append(METER, [counter(now_ms(), 7_000_000.0)])
    latest = (await history.latest("meter"))[Channel.ENERGY_IMPORT]
    assert latest.register_wh == 7_000_000.0
    days = await history.buckets(
        "meter", Channel.ENERGY_IMPORT, start - 86_400_000, now_ms(), Period.DAY
    )
    assert sum(day.energy_wh for day in days) == pytest.approx(48 * 250.0)


async def test_impossible_amount_is_refused(history: History) -> None:
    """1,000 kWh in ten seconds do not fit through a house connection."""
    receipt = await history.append(BY_AMOUNT, [counter(now_ms(), 1_000_000.0)])
    assert receipt.refused[0].reason is Refusal.MORE_THAN_POSSIBLE


async def test_energy_of_a_meter_that_tells_power_is_derived_not_taken(
    history: History,
) -> None:
    """Counting both would count twice."""
    receipt = await history.append(BY_POWER, [counter(now_ms(), 5.0)])
    assert receipt.refused[0].reason is Refusal.UNUSED_CHANNEL


@pytest.mark.parametrize(
    ("zone", "noon", "hours"),
    [
        ("Europe/Berlin", 1_774_782_000_000, 23),  # 2026-03-29
        ("Europe/Berlin", 1_792_926_000_000, 25),  # 2026-10-25
        ("America/New_York", 1_772_985_600_000, 23),  # 2026-03-08
        ("Australia/Sydney", 1_775_354_400_000, 25),  # 2026-04-05
    ],
)
async def test_days_of_23_and_25_hours(
    tmp_path: Path, zone: str, noon: int, hours: int
) -> None:
    """One kilowatt for the whole local day, the day before and the day after."""
    history = History(tmp_path / "wattwise.db", zone)
    await history.open()
    profile = MeterProfile("meter", energy_kind=EnergyKind.POWER)
    start = noon - 48 * 3_600_000
    minutes = [power(start + i * 60_000, 1_000) for i in range(96 * 60)]
    await history.append(profile, minutes)
    for refreshed in (False, True):
        if refreshed:
            await history.refresh_rollups()
        days = await history.buckets(
            "meter", Channel.ENERGY_IMPORT, start, noon + 24 * 3_600_000, Period.DAY
        )
        lengths = {
            round((day.end_ms - day.start_ms) / 3_600_000): round(day.energy_wh)
            for day in days
            if day.start_ms <= noon < day.end_ms
        }
        assert lengths == {hours: hours * 1_000}
    await history.close()


async def test_time_zone_change_moves_the_days(tmp_path: Path) -> None:
    """After a move the same energy is summed by the new clock."""
    path = tmp_path / "wattwise.db"
    start = now_ms() - 72 * 3_600_000
    minutes = [power(start + i * 60_000, 1_000) for i in range(48 * 60)]
    history = History(path, "UTC")
    await history.open()
    await history.append(BY_POWER, minutes)
    await history.refresh_rollups()

    async def days() -> dict[int, float]:
        buckets = await history.buckets(
            "meter",
            Channel.ENERGY_IMPORT,
            start - 86_400_000,
            start + 4 * 86_400_000,
            Period.DAY,
        )
        return {bucket.start_ms: bucket.energy_wh for bucket in buckets}

    in_utc = await days()
    await history.change_time_zone("Asia/Tokyo")
    moved = await days()
    assert sum(moved.values()) == pytest.approx(sum(in_utc.values()))
    assert {at % 86_400_000 for at in moved} == {15 * 3_600_000}
    await history.close()
    history = History(path, "UTC")
    await history.open()
    assert await days() == pytest.approx(in_utc)
    await history.close()


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


async def test_failing_disk_keeps_batches_and_refuses_appends(
    history: History, tmp_path: Path
) -> None:
    """While another process locks the file nothing is acknowledged or lost."""
    with sqlite3.connect(history.path) as other:
        other.execute("PRAGMA busy_timeout = 0")
        await history._writer.run_alone(  # noqa: SLF001
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
    failing = asyncio.create_task(history._writer.run(broken))  # noqa: SLF001
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

    await history._writer.run_alone(  # noqa: SLF001
        lambda t: t.connection.set_trace_callback(trace)
    )
    await history._ask(lambda q: q._connection.set_trace_callback(trace))  # noqa: SLF001
    await history.append(METER, [power(now_ms(), 1)])
    await history.energy_totals("meter", Channel.ENERGY_IMPORT)
    await history.buckets("meter", Channel.POWER, 0, 1_000, 1)
    await history.refresh_rollups()
    assert len(threads) == 2
    assert loop_thread not in threads


async def test_commits_are_durable(history: History) -> None:
    """The settings that make a commit mean: it is on the disk."""
    settings = await history._writer.run_alone(  # noqa: SLF001
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


async def test_file_that_is_no_database(tmp_path: Path) -> None:
    """A broken file is an error, not a new history."""
    path = tmp_path / "wattwise.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(HistoryError):
        await History(path, "UTC").open()
    assert path.read_bytes().startswith(b"not a database")


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


async def test_cost_follows_the_price_of_each_moment(history: History) -> None:
    """One kilowatt hour at 30 cents, then one at 10 cents."""
    day = history.day_start_ms()
    start = max(day, now_ms() - 7_200_000 - SLOT_MS)
    half = (now_ms() - start) // 2 // SLOT_MS * SLOT_MS
    if half < SLOT_MS:
        pytest.skip("too close after midnight")
    home = MeterProfile("home")
    await history.append(
        home,
        [
            Reading(Channel.PRICE, start, 0.30),
            Reading(Channel.PRICE, start + half, 0.10),
        ],
    )
    end = start + 2 * half
    await history.append(
        METER, [counter(start, 0), counter(start + half, 1_000), counter(end, 2_000)]
    )
    cost = await history.cost_today("meter", Channel.ENERGY_IMPORT, "home")
    assert cost == pytest.approx(0.40)
    assert await history.cost_today("meter", Channel.ENERGY_IMPORT, "none") is None


async def test_too_many_buckets(history: History) -> None:
    """A year of seconds is not an answer anybody can use."""
    await history.append(METER, [power(now_ms(), 1)])
    with pytest.raises(TooManyBucketsError):
        await history.buckets("meter", Channel.POWER, 0, 31_536_000_000, 1)
    with pytest.raises(TooManyBucketsError):
        await history.buckets("meter", Channel.POWER, 0, now_ms(), Period.HOUR)
