"""Readings of others between those of a file stay as if it had never been loaded."""

from dataclasses import replace
from functools import partial

import pytest

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.loads import taking_back
from custom_components.wattwise.history.loads.taking_back import (
    begin_taking_back,
    take_back,
)
from custom_components.wattwise.metering.profile import EnergyKind, MeterProfile
from custom_components.wattwise.metering.reading import Reading

from ..readings import METER, counter, now_ms, power
from .files import NOTES, counts, everything, load, take_all_back
from .test_taking_back import differences

HOUR = 3_600_000
MINUTE = 60_000


def _profile(kind: EnergyKind, interval_s: float) -> MeterProfile:
    return MeterProfile("meter", energy_kind=kind, interval_s=interval_s)


def _reading(kind: EnergyKind, start_ms: int, time_ms: int) -> Reading:
    """Return what a meter tells while 600 W flow."""
    if kind is EnergyKind.POWER:
        return power(time_ms, 600.0)
    if kind is EnergyKind.COUNTER:
        return counter(time_ms, 1_000.0 + (time_ms - start_ms) / HOUR * 600)
    return counter(time_ms, 100.0)


@pytest.mark.parametrize("packed", [False, True], ids=["rows", "packed"])
@pytest.mark.parametrize("kind", EnergyKind)
async def test_a_file_of_two_outages(
    history: History, control: History, kind: EnergyKind, packed: bool
) -> None:
    """Hours between two groups of rows belong to the meter, and count once."""
    profile = _profile(kind, 600.0)
    start = now_ms() // HOUR * HOUR - 40 * HOUR
    own = [
        _reading(kind, start, time_ms)
        for time_ms in range(start, start + 30 * HOUR, 10 * MINUTE)
        if not any(
            begin * HOUR - 5 * MINUTE < time_ms - start < (begin + 4) * HOUR
            for begin in (5, 20)
        )
    ]
    hours = [start + n * HOUR for n in (*range(5, 9), *range(20, 24))]
    rows = [_reading(kind, start, time_ms) for time_ms in hours]
    for each in (history, control):
        assert (await each.append(profile, own)).accepted == len(own)
    file = replace(profile, interval_s=3600.0)
    load_id, (receipt,) = await load(history, file, rows)
    assert receipt.accepted >= 6
    if packed:
        while await history.run(lambda t: t.ledger.raw.pack(now_ms())):
            pass
    assert await take_all_back(history, load_id, profile) == receipt.accepted
    known = await everything(history, "meter")
    assert differences(known, await everything(control, "meter")) == []


@pytest.mark.parametrize("kind", [EnergyKind.POWER, EnergyKind.COUNTER])
@pytest.mark.parametrize("steps", [250, 7], ids=["at once", "in steps"])
async def test_a_backlog_comes_after_the_file(
    history: History,
    control: History,
    monkeypatch: pytest.MonkeyPatch,
    kind: EnergyKind,
    steps: int,
) -> None:
    """The register has what the meter told of an outage, though a file told it first."""
    monkeypatch.setattr(taking_back, "_READINGS", steps)
    profile = _profile(kind, 300.0)
    start = now_ms() - 10 * HOUR
    before = [_reading(kind, start, start + n * 5 * MINUTE) for n in range(13)]
    file = [
        _reading(kind, start, start + HOUR + n * 5 * MINUTE + 150_000)
        for n in range(24)
    ]
    backlog = [
        _reading(kind, start, start + HOUR + n * 5 * MINUTE) for n in range(1, 37)
    ]
    for each in (history, control):
        await each.append(profile, before)
    load_id, _ = await load(history, profile, file)
    for each in (history, control):
        assert (await each.append(profile, backlog)).accepted == len(backlog)
    assert await take_all_back(history, load_id, profile) == len(file)
    known = await everything(history, "meter")
    assert differences(known, await everything(control, "meter")) == []
    assert await counts(history, *NOTES) == [0] * len(NOTES)


@pytest.mark.parametrize("kind", [EnergyKind.POWER, EnergyKind.COUNTER])
async def test_a_backlog_repeats_the_file(
    history: History, control: History, kind: EnergyKind
) -> None:
    """Rows that the meter tells too are its own then, and in its register."""
    profile = _profile(kind, 300.0)
    start = now_ms() - 10 * HOUR
    told = [_reading(kind, start, start + n * 5 * MINUTE) for n in range(60)]
    for each in (history, control):
        await each.append(profile, told[:13])
    load_id, _ = await load(history, profile, told[13:40])
    for each in (history, control):
        await each.append(profile, told[20:])
    assert await take_all_back(history, load_id, profile) == 7
    known = await everything(history, "meter")
    assert differences(known, await everything(control, "meter")) == []


async def test_a_waiting_row_of_a_counter_that_began_anew(
    history: History, control: History
) -> None:
    """What the new counter had counted stays, though a row of the file was first."""
    start = now_ms() - 10 * HOUR
    before = [counter(start + n * MINUTE, 1_000.0 + n) for n in range(60)]
    after = [counter(start + 3 * HOUR + n * MINUTE, 110.0 + n) for n in range(5)]
    for each in (history, control):
        await each.append(METER, before)
    load_id, (receipt,) = await load(history, METER, [counter(start + 2 * HOUR, 100.0)])
    assert receipt.held == 1
    for each in (history, control):
        await each.append(METER, after)
    assert await take_all_back(history, load_id, METER) == 1
    known = await everything(history, "meter")
    assert differences(known, await everything(control, "meter")) == []


async def test_live_readings_between_two_steps(
    history: History, control: History
) -> None:
    """What the meter tells while a file leaves is booked as if that were gone."""
    start = now_ms() - 600 * HOUR
    before = [counter(start, 1_000.0)]
    rows = [counter(start + n * HOUR, 1_000.0 + n) for n in range(1, 300)]
    during = [
        counter(start + n * HOUR + 30 * MINUTE, 1_000.5 + n) for n in (50, 99, 200)
    ]
    for each in (history, control):
        await each.append(METER, before)
    load_id, _ = await load(history, METER, rows)
    await history.run(partial(begin_taking_back, load_id=load_id))
    step = partial(take_back, load_id=load_id, profile=METER)
    assert await history.run(step) == 100
    for each in (history, control):
        for reading in during:
            await each.append(METER, [reading])
    while await history.run(step) >= 0:
        pass
    known = await everything(history, "meter")
    assert differences(known, await everything(control, "meter")) == []
