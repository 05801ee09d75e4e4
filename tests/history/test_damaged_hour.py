"""A packed hour that cannot be read costs its readings, and nothing else."""

import asyncio
from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path

import pytest

from custom_components.wattwise.history.damage.damaged_hour import (
    DamagedHour,
    note_told,
    untold,
)
from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.outbox.targets import set_target
from custom_components.wattwise.history.periods.calendar import HOUR_MS, Period
from custom_components.wattwise.history.readings.packed_hours import LAST_HOUR
from custom_components.wattwise.history.readings.pruned import Pruned, load_pruned
from custom_components.wattwise.history.readings.raw_readings import RawReading
from custom_components.wattwise.history.writer import Transaction
from custom_components.wattwise.metering.profile import EnergyKind, MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading, Refusal

from .readings import BY_AMOUNT, BY_POWER, METER, counter, now_ms, power

STEP_MS = 60_000
HOURS = 8


class Past:
    """Some hours of a meter, packed, and what is done to them."""

    def __init__(self, history: History, profile: MeterProfile) -> None:
        """Prepare what a meter of this kind tells."""
        self.history = history
        self.profile = profile
        self.channel = (
            Channel.POWER
            if profile.energy_kind is EnergyKind.POWER
            else Channel.ENERGY_IMPORT
        )
        self.first_hour = now_ms() // HOUR_MS - HOURS - 2
        self.start_ms = self.first_hour * HOUR_MS + 7_000
        self.damaged_hours = 0
        history.on_damaged_hour(self._count)

    def _count(self) -> None:
        self.damaged_hours += 1

    def reading(self, time_ms: int) -> Reading:
        """Return what the meter tells at a time."""
        step = (time_ms - self.start_ms) // STEP_MS
        if self.channel is Channel.POWER:
            return power(time_ms, 600.0 + step)
        if self.profile.energy_kind is EnergyKind.COUNTER:
            return counter(time_ms, 5_000.0 + step * 10)
        return counter(time_ms, 10.0)

    def time(self, hour: int) -> int:
        """Return when an hour of these begins."""
        return (self.first_hour + hour) * HOUR_MS

    async def fill(self) -> None:
        """Store and pack the hours."""
        end_ms = self.start_ms + HOURS * HOUR_MS
        await self.history.add_meter("meter", "Grid")
        await self.history.append(
            self.profile,
            [self.reading(at) for at in range(self.start_ms, end_ms, STEP_MS)],
        )
        await self.history.refresh_rollups()
        while await self.history.run(lambda t: t.ledger.raw.pack(now_ms())):
            pass

    async def damage(self, *hours: int) -> None:
        """Let a bit of packed hours fall over."""
        wanted = {self.first_hour + hour for hour in hours}

        def job(transaction: Transaction) -> None:
            connection = transaction.connection
            number = channel_id(connection, self.channel)
            for key, packed in connection.execute(
                "SELECT hour_id, readings FROM packed_hour"
            ).fetchall():
                if (
                    key >> LAST_HOUR.bit_length() == number
                    and key & LAST_HOUR in wanted
                ):
                    wrong = packed[:-1] + bytes([packed[-1] ^ 1])
                    connection.execute(
                        "UPDATE packed_hour SET readings = ? WHERE hour_id = ?",
                        (wrong, key),
                    )
                    wanted.remove(key & LAST_HOUR)
            transaction.ledger.forget()

        await self.history.run(job)
        assert not wanted

    async def energy(self) -> dict[int, float]:
        """Return the energy of each hour [Wh]."""
        buckets = await self.history.buckets(
            "meter",
            Channel.ENERGY_IMPORT,
            self.time(-24),
            now_ms() + HOUR_MS,
            Period.HOUR,
        )
        return {b.start_ms: round(b.energy_wh, 6) for b in buckets if b.energy_wh}

    async def hours_with_readings(self) -> set[int]:
        """Return the hours, from 0 on, of which more is there than an edge."""
        counts: dict[int, int] = {}
        raw = self.history.raw("meter", self.channel, 0, now_ms())
        async for page in raw:
            for reading in page:
                hour = reading.time_ms // HOUR_MS - self.first_hour
                counts[hour] = counts.get(hour, 0) + 1
        return {hour for hour, count in counts.items() if count > 1}


