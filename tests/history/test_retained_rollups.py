"""What roll-ups tell when those below them were pruned."""

from pathlib import Path

import pytest

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.periods.bucket import Bucket
from custom_components.wattwise.history.periods.calendar import Period
from custom_components.wattwise.metering.profile import EnergyKind, MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

from .pruning import mark_stale, prune_five_minutes, prune_readings
from .readings import BY_POWER, METER, counter, now_ms, power, three_hours
from .test_other_zone import uneven_readings

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
CHANNELS = (Channel.ENERGY_IMPORT, Channel.POWER, Channel.VOLTAGE_L1)


async def everything(history: History) -> dict[tuple[str, str], list[Bucket]]:
    """Return all periods of all channels."""
    end = now_ms() + DAY_MS
    return {
        (channel, period): await history.buckets(
            "meter", channel, end - 60 * DAY_MS, end, period
        )
        for channel in CHANNELS
        for period in Period
    }


@pytest.mark.parametrize("days_kept", [1, 3, 0])
async def test_hours_and_days_outlive_what_they_are_made_of(
    history: History, days_kept: int
) -> None:
    """No refresh and no question makes anew what cannot be made any more."""
    await history.append(METER, uneven_readings(now_ms() - 6 * DAY_MS, now_ms()))
    await history.refresh_rollups()
    before = await everything(history)
    assert all(before.values())
    border = history.day_start_ms() - days_kept * DAY_MS
    await prune_five_minutes(history, border)
    assert await everything(history) == before
    await mark_stale(history)
    assert await everything(history) == before
    await history.refresh_rollups()
    assert await everything(history) == before


async def test_days_sum_frozen_and_new_hours(history: History) -> None:
    """A day of which one half was pruned grows with what comes in the other."""
    noon = history.day_start_ms() - 12 * HOUR_MS
    first = noon - 6 * HOUR_MS
    await history.append(METER, [counter(first, 0), counter(first + HOUR_MS, 500)])
    await history.refresh_rollups()
    await prune_five_minutes(history, noon)
    await history.append(
        METER, [counter(noon + HOUR_MS, 500), counter(noon + 2 * HOUR_MS, 800)]
    )
    for _ in range(2):
        (day,) = await history.buckets(
            "meter", Channel.ENERGY_IMPORT, first - 7 * HOUR_MS, noon, Period.DAY
        )
        assert day.energy_wh == pytest.approx(800)
        await history.refresh_rollups()


@pytest.mark.parametrize("width", [300, 600, 900, 1_800, 3_600])
async def test_hours_stand_in_for_pruned_roll_ups(history: History, width: int) -> None:
    """Steps of minutes become hours where nothing narrower is kept; sums stay."""
    start = history.day_start_ms() - 2 * DAY_MS
    await history.append(METER, uneven_readings(start, start + 2 * DAY_MS))
    span = (start, start + 2 * DAY_MS)
    before = await history.buckets("meter", Channel.ENERGY_IMPORT, *span, width)
    await history.refresh_rollups()
    border = start + 30 * HOUR_MS
    await prune_five_minutes(history, border)
    after = await history.buckets("meter", Channel.ENERGY_IMPORT, *span, width)
    assert sum(b.energy_wh for b in after) == pytest.approx(
        sum(b.energy_wh for b in before)
    )
    for bucket in after:
        kept = width * 1_000 if bucket.start_ms >= border else HOUR_MS
        assert bucket.end_ms - bucket.start_ms == kept
    assert [b for b in after if b.start_ms >= border] == [
        b for b in before if b.start_ms >= border
    ]


