"""Hours, days and months of zones that are not the home's."""

from datetime import datetime
from pathlib import Path
import random
from zoneinfo import ZoneInfo

import pytest

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.periods.bucket import Bucket, divide
from custom_components.wattwise.history.periods.calendar import LocalCalendar, Period
from custom_components.wattwise.history.questions.queries import TooManyBucketsError
from custom_components.wattwise.metering.profile import EnergyKind, MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

from .pruning import prune_five_minutes
from .readings import counter, power

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
PROFILE = MeterProfile("meter", energy_kind=EnergyKind.COUNTER, interval_s=600)
BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"
KATHMANDU, ADELAIDE = "Asia/Kathmandu", "Australia/Adelaide"
# Around both days of a year on which the clocks of these zones change.
CHANGES = {
    BERLIN: ("2026-03-29", "2026-10-25"),
    NEW_YORK: ("2026-03-08", "2026-11-01"),
    LORD_HOWE: ("2026-04-05", "2025-10-05"),
}


def midnight(day: str, zone: str) -> int:
    """Return when a local day begins."""
    return int(
        datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000
    )


def uneven_readings(start_ms: int, end_ms: int, seed: int = 1) -> list[Reading]:
    """Return a counter and a voltage at steps of some minutes."""
    rng = random.Random(seed)
    readings, shown, at = [], 1_000.0, start_ms
    while at <= end_ms:
        readings += [
            counter(at, shown),
            power(at, rng.randrange(3_000)),
            Reading(Channel.VOLTAGE_L1, at, round(rng.gauss(230, 2), 1)),
        ]
        shown += rng.random() * 100
        at += rng.randrange(60_000, 900_000)
    return readings


async def filled(path: Path, zone: str, start_ms: int, end_ms: int) -> History:
    """Return a history of a home in a zone."""
    history = History(path / "wattwise.db", zone)
    await history.open()
    await history.append(PROFILE, uneven_readings(start_ms, end_ms))
    await history.refresh_rollups()
    return history


async def ask(
    history: History, channel: Channel, span: tuple[int, int], period: Period, zone: str
) -> list[Bucket]:
    """Return the periods of a zone."""
    time_zone = ZoneInfo(zone)
    return await history.ask(
        lambda q: q.buckets("meter", channel, *span, period, time_zone)
    )


@pytest.mark.parametrize("pruned", [False, True])
@pytest.mark.parametrize("change", [0, 1])
@pytest.mark.parametrize("home", [BERLIN, NEW_YORK, LORD_HOWE])
async def test_any_partition_has_all_the_energy(
    tmp_path: Path, home: str, change: int, *, pruned: bool
) -> None:
    """Hours, days and months of every zone add up to what flowed, also over changes."""
    middle = midnight(CHANGES[home][change], home)
    start, end = middle - 3 * DAY_MS, middle + 4 * DAY_MS
    history = await filled(tmp_path, home, start, end)
    span = (start - 40 * DAY_MS, end + 40 * DAY_MS)
    home_hours = await ask(history, Channel.ENERGY_IMPORT, span, Period.HOUR, home)
    energy = sum(hour.energy_wh for hour in home_hours)
    covered = sum(hour.covered_ms for hour in home_hours)
    power_hours = await ask(history, Channel.POWER, span, Period.HOUR, home)
    integral = sum(hour.integral for hour in power_hours)
    if pruned:
        await prune_five_minutes(
            history, LocalCalendar(ZoneInfo(home)).end(Period.DAY, middle)
        )
    for zone in (BERLIN, NEW_YORK, LORD_HOWE, KATHMANDU, ADELAIDE, "UTC"):
        calendar = LocalCalendar(ZoneInfo(zone))
        for period in Period:
            found = await ask(history, Channel.ENERGY_IMPORT, span, period, zone)
            assert sum(b.energy_wh for b in found) == pytest.approx(energy, abs=1e-6)
            assert sum(b.covered_ms for b in found) == covered
            assert sum(b.count for b in found) == sum(b.count for b in home_hours)
            for bucket in found:
                assert bucket.start_ms == calendar.start(period, bucket.start_ms)
                assert bucket.end_ms == calendar.end(period, bucket.start_ms)
                assert bucket.covered_ms <= bucket.end_ms - bucket.start_ms
            levels = await ask(history, Channel.POWER, span, period, zone)
            assert sum(b.integral for b in levels) == pytest.approx(integral)
    await history.close()


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, LORD_HOWE, KATHMANDU, ADELAIDE])
@pytest.mark.parametrize("home", [BERLIN, NEW_YORK, LORD_HOWE, KATHMANDU])
async def test_a_zone_is_the_same_from_elsewhere(
    tmp_path: Path, home: str, zone: str
) -> None:
    """What a home in the zone would know is what is answered for it."""
    middle = midnight(CHANGES.get(zone, CHANGES[LORD_HOWE])[0], zone)
    start, end = middle - 2 * DAY_MS, middle + 3 * DAY_MS
    (tmp_path / "there").mkdir()
    here = await filled(tmp_path, home, start, end)
    there = await filled(tmp_path / "there", zone, start, end)
    span = (start - DAY_MS, end + DAY_MS)
    for channel in (Channel.ENERGY_IMPORT, Channel.POWER, Channel.VOLTAGE_L1):
        for period in Period:
            told = await ask(here, channel, span, period, zone)
            known = await there.buckets("meter", channel, *span, period)
            assert len(told) == len(known)
            for one, other in zip(told, known, strict=True):
                for name in ("start_ms", "end_ms", "count", "first", "last", "min"):
                    assert getattr(one, name) == getattr(other, name)
                assert (one.max, one.covered_ms) == (other.max, other.covered_ms)
                assert one.energy_wh == pytest.approx(other.energy_wh)
                assert one.integral == pytest.approx(other.integral)
                assert one.distribution == other.distribution
    await here.close()
    await there.close()


