"""A load that was taken back leaves no trace."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
import math
from pathlib import Path
import random
import sqlite3
from typing import Any

import pytest

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.periods.bucket import Bucket
from custom_components.wattwise.history.receipt import LatestValue
from custom_components.wattwise.metering.profile import EnergyKind, MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

from ..readings import BY_AMOUNT, BY_POWER, METER, counter, now_ms, power
from .files import NOTES, counts, everything, load, take_all_back

HOUR = 3_600_000
MINUTE = 60_000


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Return where two answers differ by more than sums in another order do."""
    if isinstance(one, dict) and isinstance(other, dict):
        return [
            line
            for key in one.keys() | other.keys()
            for line in differences(one.get(key), other.get(key), f"{path}/{key}")
        ]
    if isinstance(one, Bucket | LatestValue) and isinstance(other, type(one)):
        # A register does not fall; what it owes is compared with its state.
        hidden = {"distribution", "register_wh"}
        names = [n for n in type(one).__slots__ if n not in hidden]
        return [
            line
            for n in names
            for line in differences(getattr(one, n), getattr(other, n), f"{path}.{n}")
        ]
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        if len(one) != len(other):
            return [f"{path}: {len(one)} and {len(other)}"]
        return [
            line
            for number, pair in enumerate(zip(one, other, strict=True))
            for line in differences(*pair, f"{path}[{number}]")
        ]
    if isinstance(one, float) and isinstance(other, float):
        same = math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)
    else:
        same = one == other
    return [] if same else [f"{path}: {one} and {other}"]


async def same_without_file(
    history: History,
    control: History,
    profile: MeterProfile,
    before: Sequence[Reading],
    file: tuple[MeterProfile, Sequence[Sequence[Reading]]],
    after: Sequence[Reading],
) -> int:
    """Load a file between other readings and take it back; return how many left."""
    for each in (history, control):
        if before:
            await each.append(profile, before)
    load_id, receipts = await load(history, file[0], *file[1])
    accepted = sum(receipt.accepted + receipt.held for receipt in receipts)
    assert accepted
    for each in (history, control):
        for reading in after:
            await each.append(profile, [reading])
    removed = await take_all_back(history, load_id, profile)
    known = await everything(history, profile.meter_id)
    assert differences(known, await everything(control, profile.meter_id)) == []
    assert await counts(history, *NOTES) == [0] * len(NOTES)
    return removed


async def test_alone(history: History, control: History) -> None:
    """A file is all there is: afterwards there is nothing, not even a roll-up."""
    start = now_ms() - 900 * HOUR
    rows = [counter(start + n * HOUR, 250.0) for n in range(1, 801)]
    file = replace(BY_AMOUNT, interval_s=3600.0), (rows[:500], rows[500:])
    removed = await same_without_file(history, control, BY_AMOUNT, [], file, [])
    assert removed == 800
    tables = ("reading", "packed_hour", "rollup_5min", "rollup", "held")
    assert await counts(history, *tables) == [0] * 5