def channel_id(connection: object, channel: Channel) -> int:
    """Return the number of a channel."""
    row = connection.execute(  # type: ignore[attr-defined]
        "SELECT channel_id FROM channel WHERE name = ?", (channel,)
    ).fetchone()
    return int(row[0])


@pytest.fixture(params=[METER, BY_POWER, BY_AMOUNT], ids=["counter", "power", "amount"])
async def past(
    history: History, request: pytest.FixtureRequest
) -> AsyncGenerator[Past]:
    """Return some packed hours."""
    past = Past(history, request.param)
    await past.fill()
    yield past
    # Whatever happened: the file was never set aside.
    assert await history.set_aside() == []


@pytest.mark.parametrize(
    "hours", [(3,), (0,), (HOURS - 1,), (2, 3, 4), (0, 1), (HOURS - 2, HOURS - 1)]
)
async def test_a_late_reading_changes_nothing(
    past: Past, hours: tuple[int, ...]
) -> None:
    """The writer goes on in the same file; what is known in sum counts once."""
    energy = await past.energy()
    latest = await past.history.latest("meter")
    await past.damage(*hours)
    for hour in hours:
        receipt = await past.history.append(
            past.profile, [past.reading(past.time(hour) + 30 * STEP_MS + 1_000)]
        )
        assert [item.reason for item in receipt.refused] == [Refusal.ALREADY_COVERED]
    assert await past.energy() == energy
    assert await past.history.latest("meter") == latest
    await mark_all_stale(past.history)
    await past.history.refresh_rollups()
    assert await past.energy() == energy
    assert past.damaged_hours > 0


@pytest.mark.parametrize("hours", [(HOURS - 1,), (HOURS - 2, HOURS - 1)])
async def test_a_meter_that_was_quiet_goes_on(
    past: Past, hours: tuple[int, ...]
) -> None:
    """Its next reading counts from its newest one, damaged or not."""
    at_ms = past.start_ms + HOURS * HOUR_MS
    await past.damage(*hours)
    before = await past.energy()
    receipt = await past.history.append(past.profile, [past.reading(at_ms)])
    assert (receipt.accepted, receipt.refused) == (1, [])
    assert sum((await past.energy()).values()) - sum(before.values()) == pytest.approx(
        past.reading(at_ms - STEP_MS).value / 60
        if past.channel is Channel.POWER
        else 10
    )
    assert past.damaged_hours == 1


async def test_an_older_past_still_fits_before(past: Past) -> None:
    """Readings from before the first one, which was damaged, find their place."""
    await past.damage(0)
    before = await past.energy()
    receipt = await past.history.append(
        past.profile, [past.reading(past.start_ms - STEP_MS)], live=False
    )
    assert receipt.accepted == 1
    more = sum((await past.energy()).values()) - sum(before.values())
    assert more == pytest.approx(10, abs=0.2)


async def test_questions_are_answered_without_it(past: Past) -> None:
    """Who asks gets all other readings, and the hour is out of the way for good."""
    await past.damage(2, 5)
    assert await past.hours_with_readings() == set(range(HOURS)) - {2, 5}
    assert past.damaged_hours == 2
    assert await past.hours_with_readings() == set(range(HOURS)) - {2, 5}
    assert past.damaged_hours == 2


async def test_the_user_is_told_once(past: Past) -> None:
    """Each hour is told until the user knows, with its meter's name and its time."""
    await past.damage(4)
    await past.hours_with_readings()
    hours = await past.history.ask(untold)
    assert hours == [DamagedHour("Grid", past.channel, past.time(4))]
    await past.history.run(note_told)
    assert await past.history.ask(untold) == []
    await past.damage(6)
    await past.hours_with_readings()
    assert [h.start_ms for h in await past.history.ask(untold)] == [past.time(6)]
    # Nobody asks about a meter that is deleted, and its name is gone.
    await past.history.delete_meters([past.profile.meter_id])
    assert await past.history.ask(untold) == []


