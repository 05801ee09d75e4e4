"""Estimates of what was while a meter told nothing."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.periods.calendar import Period
from custom_components.wattwise.history.questions.gap_estimate import (
    Estimate,
    estimated_buckets,
)
from custom_components.wattwise.metering.profile import EnergyKind, MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

from .readings import counter, now_ms, power

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
STEP_MS = 10 * MINUTE_MS
ZONE = ZoneInfo("Europe/Berlin")


def usual_watts(time_ms: int) -> float:
    """Return the power of a home that lives by its clock, and otherwise at weekends."""
    local = datetime.fromtimestamp(time_ms / 1000, ZONE)
    return 100.0 + 50 * local.hour + (1_000 if local.weekday() > 4 else 0)


async def estimate(
    history: History, channel: Channel, span: tuple[int, int], period: Period
) -> list[Estimate]:
    """Return the completed buckets of the meter."""
    return await history.ask(
        lambda q: estimated_buckets(
            q,
            "meter",
            channel,
            *span,
            period,
            now_ms=now_ms(),
            shortest_ms=15 * MINUTE_MS,
            patience_ms=2 * HOUR_MS,
        )
    )


def times(start_ms: int, end_ms: int, silent: tuple[int, int]) -> list[int]:
    """Return when the meter reports."""
    return [
        at
        for at in range(start_ms, end_ms + 1, STEP_MS)
        if not silent[0] < at < silent[1]
    ]


async def filled(
    history: History, kind: EnergyKind, silent_ms: int
) -> tuple[int, int, tuple[int, int]]:
    """Fill six weeks with a gap in the fourth; return start, end and gap."""
    end = now_ms() // HOUR_MS * HOUR_MS
    start = end - 42 * DAY_MS
    gap = (start + 24 * DAY_MS + 20 * MINUTE_MS, 0)
    gap = (gap[0], gap[0] + silent_ms)
    profile = MeterProfile("meter", energy_kind=kind, interval_s=STEP_MS / 1000)
    shown, before, readings = 0.0, start, []
    for at in times(start, end, gap):
        shown += sum(
            usual_watts(step) * STEP_MS / HOUR_MS for step in range(before, at, STEP_MS)
        )
        before = at
        readings.append(
            counter(at, shown)
            if kind is EnergyKind.COUNTER
            else power(at, usual_watts(at))
        )
    await history.append(profile, readings)
    await history.refresh_rollups()
    return start, end, gap


def truth_wh(start_ms: int, end_ms: int) -> float:
    """Return the energy that flowed."""
    return sum(
        usual_watts(at) * STEP_MS / HOUR_MS for at in range(start_ms, end_ms, STEP_MS)
    )


@pytest.mark.parametrize("kind", [EnergyKind.COUNTER, EnergyKind.POWER])
@pytest.mark.parametrize("hours", [4, 50])
async def test_a_home_of_habits_is_estimated_rightly(
    history: History, kind: EnergyKind, hours: int
) -> None:
    """Hours, days and months of a gap get what the weeks around it had."""
    start, end, gap = await filled(history, kind, hours * HOUR_MS)
    for period in Period:
        completed = await estimate(
            history, Channel.ENERGY_IMPORT, (start - 40 * DAY_MS, end), period
        )
        for item in completed:
            bucket = item.bucket
            begin, until = max(bucket.start_ms, start), min(bucket.end_ms, end)
            assert bucket.energy_wh == pytest.approx(truth_wh(begin, until), abs=1e-3)
            touched = bucket.start_ms < gap[1] and bucket.end_ms > gap[0]
            assert bool(item.estimated_ms) == (
                touched and bucket.covered_ms < (until - begin)
            )
            assert (
                item.estimated_ms + bucket.covered_ms <= bucket.end_ms - bucket.start_ms
            )


async def test_the_sum_a_counter_tells_is_kept(history: History) -> None:
    """A home that used twice the usual in a gap did so by the same pattern."""
    start, end, gap = await filled(history, EnergyKind.POWER, 50 * HOUR_MS)
    del start
    await history.delete_meters(["meter"])
    profile = MeterProfile("meter", interval_s=STEP_MS / 1000)
    begin, shown, readings = end - 42 * DAY_MS, 0.0, []
    for at in times(begin, end, gap):
        readings.append(counter(at, shown))
        if at == gap[0]:
            shown += 2 * truth_wh(*gap)
        else:
            shown += usual_watts(at) * STEP_MS / HOUR_MS
    await history.append(profile, readings)
    span = (begin, end)
    plain = await history.buckets("meter", Channel.ENERGY_IMPORT, *span, Period.HOUR)
    completed = await estimate(history, Channel.ENERGY_IMPORT, span, Period.HOUR)
    assert sum(item.bucket.energy_wh for item in completed) == pytest.approx(
        sum(bucket.energy_wh for bucket in plain)
    )
    for item in completed:
        if item.estimated_ms == HOUR_MS:
            hour = item.bucket
            usual = truth_wh(hour.start_ms, hour.end_ms)
            assert hour.energy_wh == pytest.approx(2 * usual)


async def test_levels_are_estimated_by_their_mean(history: History) -> None:
    """The mean of an hour in a gap is the usual one; extremes are not invented."""
    start, end, gap = await filled(history, EnergyKind.POWER, 5 * HOUR_MS)
    del start
    for item in await estimate(
        history, Channel.POWER, (gap[0] - DAY_MS, gap[1] + DAY_MS), Period.HOUR
    ):
        assert item.mean == pytest.approx(usual_watts(item.bucket.start_ms))
        if item.estimated_ms == HOUR_MS:
            assert (item.bucket.min, item.bucket.max) == (None, None)
    del end


async def test_nothing_is_stored(history: History) -> None:
    """What was estimated is not there when it is not asked for."""
    start, end, _ = await filled(history, EnergyKind.POWER, 5 * HOUR_MS)
    before = await history.buckets(
        "meter", Channel.ENERGY_IMPORT, start, end, Period.HOUR
    )
    await estimate(history, Channel.ENERGY_IMPORT, (start, end), Period.HOUR)
    await history.refresh_rollups()
    after = await history.buckets(
        "meter", Channel.ENERGY_IMPORT, start, end, Period.HOUR
    )
    assert before == after


async def test_without_comparison_a_gap_stays_one(history: History) -> None:
    """Two lonely readings tell nothing of the hours between them."""
    start = now_ms() // HOUR_MS * HOUR_MS - 20 * HOUR_MS
    await history.append(
        MeterProfile("meter"), [power(start, 1), power(start + 9 * HOUR_MS, 1)]
    )
    span = (start, start + 10 * HOUR_MS)
    completed = await estimate(history, Channel.POWER, span, Period.HOUR)
    assert [item.estimated_ms for item in completed] == [0] * len(completed)
    assert await estimate(history, Channel.FREQUENCY, span, Period.HOUR) == []


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Lord_Howe"])
async def test_a_gap_over_a_change_of_clocks(tmp_path: Path, zone: str) -> None:
    """Habits follow the clock: a day of 23, 25 or 24.5 hours is estimated whole."""
    local = ZoneInfo(zone)
    history = History(tmp_path / "wattwise.db", zone)
    await history.open()
    for day in ("2026-04-05", "2026-10-25", "2026-03-29", "2025-10-05"):
        middle = datetime.fromisoformat(day).replace(tzinfo=local)
        middle_ms = int(middle.timestamp() * 1000)
        start, end = middle_ms - 21 * DAY_MS, middle_ms + 14 * DAY_MS
        profile = MeterProfile(day, energy_kind=EnergyKind.POWER, interval_s=600)
        await history.append(
            profile,
            [
                Reading(
                    Channel.POWER,
                    at,
                    100.0 * datetime.fromtimestamp(at / 1000, local).hour,
                )
                for at in times(start, end, (middle_ms, middle_ms + 30 * HOUR_MS))
            ],
        )
        (item,) = await history.ask(
            lambda q, day=day, at=middle_ms: estimated_buckets(
                q,
                day,
                Channel.ENERGY_IMPORT,
                at,
                at + 1,
                Period.DAY,
                now_ms=now_ms(),
                shortest_ms=15 * MINUTE_MS,
            )
        )
        bucket = item.bucket
        expected = sum(
            100.0 * datetime.fromtimestamp(at / 1000, local).hour * STEP_MS / HOUR_MS
            for at in range(bucket.start_ms, bucket.end_ms, STEP_MS)
        )
        assert bucket.energy_wh == pytest.approx(expected, rel=0.01)
        assert item.estimated_ms + bucket.covered_ms == bucket.end_ms - bucket.start_ms
    await history.close()