async def test_days_are_as_long_as_their_clock_says(tmp_path: Path) -> None:
    """Days of 23, 25, 23.5 and 24.5 hours, asked for by a home in Berlin."""
    lengths = {}
    for zone, days in CHANGES.items():
        for number, day in enumerate(days):
            start = midnight(day, zone)
            path = tmp_path / zone.replace("/", "") / str(number)
            path.mkdir(parents=True)
            history = await filled(path, BERLIN, start - DAY_MS, start + 2 * DAY_MS)
            (found,) = await ask(
                history, Channel.ENERGY_IMPORT, (start, start + 1), Period.DAY, zone
            )
            lengths[zone, number] = (found.end_ms - found.start_ms) / HOUR_MS
            assert found.covered_ms == found.end_ms - found.start_ms
            await history.close()
    assert lengths == {
        (BERLIN, 0): 23,
        (BERLIN, 1): 25,
        (NEW_YORK, 0): 23,
        (NEW_YORK, 1): 25,
        (LORD_HOWE, 0): 24.5,
        (LORD_HOWE, 1): 23.5,
    }


async def test_an_empty_span_has_no_periods(tmp_path: Path) -> None:
    """Where no period of the zone starts, and before all readings, is nothing."""
    start = midnight("2026-05-05", BERLIN)
    history = await filled(tmp_path, BERLIN, start, start + DAY_MS)
    within = (start + 20 * 60_000, start + 25 * 60_000)
    for period in Period:
        assert not await ask(history, Channel.POWER, within, period, KATHMANDU)
    long_ago = (start - 90 * DAY_MS, start - 80 * DAY_MS)
    assert not await ask(history, Channel.POWER, long_ago, Period.DAY, KATHMANDU)
    with pytest.raises(TooManyBucketsError):
        await ask(history, Channel.POWER, (0, start), Period.HOUR, KATHMANDU)
    await history.close()


def test_a_divided_bucket_adds_up() -> None:
    """Nothing is lost to rounding when an hour is cut in pieces."""
    hour = Bucket(0, HOUR_MS, 7, 1.0, 9.0, 0.5, 9.5, 1e7 / 3, 3_599_999, 100 / 3)
    pieces = divide(hour, [900_000, 2_700_000])
    assert [(p.start_ms, p.end_ms) for p in pieces] == [
        (0, 900_000),
        (900_000, 2_700_000),
        (2_700_000, HOUR_MS),
    ]
    assert sum(p.covered_ms for p in pieces) == hour.covered_ms
    assert sum(p.count for p in pieces) == hour.count
    assert sum(p.energy_wh for p in pieces) == pytest.approx(hour.energy_wh)
    assert sum(p.integral for p in pieces) == pytest.approx(hour.integral)
    assert pieces[1].energy_wh == pytest.approx(hour.energy_wh / 2)
    assert (pieces[0].first, pieces[-1].last) == (1.0, 9.0)
    assert divide(hour, []) == [hour]