async def test_what_is_left_is_kept(past: Past) -> None:
    """The bytes of the hour lie beside the others, with the reason."""
    await past.damage(4)
    await past.hours_with_readings()
    rows = await past.history.ask(
        lambda q: q.connection.execute(
            "SELECT hour_id & ?, length(readings) > 20, reason FROM damaged_hour",
            (LAST_HOUR,),
        ).fetchall()
    )
    ((hour, is_there, reason),) = rows
    assert (hour, is_there) == (past.first_hour + 4, True)
    assert "damaged" in reason


async def test_other_writers_of_the_same_commit_lose_nothing(past: Past) -> None:
    """An hour that is met while a commit is being written harms none of its jobs."""
    history = past.history
    await history.run(
        partial(set_target, household="home", server="s", meters={"meter": "grid"})
    )
    await past.damage(4)

    def dig(transaction: Transaction) -> None:
        # What is added is written only once the job is done.
        number = channel_id(transaction.connection, past.channel)
        reading = RawReading(past.time(4) + 1, 1.0, 0, None)
        transaction.ledger.raw.add(number, reading)

    other = MeterProfile("other")
    receipt, _ = await asyncio.gather(
        history.append(other, [power(now_ms(), 5.0)]), history.run(dig)
    )
    assert receipt.accepted == 1
    assert (await history.latest("other"))[Channel.POWER].value == 5.0
    assert past.damaged_hours == 1


async def test_energy_that_was_derived_is_not_told_again(history: History) -> None:
    """Of the hour of a meter by power, no counter tells the energy once more."""
    past = Past(history, BY_POWER)
    await past.fill()
    energy = await past.energy()
    await past.damage(4)
    await past.hours_with_readings()
    receipt = await history.append(
        METER, [counter(past.time(4) + 30 * STEP_MS, 5_000.0)], live=False
    )
    assert receipt.accepted == 0
    derived = await history.ask(
        lambda q: load_pruned(
            q.connection, channel_id(q.connection, Channel.POWER), Pruned.DERIVED
        )
    )
    assert derived.covers(past.time(4) + 30 * STEP_MS)
    assert await past.energy() == energy


async def test_a_start_that_meets_it(tmp_path: Path) -> None:
    """A history whose clock changed while it was closed opens, hour or not."""
    path = tmp_path / "wattwise.db"
    history = History(path, "Europe/Berlin")
    await history.open()
    voltages = MeterProfile("meter")
    start = (now_ms() // HOUR_MS - 6) * HOUR_MS
    times = range(start, start + 3 * HOUR_MS, STEP_MS)
    await history.append(
        voltages, [Reading(Channel.VOLTAGE_L1, at, 230.0) for at in times]
    )
    while await history.run(lambda t: t.ledger.raw.pack(now_ms())):
        pass
    await history.run(
        lambda t: t.connection.execute(
            "UPDATE packed_hour SET readings = x'0100' WHERE hour_id & ? = ?",
            (LAST_HOUR, start // HOUR_MS + 1),
        )
    )
    await history.close()
    # Half an hour's difference: all hours are made anew, from readings as well.
    history = History(path, "Asia/Kathmandu")
    await history.open()
    assert await history.set_aside() == []
    assert len(await history.ask(untold)) == 1
    days = await history.buckets("meter", Channel.VOLTAGE_L1, 0, now_ms(), Period.DAY)
    assert sum(day.count for day in days) == 180
    await history.close()


async def mark_all_stale(history: History) -> None:
    """Have all hours made anew."""
    await history.run(
        lambda t: t.connection.execute(
            "INSERT OR IGNORE INTO stale_hour"
            " SELECT channel_id, start_ms FROM rollup WHERE period = 'hour'"
        )
    )
