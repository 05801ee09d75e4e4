"""Sums and means over slots, hours, days and months."""

from pathlib import Path
import random

import pytest

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.periods.calendar import SLOT_MS, Period
from custom_components.wattwise.history.questions.queries import TooManyBucketsError
from custom_components.wattwise.metering.profile import (
    EnergyKind,
    MeterProfile,
)
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

from .readings import BY_POWER, METER, counter, now_ms, power, three_hours


@pytest.mark.parametrize("kind", list(EnergyKind))
@pytest.mark.parametrize("order", ["in order", "shuffled", "reversed", "in pieces"])
async def test_roll_ups_do_not_depend_on_the_order_of_readings(
    history: History, kind: EnergyKind, order: str
) -> None:
    """Late and out-of-order readings end in the same sums as orderly ones."""
    profile = MeterProfile("meter", energy_kind=kind)
    start = now_ms() - 6 * 3_600_000
    readings, energy = three_hours(kind, start)
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