@pytest.mark.parametrize("packed", [False, True], ids=["rows", "packed"])
@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("kind", EnergyKind)
async def test_between_and_before_others(
    history: History, control: History, kind: EnergyKind, seed: int, packed: bool
) -> None:
    """Rows before, between and after readings of the meter, which stay as they were."""
    rng = random.Random(seed)
    start = now_ms() - 60 * HOUR
    profile = MeterProfile("meter", energy_kind=kind, interval_s=300.0)
    times = sorted(
        start + 10 * HOUR + rng.randrange(0, 40 * HOUR) // 1000 * 1000
        for _ in range(50)
    )
    own, shown = [], 5_000_000.0
    for time_ms in times:
        shown += rng.uniform(0, 300)
        own.append(_reading(kind, time_ms, shown, rng))
    level, rows = 4_000_000.0, []
    for number in range(700):
        time_ms = start + number * 5 * MINUTE + 1_000
        level += rng.uniform(0, 30)
        # True enough to be accepted between the others.
        rows.append(_reading(kind, time_ms, level, rng))
    middle = own[len(own) // 2].time_ms
    before = [reading for reading in own if reading.time_ms < middle]
    after = [reading for reading in own if reading.time_ms >= middle]
    if kind is EnergyKind.COUNTER:
        # Between counter readings only what fits is accepted.
        fits = [
            counter(a.time_ms + 500, (a.value + b.value) / 2)
            for a, b in pairwise(before)
            if b.time_ms - a.time_ms > 1_000
        ]
        ahead = [r for r in rows if r.time_ms < before[0].time_ms]
        rows = [*ahead, *fits, counter(middle - 1, before[-1].value + 1)]
    rows = [r for r in rows if r.time_ms < middle]
    if seed % 2:
        rows = rows[::-1]
    if packed:
        for each in (history, control):
            await each.append(profile, before)
            while await each.run(lambda t: t.ledger.raw.pack(now_ms())):
                pass
        before = []
    file = replace(profile, interval_s=900.0), (rows[:300], rows[300:])
    removed = await same_without_file(history, control, profile, before, file, after)
    assert removed > 10


def _reading(
    kind: EnergyKind, time_ms: int, shown: float, rng: random.Random
) -> Reading:
    if kind is EnergyKind.POWER:
        return power(time_ms, float(rng.randrange(0, 3_000)))
    if kind is EnergyKind.COUNTER:
        return counter(time_ms, shown)
    return counter(time_ms, float(rng.randrange(0, 300)))


async def test_a_wrong_counter_up_to_now(history: History, control: History) -> None:
    """The register has, afterwards, what the meter counted since its last reading."""
    start = now_ms() - 6 * HOUR
    before = [counter(start + n * MINUTE, 1_000.0 + n) for n in range(60)]
    wrong = [
        counter(start + 2 * HOUR + n * MINUTE, 1_500.0 + 20 * n) for n in range(100)
    ]
    after = [counter(start + 5 * HOUR + n * MINUTE, 1_300.0 + n) for n in range(10)]
    for each in (history, control):
        await each.append(METER, before)
    load_id, _ = await load(history, METER, wrong)
    for each in (history, control):
        for reading in after:
            await each.append(METER, [reading])
    register = (await history.latest("meter"))[Channel.ENERGY_IMPORT].register_wh
    rightly = (await control.latest("meter"))[Channel.ENERGY_IMPORT].register_wh
    assert rightly == pytest.approx(1_309)
    assert register != pytest.approx(1_309)
    assert await take_all_back(history, load_id, METER) == 100
    again = await everything(history, "meter")
    assert differences(again, await everything(control, "meter")) == []


async def test_power_up_to_now(history: History, control: History) -> None:
    """Energy that was derived from wrong power leaves the register, too."""
    start = now_ms() - 3 * HOUR
    before = [power(start + n * MINUTE, 400.0) for n in range(30)]
    wrong = [power(start + 31 * MINUTE + n * MINUTE, 9_000.0) for n in range(60)]
    after = [power(start + 92 * MINUTE + n * MINUTE, 400.0) for n in range(30)]
    file = BY_POWER, (wrong,)
    await same_without_file(history, control, BY_POWER, before, file, after)


async def test_held_rows_leave_too(history: History, control: History) -> None:
    """What waited for confirmation is dropped, or leaves when it was confirmed."""
    start = now_ms() - 5 * HOUR
    before = [counter(start + n * MINUTE, 90_000.0 + n) for n in range(10)]
    wrong = [counter(start + HOUR + n * MINUTE, 50.0) for n in range(2)]
    after = [counter(start + 2 * HOUR + n * MINUTE, 90_100.0 + n) for n in range(5)]
    await same_without_file(history, control, METER, before, (METER, (wrong,)), after)


async def test_what_the_meter_told_too_stays(history: History) -> None:
    """A reading that the meter sends itself after the file is its own from then on."""
    start = now_ms() - 5 * HOUR
    rows = [counter(start + n * 15 * MINUTE, 100.0) for n in range(8)]
    profile = replace(BY_AMOUNT, interval_s=900.0)
    load_id, _ = await load(history, profile, rows)
    receipt = await history.append(profile, rows[2:4])
    assert receipt.duplicate == 2
    assert await take_all_back(history, load_id, profile) == 6
    kept = await everything(history, "meter")
    assert [r.time_ms for r in kept["energy_import readings"]] == [
        rows[2].time_ms,
        rows[3].time_ms,
    ]


async def test_readings_known_before_stay(history: History, control: History) -> None:
    """Of a file that repeats another one, only what it added leaves."""
    start = now_ms() - 40 * HOUR
    rows = [counter(start + n * HOUR, 100.0 + n) for n in range(30)]
    profile = replace(BY_AMOUNT, interval_s=3600.0)
    await load(history, profile, rows[:20])
    await load(control, profile, rows[:20])
    load_id, receipts = await load(history, profile, rows)
    assert receipts[0].duplicate == 20
    assert await take_all_back(history, load_id, profile) == 10
    known = await everything(history, "meter")
    assert differences(known, await everything(control, "meter")) == []


async def test_the_right_file_can_follow(history: History, control: History) -> None:
    """After a wrong file was taken back, the right one is booked as if it were first."""
    start = now_ms() - 40 * HOUR
    profile = replace(BY_AMOUNT, interval_s=3600.0)
    wrong = [counter(start + n * HOUR, 9_000.0) for n in range(30)]
    right = [counter(start + n * HOUR, 9.0) for n in range(30)]
    load_id, _ = await load(history, profile, wrong)
    await take_all_back(history, load_id, profile)
    for each in (history, control):
        _, receipts = await load(each, profile, right)
        assert receipts[0].accepted == 30
    known = await everything(history, "meter")
    assert differences(known, await everything(control, "meter")) == []


async def test_two_million_rows_leave_small_notes(tmp_path: Path) -> None:
    """The times of a regular file take next to nothing; jittery ones a few bytes each."""
    rng = random.Random(5)
    start = now_ms() - 900 * HOUR
    for jitter, most in ((0, 0.1), (400, 3.0)):
        path = tmp_path / f"{jitter}.db"
        history = History(path, "UTC")
        await history.open()
        rows = [
            power(start + n * 10_000 + rng.randint(0, jitter), 100.0)
            for n in range(20_000)
        ]
        await load(
            history, METER, *(rows[n : n + 5_000] for n in range(0, 20_000, 5_000))
        )
        await history.close()
        with sqlite3.connect(path) as file:
            (size,) = file.execute(
                "SELECT sum(length(times)) FROM load_part"
            ).fetchone()
        assert size / len(rows) < most
