"""The contract: each check is one thing people may rely on, whatever the store.

Their docstrings are what the user reads who checks a server.
"""
# ruff: noqa: D401  (sentences, not commands)

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
import math
import time
from typing import Final
from zoneinfo import ZoneInfo

from custom_components.wattwise.history.periods.calendar import (
    HOUR_MS,
    SLOT_MS,
    Period,
)
from custom_components.wattwise.metering.profile import EnergyKind
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

from .bench import Bench

STEP_MS: Final = 10_000
DAY_MS: Final = 24 * HOUR_MS
# Both days of a year on which clocks are moved; Lord Howe moves them by half an hour.
CLOCK_CHANGES: Final = (
    ("Europe/Berlin", (2026, 3, 29), (2025, 10, 26)),
    ("America/New_York", (2026, 3, 8), (2025, 11, 2)),
    ("Australia/Lord_Howe", (2025, 10, 5), (2026, 4, 5)),
)


def _now_ms() -> int:
    """Return the time, to the full five minutes before the last."""
    return int(time.time() * 1000) // SLOT_MS * SLOT_MS - SLOT_MS


def _power(time_ms: int, watts: float) -> Reading:
    return Reading(Channel.POWER, time_ms, watts)


def _counter(time_ms: int, watt_hours: float) -> Reading:
    return Reading(Channel.ENERGY_IMPORT, time_ms, watt_hours)


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)


async def readings_come_back(bench: Bench) -> None:
    """Readings come back in order, each with its value and the time it stands for."""
    meter, start = await bench.meter(), _now_ms() - HOUR_MS
    told = [_power(start + n * STEP_MS, 100.25 + n) for n in range(300)]
    await bench.append(meter, told[1::2] + told[::2])
    found = await bench.raw(meter, Channel.POWER, start, start + HOUR_MS)
    assert [(r.time_ms, r.value) for r in found] == [(r.time_ms, r.value) for r in told]
    assert [r.span_ms for r in found] == [0] + [STEP_MS] * 299
    part = await bench.raw(
        meter, Channel.POWER, start + 5 * STEP_MS, start + 8 * STEP_MS
    )
    assert part == found[5:8]
    assert not await bench.raw(meter, Channel.VOLTAGE_L1, start, start + HOUR_MS)


async def twice_is_once(bench: Bench) -> None:
    """The same readings again change nothing."""
    meter, start = await bench.meter(), _now_ms() - HOUR_MS
    told = [_counter(start + n * 60_000, 5_000 + 7.5 * n) for n in range(50)]
    span = (Channel.ENERGY_IMPORT, start, start + HOUR_MS)
    await bench.append(meter, told)
    before = await bench.buckets(meter, *span, 300)
    await bench.append(meter, told)
    assert await bench.buckets(meter, *span, 300) == before
    assert len(await bench.raw(meter, *span)) == 50
    assert _close(sum(b.energy_wh for b in before), 49 * 7.5)


async def late_readings_find_their_place(bench: Bench) -> None:
    """What comes hours late divides what was known, and keeps its sum."""
    meter, start = await bench.meter(), _now_ms() - 5 * HOUR_MS
    span = (Channel.ENERGY_IMPORT, start, start + 5 * HOUR_MS)
    await bench.append(
        meter, [_counter(start, 1_000), _counter(start + 4 * HOUR_MS, 5_000)]
    )
    await bench.append(meter, [_counter(start + HOUR_MS, 1_500)])
    found = await bench.raw(meter, *span)
    assert [(r.value, r.span_ms) for r in found] == [
        (1_000, 0),
        (1_500, HOUR_MS),
        (5_000, 3 * HOUR_MS),
    ]
    energy = sum(b.energy_wh for b in await bench.buckets(meter, *span, 300))
    first = await bench.buckets(
        meter, Channel.ENERGY_IMPORT, start, start + HOUR_MS, 300
    )
    assert _close(energy, 4_000)
    assert _close(sum(b.energy_wh for b in first), 500)


async def levels_are_weighted_by_time(bench: Bench) -> None:
    """Mean, least, most, first, last and the known time of five minutes are right."""
    meter, start = await bench.meter(), _now_ms() - HOUR_MS
    told = [(0, 230.0), (10, 240.0), (20, 210.0), (40, 225.5)]
    await bench.append(
        meter,
        [Reading(Channel.VOLTAGE_L1, start + s * 1000, volts) for s, volts in told],
    )
    (bucket,) = await bench.buckets(
        meter, Channel.VOLTAGE_L1, start, start + SLOT_MS, 300
    )
    assert (bucket.count, bucket.first, bucket.last) == (4, 230.0, 225.5)
    assert (bucket.min, bucket.max, bucket.covered_ms) == (210.0, 240.0, 40_000)
    assert bucket.mean is not None
    assert _close(bucket.mean, (230 * 10 + 240 * 10 + 210 * 20) / 40)