async def test_narrow_steps_need_readings(history: History) -> None:
    """Steps of seconds are left out where no readings are kept."""
    start = now_ms() // HOUR_MS * HOUR_MS - 4 * HOUR_MS
    readings, _ = three_hours(EnergyKind.POWER, start)
    await history.append(BY_POWER, readings)
    await history.refresh_rollups()
    await prune_readings(history, start + HOUR_MS)
    buckets = await history.buckets(
        "meter", Channel.POWER, start, start + 3 * HOUR_MS, 10
    )
    assert buckets[0].start_ms == start + HOUR_MS
    assert len(buckets) == 720


async def test_cost_of_a_pruned_day_is_told_by_hours(history: History) -> None:
    """Energy whose 5 minutes were pruned still costs what its hours cost."""
    start = history.day_start_ms() - 3 * DAY_MS
    await history.append(METER, [counter(start, 0), counter(start + HOUR_MS, 2_000)])
    await history.refresh_rollups()
    await prune_five_minutes(history, start + DAY_MS)
    await history.append(
        MeterProfile("home"), [Reading(Channel.PRICE, start + DAY_MS, 0.25)]
    )
    cost = await history.ask(
        lambda q: q.cost(
            "meter", Channel.ENERGY_IMPORT, "home", start, start + 2 * DAY_MS
        )
    )
    assert cost == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Europe/Berlin", "America/New_York"),
        ("Europe/Berlin", "Asia/Kathmandu"),
        ("Asia/Kathmandu", "Australia/Lord_Howe"),
        ("Australia/Lord_Howe", "UTC"),
    ],
)
async def test_a_move_loses_nothing(tmp_path: Path, before: str, after: str) -> None:
    """Days of the new clock are summed of old hours and new ones, and back again."""
    history = History(tmp_path / "wattwise.db", before)
    await history.open()
    await history.append(METER, uneven_readings(now_ms() - 8 * DAY_MS, now_ms()))
    await history.refresh_rollups()
    await prune_five_minutes(history, history.day_start_ms() - 4 * DAY_MS)
    # One hour is stale when the home moves.
    late = now_ms() - 2 * DAY_MS + 1
    await history.append(METER, [power(late, 777)])
    there = await everything(history)
    for zone in (after, before, after):
        await history.change_time_zone(zone)
        for _ in range(2):
            found = await everything(history)
            for key, buckets in found.items():
                assert sum(b.energy_wh for b in buckets) == pytest.approx(
                    sum(b.energy_wh for b in there[key])
                )
                assert sum(b.integral for b in buckets) == pytest.approx(
                    sum(b.integral for b in there[key])
                )
                for name in ("count", "covered_ms"):
                    assert sum(getattr(b, name) for b in buckets) == sum(
                        getattr(b, name) for b in there[key]
                    )
            await history.refresh_rollups()
        day = history.day_start_ms()
        assert found[Channel.POWER, Period.DAY][-1].start_ms in (day, day - DAY_MS)
    await history.change_time_zone(before)
    await history.refresh_rollups()
    back = await everything(history)
    for channel in CHANNELS:
        days = back[channel, Period.DAY]
        assert [(d.start_ms, d.end_ms, d.count) for d in days] == [
            (d.start_ms, d.end_ms, d.count) for d in there[channel, Period.DAY]
        ]
    await history.close()


async def test_percentiles_outlive_a_move_by_whole_hours(history: History) -> None:
    """Hours are the same in a zone that differs by whole hours: so are percentiles."""
    await history.append(METER, uneven_readings(now_ms() - 5 * DAY_MS, now_ms()))
    await history.refresh_rollups()
    await prune_readings(history, history.day_start_ms() - 2 * DAY_MS)
    before = (await everything(history))[Channel.VOLTAGE_L1, Period.HOUR]
    await history.change_time_zone("America/New_York")
    for _ in range(2):
        after = await everything(history)
        assert after[Channel.VOLTAGE_L1, Period.HOUR] == before
        days = after[Channel.VOLTAGE_L1, Period.DAY]
        assert [day.distribution.known_ms for day in days if day.distribution] == [
            day.covered_ms for day in days
        ]
        await history.refresh_rollups()
