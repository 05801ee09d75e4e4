"""Stretches of time of which a meter tells nothing."""

from itertools import pairwise
import random

import pytest

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.periods.calendar import SLOT_MS
from custom_components.wattwise.history.questions.gaps import (
    Gap,
    GapKind,
    find_gaps,
)
from custom_components.wattwise.metering.profile import EnergyKind, MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

from .pruning import mark_stale, prune_five_minutes
from .readings import METER, counter, now_ms, power

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

type Span = tuple[int, int]


def minutely(start_ms: int, end_ms: int, silent: list[Span]) -> list[int]:
    """Return the times of a meter that reports each minute, but for some stretches."""
    return [
        at
        for at in range(start_ms, end_ms, MINUTE_MS)
        if not any(begin < at < end for begin, end in silent)
    ]


async def gaps(
    history: History,
    start_ms: int,
    end_ms: int | None = None,
    channel: Channel | None = None,
    shortest_ms: int = 15 * MINUTE_MS,
    patience_ms: int = 0,
) -> list[Gap]:
    """Return the gaps of the meter until the end, or until now."""
    end_ms = end_ms or now_ms()
    return await history.ask(
        lambda q: find_gaps(
            q,
            "meter",
            channel,
            start_ms,
            end_ms,
            now_ms=now_ms(),
            shortest_ms=shortest_ms,
            patience_ms=patience_ms,
        )
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("refreshed", [False, True])
async def test_silence_is_found_to_the_minute(
    history: History, seed: int, *, refreshed: bool
) -> None:
    """Each stretch that is longer than a value is held is found, and nothing else."""
    rng = random.Random(seed)
    end = now_ms()
    start = end - 20 * DAY_MS + rng.randrange(DAY_MS)
    silent: list[Span] = []
    at = start
    while at < end - 7 * DAY_MS:
        at += rng.randrange(2 * HOUR_MS, 3 * DAY_MS)
        begin = start + (at - start) // MINUTE_MS * MINUTE_MS
        length = rng.choice([2, 9, 21, 34, 61, 190, 1_500, 4_000]) * MINUTE_MS
        silent.append((begin, begin + length))
        at += length
    times = minutely(start, end + 1, silent)
    await history.append(METER, [power(at, 100) for at in times])
    if refreshed:
        await history.refresh_rollups()
    found = await gaps(history, start, channel=Channel.POWER)
    expected = [
        (begin + METER.hold_ms, after)
        for begin, after in pairwise(times)
        if after - begin - METER.hold_ms >= 15 * MINUTE_MS
    ]
    assert [(gap.start_ms, gap.end_ms) for gap in found] == expected
    assert all(gap.kind is GapKind.NOTHING_KNOWN for gap in found)


async def test_a_counter_tells_the_sum_of_a_long_gap(history: History) -> None:
    """When it flowed is not known, how much is; of a short silence both are."""
    end = now_ms()
    start = end - 3 * DAY_MS
    silent = [
        (start + DAY_MS, start + DAY_MS + 90 * MINUTE_MS),
        (start + 2 * DAY_MS, start + 2 * DAY_MS + 5 * HOUR_MS),
    ]
    times = minutely(start, end + 1, silent)
    await history.append(METER, [counter(at, (at - start) / 3_600) for at in times])
    for _ in range(2):
        (gap,) = await gaps(history, start)
        assert gap.kind is GapKind.KNOWN_IN_SUM
        assert (gap.start_ms, gap.end_ms) == silent[1]
        assert gap.energy_wh == {Channel.ENERGY_IMPORT: pytest.approx(5_000)}
        await history.refresh_rollups()


async def test_a_counter_that_stood_still_tells_it_too(history: History) -> None:
    """That nothing flowed is known of a gap over which the counter did not move."""
    start = now_ms() - DAY_MS
    await history.append(METER, [counter(start, 7), counter(start + 9 * HOUR_MS, 7)])
    (gap,) = await gaps(history, start, start + 9 * HOUR_MS)
    assert gap.kind is GapKind.KNOWN_IN_SUM
    assert gap.energy_wh == {Channel.ENERGY_IMPORT: 0}
    assert gap.duration_ms == 9 * HOUR_MS


async def test_what_is_known_of_a_stretch_can_change(history: History) -> None:
    """A meter whose counter was swapped while it was silent: first unknown, then told."""
    profile = MeterProfile("meter", energy_kind=EnergyKind.INTERVAL, interval_s=900)
    start = now_ms() // HOUR_MS * HOUR_MS - 2 * DAY_MS
    amounts = [Reading(Channel.ENERGY_IMPORT, start, 10)]
    await history.append(profile, amounts)
    # More than can flow in a quarter: it is what flowed in all of the 12 hours.
    late = Reading(Channel.ENERGY_IMPORT, start + 12 * HOUR_MS, 60_000)
    await history.append(profile, [late])
    early = Reading(Channel.ENERGY_IMPORT, start + 4 * HOUR_MS, 10)
    await history.append(profile, [early])
    found = await gaps(history, start, start + 12 * HOUR_MS)
    assert [(gap.kind, gap.duration_ms) for gap in found] == [
        (GapKind.NOTHING_KNOWN, 4 * HOUR_MS - 15 * MINUTE_MS),
        (GapKind.KNOWN_IN_SUM, 8 * HOUR_MS),
    ]


async def test_energy_of_power_is_known_in_both_directions(history: History) -> None:
    """A roof that feeds in by day has no gap in what is drawn meanwhile."""
    profile = MeterProfile("meter", energy_kind=EnergyKind.POWER)
    end = now_ms()
    start = end - 2 * DAY_MS
    silent = [(start + 20 * HOUR_MS, start + 22 * HOUR_MS)]
    times = minutely(start, end + 1, silent)
    await history.append(
        profile, [power(at, 500 if at // (7 * HOUR_MS) % 2 else -900) for at in times]
    )
    await history.refresh_rollups()
    for channel in (None, Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT, Channel.POWER):
        (gap,) = await gaps(history, start + HOUR_MS, channel=channel)
        assert (gap.start_ms, gap.end_ms) == (
            silent[0][0] + profile.hold_ms,
            silent[0][1],
        )


async def test_a_meter_is_its_energy(history: History) -> None:
    """A voltage that fails is a gap of the voltage; the meter still counts."""
    end = now_ms()
    start = end - DAY_MS
    for at in range(start, end + 1, 10 * MINUTE_MS):
        readings = [counter(at, (at - start) / 3_600)]
        if at < start + 6 * HOUR_MS:
            readings.append(Reading(Channel.VOLTAGE_L1, at, 230))
        await history.append(MeterProfile("meter", interval_s=600), readings)
    assert await gaps(history, start) == []
    (gap,) = await gaps(history, start, channel=Channel.VOLTAGE_L1)
    assert gap.end_ms == end
    assert await gaps(history, start, channel=Channel.FREQUENCY) == []


async def test_the_next_reading_may_be_on_its_way(history: History) -> None:
    """What lasts until now counts once it is longer than a meter's usual silence."""
    start = now_ms() - 4 * HOUR_MS
    await history.append(METER, [counter(start, 0), counter(start + HOUR_MS, 1)])
    assert await gaps(history, start, patience_ms=4 * HOUR_MS) == []
    (gap,) = await gaps(history, start, patience_ms=2 * HOUR_MS)
    assert (gap.start_ms, gap.end_ms) == (start + HOUR_MS, now_ms())


async def test_gaps_are_cut_to_what_was_asked(history: History) -> None:
    """A gap that began before the period counts from its start; before the meter none."""
    start = now_ms() - 4 * DAY_MS
    await history.append(METER, [power(start, 1), power(start + 3 * DAY_MS, 1)])
    (gap,) = await gaps(
        history, start + DAY_MS + 7, start + 2 * DAY_MS, channel=Channel.POWER
    )
    assert (gap.start_ms, gap.end_ms) == (start + DAY_MS + 7, start + 2 * DAY_MS)
    assert await gaps(history, start - 9 * DAY_MS, start, Channel.POWER) == []
    nobody = await history.ask(
        lambda q: find_gaps(
            q, "nobody", None, 0, start, now_ms=start, shortest_ms=SLOT_MS
        )
    )
    assert nobody == []


async def test_gaps_outlive_what_they_were_found_in(history: History) -> None:
    """Where hours are all that is kept, a gap is as long as it was, near where it was."""
    end = now_ms()
    start = end - 9 * DAY_MS
    silent = [
        (start + DAY_MS, start + DAY_MS + 5 * HOUR_MS + 20 * MINUTE_MS),
        (start + 3 * DAY_MS, start + 3 * DAY_MS + 40 * MINUTE_MS),
        (start + 8 * DAY_MS, start + 8 * DAY_MS + 3 * HOUR_MS),
    ]
    await history.append(
        METER, [power(at, 1) for at in minutely(start, end + 1, silent)]
    )
    await history.refresh_rollups()
    before = await gaps(history, start, channel=Channel.POWER)
    assert len(before) == 3
    await prune_five_minutes(history, history.day_start_ms() - 2 * DAY_MS)
    await mark_stale(history)
    for _ in range(2):
        after = await gaps(history, start, channel=Channel.POWER)
        assert [gap.duration_ms for gap in after] == [g.duration_ms for g in before]
        for old, new in zip(before, after, strict=True):
            assert abs(old.start_ms - new.start_ms) < HOUR_MS
        await history.refresh_rollups()


async def test_many_short_losses_are_no_gap(history: History) -> None:
    """A weak radio loses minutes all the time: none of them is a stretch of silence."""
    end = now_ms()
    start = end - 2 * DAY_MS
    times = [
        at
        for at in range(start, end + 1, MINUTE_MS)
        if at // MINUTE_MS % 30 not in range(9)
    ]
    await history.append(METER, [power(at, 1) for at in times])
    await history.refresh_rollups()
    assert await gaps(history, start, channel=Channel.POWER) == []
    found = await gaps(history, start, channel=Channel.POWER, shortest_ms=SLOT_MS)
    assert 90 <= len(found) <= 97