async def days_are_those_of_the_clock(bench: Bench) -> None:
    """Hours, days and months of any zone; clocks are moved and no energy is lost."""
    for zone_name, *days in CLOCK_CHANGES:
        zone = ZoneInfo(zone_name)
        for day in days:
            meter = await bench.meter()
            noon = datetime(*day, 12, tzinfo=zone).astimezone(UTC)
            start = int(noon.timestamp() * 1000) // HOUR_MS * HOUR_MS - DAY_MS
            end = start + 2 * DAY_MS
            told = [
                _counter(at, 10_000 + (at - start) / 60_000)
                for at in range(start, end + 1, 900_000)
            ]
            await bench.append(meter, told, live=False)
            span = (Channel.ENERGY_IMPORT, start - DAY_MS * 32, end + DAY_MS)
            for period in (Period.HOUR, Period.DAY, Period.MONTH):
                found = await bench.buckets(meter, *span, period, zone_name)
                total = sum(b.energy_wh for b in found)
                assert _close(total, 2 * 24 * 60), (zone_name, day, period, total)
            found = await bench.buckets(meter, *span, Period.DAY, zone_name)
            (changed,) = [
                b
                for b in found
                if datetime.fromtimestamp(b.start_ms / 1000, zone).timetuple()[:3]
                == day
            ]
            hours = (changed.end_ms - changed.start_ms) / HOUR_MS
            assert hours in {23, 23.5, 24.5, 25}, (zone_name, day, hours)
            assert _close(changed.energy_wh, hours * 60), (zone_name, day)


async def derived_energy_is_known(bench: Bench) -> None:
    """Of a meter that tells only power, the energy is known as well."""
    meter, start = await bench.meter(EnergyKind.POWER), _now_ms() - HOUR_MS
    await bench.append(meter, [_power(start + n * STEP_MS, 360) for n in range(31)])
    found = await bench.buckets(
        meter, Channel.ENERGY_IMPORT, start, start + HOUR_MS, 300
    )
    assert _close(sum(b.energy_wh for b in found), 360 * 300 / 3600)


async def the_newest_is_known(bench: Bench) -> None:
    """The newest value of each channel, whatever came last."""
    meter, start = await bench.meter(), _now_ms() - HOUR_MS
    await bench.append(meter, [_power(start + STEP_MS, 222), _counter(start, 7_000)])
    await bench.append(meter, [_power(start, 111)])
    latest = await bench.store.latest(meter.meter_id)
    assert {c: (v.time_ms, v.value) for c, v in latest.items()} == {
        Channel.POWER: (start + STEP_MS, 222),
        Channel.ENERGY_IMPORT: (start, 7_000),
    }


async def long_answers_come_in_pages(bench: Bench) -> None:
    """A long series is never in memory as a whole."""
    meter, start = await bench.meter(), _now_ms() - 3 * DAY_MS
    told = [_power(start + n * STEP_MS, n % 500) for n in range(25_000)]
    await bench.append(meter, told)
    pages = [
        page
        async for page in bench.store.raw(
            meter.meter_id, Channel.POWER, start, start + 3 * DAY_MS
        )
    ]
    assert max(map(len, pages)) <= 10_000
    assert [r.time_ms for page in pages for r in page] == [r.time_ms for r in told]


async def any_name_will_do(bench: Bench) -> None:
    """Names may hold whatever people type."""
    start = _now_ms() - HOUR_MS
    for name in (
        "Küche, links = rechts",
        "a b\\",
        'quo"te',
        "O'Hara",
        "line\nbreak",
        "電",
    ):
        meter = await bench.meter(name=name)
        await bench.append(meter, [_power(start, 42)])
        (reading,) = await bench.raw(meter, Channel.POWER, start, start + 1)
        assert reading.value == 42, name


async def a_purged_meter_is_gone(bench: Bench) -> None:
    """All of the meter is deleted, and nothing of another one."""
    one, other = await bench.meter(), await bench.meter()
    start = _now_ms() - HOUR_MS
    for meter in (one, other):
        await bench.append(meter, [_power(start, 42), _power(start + STEP_MS, 43)])
    await bench.store.purge(one.meter_id)
    span = (Channel.POWER, start, start + HOUR_MS)
    assert not await bench.raw(one, *span)
    assert not await bench.buckets(one, *span, 300)
    assert len(await bench.raw(other, *span)) == 2


async def its_state_is_told(bench: Bench) -> None:
    """The store says that it is well, and about which time it knows something."""
    meter, start = await bench.meter(), _now_ms() - HOUR_MS
    await bench.append(meter, [_power(start, 42)])
    status = await bench.store.status()
    assert status.error is None
    assert status.newest_ms is not None
    assert status.newest_ms >= start


CHECKS: Final[tuple[Callable[[Bench], Awaitable[None]], ...]] = (
    readings_come_back,
    twice_is_once,
    late_readings_find_their_place,
    levels_are_weighted_by_time,
    days_are_those_of_the_clock,
    derived_energy_is_known,
    the_newest_is_known,
    long_answers_come_in_pages,
    any_name_will_do,
    a_purged_meter_is_gone,
    its_state_is_told,
)
